"""Times pycocotools: python detection_reference.py DIR IOU_TYPE RESULTS -> one JSON line. Files are included."""

import contextlib
import io
import json
import os
import resource
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

folder, iou_type, results = sys.argv[1:4]
phases = {}


def lap(name, run):
    wall, cpu = time.perf_counter(), time.process_time()
    value = run()
    phases[name] = [time.perf_counter() - wall, time.process_time() - cpu]
    return value


with contextlib.redirect_stdout(io.StringIO()):
    truth = lap("load_gt", lambda: COCO(os.path.join(folder, "gt.json")))
    detections = lap("load_results", lambda: truth.loadRes(os.path.join(folder, results)))
    evaluation = COCOeval(truth, detections, iou_type)
    lap("evaluate", evaluation.evaluate)
    lap("accumulate", evaluation.accumulate)
    lap("summarize", evaluation.summarize)

print(
    json.dumps(
        {
            "engine": "pycocotools",
            "images": len(truth.dataset["images"]),
            "detections": len(detections.dataset["annotations"]),
            "phases": phases,
            "wall": sum(phase[0] for phase in phases.values()),
            "cpu": sum(phase[1] for phase in phases.values()),
            "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "stats": [float(value) for value in evaluation.stats],
        }
    )
)
