"""Counts of genes in cells prepared by scanpy: quality control, total, logarithm, variable genes.

Writes counts.json: made counts (drawn here, nobody's), and for each setting the cells and genes that stay, the variable
genes, and their values. The steps and their order are those of scDEAL's released code.

    python3 -P tests/golden/counts.py
"""

import importlib.metadata
import json
import pathlib
import warnings

import anndata
import numpy as np
import scanpy as sc

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20221031)
CELLS, GENES, MITO, SHOWN = 70, 320, 8, 9

# Negative binomial counts: shared by all cells, but for genes that a group of cells has more of; some cells hold little.
level = rng.gamma(0.4, 3.0, GENES)
group = np.arange(CELLS) % 3
factor = np.ones((3, GENES))
factor[rng.integers(0, 3, 60), rng.choice(GENES, 60, replace=False)] = 6.0
depth = rng.gamma(4.0, 0.25, CELLS)
depth[::17] = 0.02
mean = depth[:, None] * level[None, :] * factor[group]
mean[:, :MITO] *= np.where(np.arange(CELLS) % 10 == 3, 12.0, 1.0)[:, None]
counts = rng.poisson(rng.gamma(2.0, mean / 2.0)).astype(float)
counts[:, 100:110] = 0.0
names = [("MT-" if g % 2 else "mt-") + f"ND{g}" if g < MITO else f"GENE{g}" for g in range(GENES)]


def prepared(x, min_genes, min_cells, max_mito, total, variable):
    data = anndata.AnnData(x.copy())
    data.obs_names = [str(c) for c in range(len(x))]
    data.var_names = names
    sc.pp.filter_cells(data, min_genes=min_genes)
    sc.pp.filter_genes(data, min_cells=min_cells)
    if max_mito is not None:
        mito = data.var_names.str.upper().str.startswith("MT-")
        share = data.X[:, mito].sum(1) / data.X.sum(1)
        data = data[share <= max_mito].copy()
    cells, genes = [int(c) for c in data.obs_names], list(data.var_names)
    sc.pp.normalize_total(data, target_sum=total)
    sc.pp.log1p(data)
    if variable is not None:
        sc.pp.highly_variable_genes(data, **variable)
        data = data[:, data.var["highly_variable"]]
    return {
        "cells": cells,
        "genes": len(genes),
        "variable": list(data.var_names),
        # The first cells are enough to tell one formula from another.
        "values": np.round(np.asarray(data.X[:SHOWN], float), 9).tolist(),
    }


usual = {"min_mean": 0.0125, "max_mean": 3.0, "min_disp": 0.5}
# The means of 10,000 counts in 300 genes lie above scanpy's usual bound, which is for 20,000 genes.
wide = {"min_mean": 0.0125, "max_mean": 6.0, "min_disp": 0.0}
cases = [
    {"min_genes": 40, "min_cells": 3, "max_mito": None, "total": 1e4, "variable": wide},
    {"min_genes": 40, "min_cells": 3, "max_mito": None, "total": 1e3, "variable": usual},
    {"min_genes": 60, "min_cells": 5, "max_mito": 0.12, "total": 1e4, "variable": {"n_top_genes": 50}},
    {"min_genes": 1, "min_cells": 1, "max_mito": None, "total": 1e6, "variable": None},
]
scaled = np.round(counts * 137.25, 2)
out = {
    "versions": {p: importlib.metadata.version(p) for p in ("scanpy", "anndata", "numpy", "pandas")},
    "names": names,
    "counts": counts.astype(int).tolist(),
    "cases": [{"how": how, **prepared(counts, **how)} for how in cases],
    # Values as of transcripts per million: no whole numbers.
    "scaled": {"factor": 137.25, "how": cases[0], **prepared(scaled, **cases[0])},
}
for case in [*out["cases"], out["scaled"]]:
    print(len(case["cells"]), case["genes"], len(case["variable"]))
path = pathlib.Path(__file__).with_name("counts.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
