"""Python's XGBoost as a side of bench/train/boosting.ts.

Usage: python3 scripts/bench/xgboost-side.py FOLDER ROWS COLUMNS PARAMETERS
FOLDER holds a file TURN.f32 a turn: the labels and then the rows as little-endian 32-bit floats.
PARAMETERS is JSON with `rounds` beside XGBoost's own names. The first half of the rows is trained
on, the rest predicted. Prints {"version": ...} as JSON, then for each line "train TURN" of standard
input {"cpu_seconds": ..., "wall_seconds": ..., "loss": mean squared error}.
"""

import json
import sys
import time

import numpy
import xgboost

folder, rows, columns, parameters = sys.argv[1:]
rows, columns = int(rows), int(columns)
parameters = json.loads(parameters)
rounds = parameters.pop("rounds")
if parameters["tree_method"] != "hist":
    parameters.pop("max_bin")
half = rows // 2


def train(turn):
    values = numpy.fromfile(f"{folder}/{turn}.f32", dtype="<f4")
    labels, matrix = values[:rows], values[rows:].reshape(rows, columns)
    wall, cpu = time.perf_counter(), time.process_time()
    settings = {
        **parameters,
        "objective": "reg:squarederror",
        "nthread": 1,
        "verbosity": 0,
        "base_score": float(labels[:half].mean()),
    }
    known = xgboost.DMatrix(matrix[:half], label=labels[:half], nthread=1)
    model = xgboost.train(settings, known, num_boost_round=rounds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    predicted = model.predict(xgboost.DMatrix(matrix[half:], nthread=1))
    loss = float(numpy.mean((predicted - labels[half:]) ** 2))
    return {"cpu_seconds": cpu, "wall_seconds": wall, "loss": loss}


print(json.dumps({"version": xgboost.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(train(int(line.split()[1]))), flush=True)
