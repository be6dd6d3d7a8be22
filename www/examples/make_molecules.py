"""Makes the example of molecules: real structures, made activities.

    pip install rdkit==2026.9.1
    python -P www/examples/make_molecules.py

The structures are of NCI's open set, `Data/NCI/first_5K.smi` in the wheel of rdkit (public domain; the wheel is
BSD-3-Clause). Whether a compound is active is drawn here, by rules of substructures that two made families of proteins
share in part: no compound was ever measured. Writes source and target beside itself as gzipped CSV, the same bytes each
time with the same zlib, and prints what SOURCES.md states.
"""

import gzip
import hashlib
import math
import os
import pathlib
import random

from rdkit import Chem, RDConfig, RDLogger

RDLogger.DisableLog("rdApp.*")
# The first seed, not a chosen one.
SEED = 1
SOURCE, LABELLED, TEST = 1500, 100, 500

# What a substructure adds to the log-odds of being active: against the source's family, against the target's. Three
# rules are shared, one fades, one stands alone on each side.
RULES = [
    ("phenol or anisole", "[OX2]c1ccccc1", 1.6, 1.4),
    ("aromatic nitro", "c[N+](=O)[O-]", 1.5, 1.3),
    ("six-ring with aromatic nitrogen", "n1ccccc1", 1.6, 1.6),
    ("carboxyl", "C(=O)[OX2H1,OX1-]", -1.4, -0.7),
    ("aromatic halogen", "c[F,Cl,Br,I]", 1.1, 0.0),
    ("sulfur", "[#16]", 0.0, 1.3),
]
BASE = (-1.4, -1.6)


def molecules():
    """Molecules of 8 to 40 heavy atoms and one fragment; each once, by its InChIKey."""
    seen = {}
    with open(os.path.join(RDConfig.RDDataDir, "NCI", "first_5K.smi")) as file:
        for line in file:
            parts = line.split()
            mol = Chem.MolFromSmiles(parts[0]) if len(parts) == 2 else None
            if mol is not None and 8 <= mol.GetNumHeavyAtoms() <= 40 and "." not in parts[0]:
                seen.setdefault(Chem.MolToInchiKey(mol), (f"NSC{parts[1]}", parts[0], mol))
    return list(seen.values())


def activity(mol, side, draw):
    patterns = [(Chem.MolFromSmarts(smarts), odds) for _, smarts, *odds in RULES]
    score = BASE[side] + sum(odds[side] for pattern, odds in patterns if mol.HasSubstructMatch(pattern))
    return int(draw.random() < 1 / (1 + math.exp(-score)))


def write(name, header, rows):
    plain = ("\n".join([header, *rows]) + "\n").encode("ascii")
    with open(pathlib.Path(__file__).parent / name, "wb") as file:
        # No name and no time in the header, so that the bytes depend on the data alone.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
            packed.write(plain)
    active = sum(row.split(",")[2] == "1" for row in rows)
    print(f"| `{name}` | {len(rows)} | {active} | `{hashlib.sha256(plain).hexdigest()}` |")


draw = random.Random(SEED)
pool = molecules()
draw.shuffle(pool)
source = [f"{name},{smiles},{activity(mol, 0, draw)}" for name, smiles, mol in pool[:SOURCE]]
target = []
for at, (name, smiles, mol) in enumerate(pool[SOURCE : SOURCE + LABELLED + TEST]):
    target.append(f"{name},{smiles},{activity(mol, 1, draw)},{'train' if at < LABELLED else 'test'}")
write("molecules-source.csv.gz", "compound,smiles,active", source)
write("molecules-target.csv.gz", "compound,smiles,active,set", target)
