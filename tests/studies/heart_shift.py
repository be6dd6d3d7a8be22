"""What the shift page finds for every pair of the four hospitals, beside the verdict of docs/studies/heart.md.

    python tests/studies/heart_shift.py --program target/native/autograft --data FOLDER \
        --verdicts docs/studies/heart.md --page docs/studies/heart-shift.md

FOLDER holds processed.{cleveland,hungarian,switzerland,va}.data. What the shift page finds does not depend on the methods that
are compared, so that the quickest ones are taken here, and the verdicts are read from the other page.
"""

import argparse
import itertools
import pathlib
import tempfile

from common import HOSPITALS, NAMES, fixed, run, shown, signed, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--data", required=True)
parser.add_argument("--verdicts", required=True)
parser.add_argument("--page", required=True)
asked = parser.parse_args()

QUICK = ["--method", "source_only_linear", "--others=", "--folds", "2", "--repeats", "1", "--seeds", "1", "--importance", "0"]
READING = ["--names", NAMES, "--label", "num", "--above", "0", "--missing", "chol=0", "--missing", "trestbps=0"]
MOVED = {"x": "the patients", "y_given_x": "**the outcome**", "both": "**both**", "cannot_tell": "cannot tell"}
BECAUSE = {"few_shared": "too few in common", "little_overlap": "little overlap", "nothing_shown": "nothing shown"}


def verdicts(path):
    """Source and target → difference, interval and verdict, from the tables of the other page."""
    found = {}
    for line in pathlib.Path(path).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 10 and cells[1] in HOSPITALS.values():
            found[cells[0], cells[1]] = (cells[6], cells[9].split(" (")[0])
    return found


def arguments(sources, target, folder):
    files = {name: str(folder / f"processed.{name}.data") for name in HOSPITALS}
    return ["compare", "--source", *(files[name] for name in sources), "--target", files[target], *READING, *QUICK]


def percent(share):
    return "–" if share is None else f"{100 * share:.0f} %"


def line(sources, target):
    with tempfile.TemporaryDirectory() as out:
        report, seconds, wrong = run(asked.program, arguments(sources, target, pathlib.Path(asked.data)), out)
    name = ", ".join(HOSPITALS[source] for source in sources)
    print(name, "->", target, f"{seconds:.0f} s", wrong, flush=True)
    if report is None:
        return [name, HOSPITALS[target], *["–"] * 9, f"refused: {wrong}"]
    shift = report["shift"]
    domain, model = shift["domain"], shift["by_model"]
    tells = "–" if domain is None else f"{domain['auroc']:.2f} / {domain['boosted']['auroc']:.2f}"
    moved = model and model["moved"]
    answer, part, shared, ess = "cannot tell", "–", "–", "–"
    if moved:
        answer = MOVED[moved["moved"]] + (f" ({BECAUSE[moved['because']]})" if moved["because"] else "")
        part = f"{signed(moved['y_given_x']['value'])} ({signed(moved['y_given_x']['low'])} to {signed(moved['y_given_x']['high'])})"
        shared = percent(moved["shared"])
        ess = f"{min(moved[side]['ess'] for side in ('source_health', 'target_health')):.0f}"
    event = model["priors"]["event"]
    share = lambda of: percent(of["priors"][event]["target"]) if of else "–"
    priors = f"{share(model['priors']['bbse'])} / {share(model['priors']['saerens'])} / {percent(model['priors']['observed'][event]['share'])}"
    worth = next((score for score in (model["worth"] or {"scores": []})["scores"] if score["kind"] == "leep"), None)
    leep = "–" if worth is None else f"{fixed(worth['value'])} (p {fixed(worth['p'])})"
    difference, verdict = known.get((name, HOSPITALS[target]), ("–", "–"))
    return [name, HOSPITALS[target], tells, answer, part, shared, ess, priors, leep, difference, verdict]


known = verdicts(asked.verdicts)
head = ["source", "target", "told apart (line / trees)", "what moved", "alike patients fare otherwise, Brier (95 %)", "in common", "effective rows", "event: BBSE / Saerens / observed", "LEEP", "fine-tuned − target only, AUROC", "verdict"]
pairs = [line([source], target) for source, target in itertools.permutations(HOSPITALS, 2)]
threes = [line([name for name in HOSPITALS if name != target], target) for target in HOSPITALS]
write(
    asked.page,
    "Four hospitals: what the shift page finds",
    [
        "The data and the verdicts are those of [heart.md](heart.md) (UCI data set 45, CC BY 4.0). *Told apart* is the AUC of a "
        "classifier of the hospital, linear and of boosted trees. *What moved* is the decomposition of a linear source model's "
        "Brier score; under 30 effective rows, or with little in common, the answer is *cannot tell*. The event's share is first "
        "estimated without the target's labels. LEEP's p is by 499 deals of the labels.",
        "```sh\n" + shown(arguments(["cleveland"], "hungarian", pathlib.Path())) + "\n```",
        "## Every ordered pair",
        table(head, pairs),
        "## Three to one",
        table(head, threes),
        "Made by `tests/studies/heart_shift.py`.",
    ],
)
