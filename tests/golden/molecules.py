"""What RDKit's own Python says of 500 molecules: fingerprints, InChIKeys, scaffolds; and of clusters.

    python3 -m venv /tmp/venv-chem && /tmp/venv-chem/bin/pip install rdkit==2026.9.1
    /tmp/venv-chem/bin/python -P tests/golden/molecules.py

The molecules are of NCI's open set, in the wheel of rdkit (BSD-3-Clause; NCI's structures are public domain):
`Data/NCI/first_5K.smi`. Every molecule of the file that has a stereo mark, a charge in a ring, a linker with a double
bond, several fragments or an isotope comes first, then each n-th of the rest, until there are 500.
"""

import json
import os
import re

import rdkit
from rdkit import Chem, DataStructs, RDConfig, RDLogger
from rdkit.Chem import AllChem, Crippen, Descriptors, rdMolDescriptors
from rdkit.Chem.Scaffolds import MurckoScaffold
from rdkit.ML.Cluster import Butina

RDLogger.DisableLog("rdApp.*")
N = 500
BITS = 1024
HERE = os.path.dirname(os.path.abspath(__file__))


def molecules():
    with open(os.path.join(RDConfig.RDDataDir, "NCI", "first_5K.smi")) as file:
        rows = [line.split() for line in file if line.strip()]
    rows = [(row[0], row[1]) for row in rows if len(row) == 2 and Chem.MolFromSmiles(row[0]) is not None]
    odd = [row for row in rows if re.search(r"@|/|\.|\[nH?\+|\[\d", row[0])]
    odd = odd[:: max(1, len(odd) // 150)][:150]
    rest = [row for row in rows if row not in set(odd)]
    return (odd + rest[:: len(rest) // (N - len(odd))])[:N]


def one(smiles, name):
    mol = Chem.MolFromSmiles(smiles)
    bits = AllChem.GetMorganFingerprintAsBitVect(mol, 2, BITS)
    generator = AllChem.GetMorganGenerator(radius=2, fpSize=BITS).GetFingerprint(mol)
    assert list(bits.GetOnBits()) == list(generator.GetOnBits())
    return {
        "name": name,
        "smiles": smiles,
        "on": list(bits.GetOnBits()),
        "inchikey": Chem.MolToInchiKey(mol),
        "scaffold": MurckoScaffold.MurckoScaffoldSmiles(mol=mol, includeChirality=False),
        "descriptors": {
            "mol_weight": Descriptors.MolWt(mol),
            "logp": Crippen.MolLogP(mol),
            "tpsa": rdMolDescriptors.CalcTPSA(mol),
            "h_donors": rdMolDescriptors.CalcNumHBD(mol),
            "h_acceptors": rdMolDescriptors.CalcNumHBA(mol),
            "rotatable_bonds": rdMolDescriptors.CalcNumRotatableBonds(mol),
            "rings": rdMolDescriptors.CalcNumRings(mol),
            "fraction_sp3": rdMolDescriptors.CalcFractionCSP3(mol),
            "heavy_atoms": rdMolDescriptors.CalcNumHeavyAtoms(mol),
        },
    }


def clusters(compounds, similarity):
    """Butina's clusters. RDKit breaks ties of equally many neighbours by the later row, we by the bits: so the rows are
    given to it in the order of their bits, the ones that we take first last."""
    order = sorted(range(len(compounds)), key=lambda at: compounds[at]["on"], reverse=True)
    prints = []
    for at in order:
        bits = DataStructs.ExplicitBitVect(BITS)
        for on in compounds[at]["on"]:
            bits.SetBit(on)
        prints.append(bits)
    distances = []
    for at in range(1, len(prints)):
        distances.extend(1 - s for s in DataStructs.BulkTanimotoSimilarity(prints[at], prints[:at]))
    found = Butina.ClusterData(distances, len(prints), 1 - similarity, isDistData=True)
    return sorted(sorted(order[at] for at in members) for members in found)


compounds = [one(*row) for row in molecules()]
assert len(compounds) == N
pairs = [(0, 1), (2, 3), (10, 200), (50, 51), (77, 400)]
vectors = {}
for at in {at for pair in pairs for at in pair}:
    vectors[at] = DataStructs.ExplicitBitVect(BITS)
    for on in compounds[at]["on"]:
        vectors[at].SetBit(on)
out = {
    "made_by": "tests/golden/molecules.py",
    "rdkit": rdkit.__version__,
    "bits": BITS,
    "compounds": compounds,
    "tanimoto": [[a, b, DataStructs.TanimotoSimilarity(vectors[a], vectors[b])] for a, b in pairs],
    "butina": [{"similarity": s, "clusters": clusters(compounds, s)} for s in (0.35, 0.6, 0.85)],
}
with open(os.path.join(HERE, "molecules.json"), "w") as file:
    file.write('{\n' + ",\n".join(f' {json.dumps(key)}: ' + ("[\n  " + ",\n  ".join(json.dumps(v) for v in value) + "\n ]" if isinstance(value, list) else json.dumps(value)) for key, value in out.items()) + "\n}\n")
print(len(compounds), "molecules,", len({c["scaffold"] for c in compounds}), "scaffolds,", [len(b["clusters"]) for b in out["butina"]], "clusters")
