"""Times Python's XGBoost on the matrix of bench/boosting.bench.ts.

Usage: python3 scripts/bench/xgboost-time.py FILE ROWS COLUMNS PARAMETERS THREADS
FILE holds the labels and then the rows as little-endian 32-bit floats, PARAMETERS is JSON with
`rounds` beside XGBoost's own names. Prints JSON: {"version": ..., "seconds": ...}.
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
values = numpy.fromfile(path, dtype="<f4")
labels, matrix = values[:rows], values[rows:].reshape(rows, columns)
parameters.update(objective="reg:squarederror", nthread=int(threads), verbosity=0)
start = time.perf_counter()
xgboost.train(parameters, xgboost.DMatrix(matrix, label=labels), num_boost_round=rounds)
print(json.dumps({"version": xgboost.__version__, "seconds": time.perf_counter() - start}))
