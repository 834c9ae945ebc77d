"""Times scipy's linear_sum_assignment on the matrices of make-costs.mjs.

python assignment_reference.py DIR -> one JSON line a matrix: {name, ms: smallest of several runs, columns}
"""

import json
import os
import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment

folder = sys.argv[1]
for name, rows, columns, repeats in json.load(open(os.path.join(folder, "costs.json"))):
    costs = np.fromfile(os.path.join(folder, name + ".f64")).reshape(rows, columns)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        _, chosen = linear_sum_assignment(costs)
        times.append(time.perf_counter() - start)
    print(json.dumps({"name": name, "ms": 1e3 * min(times), "columns": chosen.tolist()}), flush=True)
