"""Times Python's XGBoost on the matrix of bench/boosting.bench.ts.

Usage: python3 scripts/bench/xgboost-time.py FILE ROWS COLUMNS PARAMETERS THREADS
FILE holds the labels and then the rows as little-endian 32-bit floats, PARAMETERS is JSON with
`rounds` beside XGBoost's own names. The first half of the rows is trained on, the rest predicted.
Prints JSON: {"version": ..., "wallSeconds": ..., "cpuSeconds": ..., "loss": mean squared error}.
"""

import json
import sys
import time

import numpy
import xgboost

path, rows, columns, parameters, threads = sys.argv[1:]
rows, columns = int(rows), int(columns)
parameters = json.loads(parameters)
rounds = parameters.pop("rounds")
if parameters["tree_method"] != "hist":
    parameters.pop("max_bin")
values = numpy.fromfile(path, dtype="<f4")
labels, matrix = values[:rows], values[rows:].reshape(rows, columns)
half = rows // 2
start_at = float(labels[:half].mean())
parameters.update(objective="reg:squarederror", nthread=int(threads), verbosity=0, base_score=start_at)
wall, cpu = time.perf_counter(), time.process_time()
known = xgboost.DMatrix(matrix[:half], label=labels[:half], nthread=int(threads))
model = xgboost.train(parameters, known, num_boost_round=rounds)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
predicted = model.predict(xgboost.DMatrix(matrix[half:], nthread=1))
loss = float(numpy.mean((predicted - labels[half:]) ** 2))
version = xgboost.__version__
print(json.dumps({"version": version, "wallSeconds": wall, "cpuSeconds": cpu, "loss": loss}))
