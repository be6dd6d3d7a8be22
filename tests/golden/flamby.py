"""Rows of FLamby's Fed-Heart-Disease split, as indices only: no patient's value is written.

The split is that of FLamby's dataset.py (owkin/FLamby, flamby/datasets/fed_heart_disease/dataset.py, MIT):
per hospital, columns 10, 11 and 12 (slope, ca, thal) are dropped, then rows with a missing value; then
sklearn.model_selection.train_test_split with train_size 0.66, random_state 43, stratified where each class has
more than two rows. Usage: python tests/golden/flamby.py FOLDER > tests/golden/flamby.json, where FOLDER holds
processed.{cleveland,hungarian,switzerland,va}.data of UCI data set 45.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.model_selection import train_test_split

HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]

out = {"sklearn": sklearn.__version__, "hospitals": {}}
for name in HOSPITALS:
    table = pd.read_csv(Path(sys.argv[1]) / f"processed.{name}.data", header=None)
    table = table.replace("?", np.nan).drop([10, 11, 12], axis=1).dropna(axis=0)
    event = (table.iloc[:, -1].astype(float) != 0).astype(int)
    counts = np.bincount(event, minlength=2)
    train, test = train_test_split(
        np.arange(len(table)),
        test_size=1.0 - 0.66,
        train_size=0.66,
        random_state=43,
        shuffle=True,
        stratify=event if counts.min() > 2 else None,
    )
    # As rows of the file, counted from 0.
    rows = table.index.to_numpy()
    out["hospitals"][name] = {"train": sorted(int(r) for r in rows[train]), "test": sorted(int(r) for r in rows[test])}

json.dump(out, sys.stdout, separators=(",", ":"))
print()
