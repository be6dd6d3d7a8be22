"""Thirty virtual people with type 1 diabetes, 29 days each: the example of glucose forecasting.

    python -m venv venv && venv/bin/pip install --no-deps simglucose==0.2.11
    venv/bin/pip install numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 "setuptools<80"
    venv/bin/python www/examples/make_virtual_patients.py [--processes 2] [--days 29] [--out FOLDER]

The simulator is simglucose (MIT), a Python writing of the UVA/Padova model of 2008. The scenario is the one of De Bois,
El Yacoubi and Ammi (arXiv 2006.15940; GLYFE.scn): meals at 7, 13 and 20 h, each moved by N(0, half an hour), of 40, 85
and 60 g, each times N(1, 0.25); basal insulin and meal boluses from the person's own quest, as simglucose's basal-bolus
controller gives them. One departure: a child's and an adolescent's meals are scaled by body weight over 70 kg (at most
1), since 185 g of carbohydrate a day is an adult's. The sensor is Guardian RT, a reading every five minutes with its
noise. Every person and day has its own stream of random numbers, so that the files do not depend on the processes.
Takes about an hour on one core.
"""

import argparse
import gzip
import io
import sys
import types
from datetime import datetime, timedelta
from multiprocessing import Pool
from pathlib import Path

# The package asks for gym, the drawing of a run for matplotlib; nothing here needs either.
for absent in ("gym", "gym.envs", "gym.envs.registration", "matplotlib", "matplotlib.pyplot"):
    sys.modules[absent] = types.SimpleNamespace(register=lambda **_: None, pyplot=None)
sys.modules["simglucose.simulation.rendering"] = types.SimpleNamespace(Viewer=None)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from simglucose.actuator.pump import InsulinPump  # noqa: E402
from simglucose.controller.basal_bolus_ctrller import BBController  # noqa: E402
from simglucose.patient import t1dpatient  # noqa: E402
from simglucose.sensor.cgm import CGMSensor  # noqa: E402
from simglucose.simulation import env as environment  # noqa: E402
from simglucose.simulation.scenario import Action, Scenario  # noqa: E402

GROUPS = ("adult", "adolescent", "child")
START = datetime(2025, 3, 3)
STEP = 5
MEALS = ((7, 40), (13, 85), (20, 60))


class Meals(Scenario):
    """Meals by the minute since the start, in grams."""

    def __init__(self, days, scale, rng):
        super().__init__(START)
        self.grams = {}
        for day in range(days):
            for hour, grams in MEALS:
                minute = round((24 * day + hour + rng.normal(0, 0.5)) * 60)
                self.grams[minute] = max(0.0, round(scale * grams * rng.normal(1, 0.25), 1))

    def get_action(self, t):
        return Action(meal=self.grams.get(round((t - START).total_seconds() / 60), 0.0))

    def reset(self):
        pass


def person(task):
    group, number, days = task
    name = f"{group}#{number:03}"
    seed = 1000 * GROUPS.index(group) + number
    patient = t1dpatient.T1DPatient.withName(name, random_init_bg=False, seed=seed)
    weight = float(patient._params.BW)
    # The model reads its parameters some fifty times a call: a namespace is quick where a Series is not.
    patient._params = types.SimpleNamespace(**{key: value for key, value in patient._params.items() if key.isidentifier()})
    scale = 1.0 if group == "adult" else min(1.0, weight / 70)
    meals = Meals(days, scale, np.random.default_rng(seed))
    sensor = CGMSensor.withName("GuardianRT", seed=seed)
    world = environment.T1DSimEnv(patient, sensor, InsulinPump.withName("Insulet"), meals)
    controller = BBController()
    step, rows = None, []
    for at in range(days * 24 * 60 // STEP):
        info = dict(sample_time=STEP, patient_name=name, meal=step.info["meal"] if step else 0.0)
        action = controller.policy(step.observation if step else types.SimpleNamespace(CGM=140.0), 0, False, **info)
        step = world.step(action, reward_fun=lambda _: 0.0)
        when = START + timedelta(minutes=STEP * at)
        rows.append((name, when, step.observation.CGM, world.CHO_hist[-1] * STEP, world.insulin_hist[-1] * STEP))
    return pd.DataFrame(rows, columns=["subject", "datetime", "glucose", "CHO", "insulin"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--days", type=int, default=29)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    tasks = [(group, number, given.days) for group in GROUPS for number in range(1, given.people + 1)]
    with Pool(given.processes) as pool:
        parts = pool.map(person, tasks, chunksize=1)
    for group in GROUPS:
        table = pd.concat([part for part, task in zip(parts, tasks) if task[0] == group])
        text = io.StringIO()
        text.write("subject,datetime,glucose,CHO,insulin\n")
        for row in table.itertuples(index=False):
            grams = f"{row.CHO:.1f}".rstrip("0").rstrip(".")
            units = f"{row.insulin:.2f}".rstrip("0").rstrip(".")
            text.write(f"{row.subject},{row.datetime:%Y-%m-%d %H:%M},{row.glucose:.0f},{grams},{units}\n")
        raw = text.getvalue().encode()
        (given.out / f"virtual-{group}s.csv.gz".replace("childs", "children")).write_bytes(gzip.compress(raw, 9, mtime=0))
        low = (table.glucose < 70).mean()
        high = (table.glucose > 180).mean()
        print(f"{group}: {len(table)} rows, mean {table.glucose.mean():.0f} mg/dL, below 70 {low:.1%}, above 180 {high:.1%}")


if __name__ == "__main__":
    main()
