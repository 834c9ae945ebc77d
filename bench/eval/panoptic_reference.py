"""Panoptic quality the way panopticapi computes it, on one core, for comparing time and bits.

panopticapi is not on PyPI. This is its algorithm in our own words: decode both PNGs with Pillow, sort the predicted ids
and the joint ids with numpy.unique, then walk the sorted pairs.

    python panoptic_reference.py DIR -> one JSON line
"""

import json
import os
import resource
import sys
import time

import numpy as np
from PIL import Image

VOID, OFFSET = 0, 2**24


def ids_of(path):
    pixels = np.array(Image.open(path), dtype=np.uint32)
    return pixels[:, :, 0] + 256 * pixels[:, :, 1] + 65536 * pixels[:, :, 2]


def add_image(tally, truth_list, predicted_list, truth_ids, predicted_ids):
    truth = {segment["id"]: segment for segment in truth_list}
    predicted = {segment["id"]: dict(segment) for segment in predicted_list}
    for label, count in zip(*np.unique(predicted_ids, return_counts=True)):
        if label in predicted:
            predicted[label]["area"] = count
    joint = truth_ids.astype(np.uint64) * OFFSET + predicted_ids.astype(np.uint64)
    shared = {(pair // OFFSET, pair % OFFSET): count for pair, count in zip(*np.unique(joint, return_counts=True))}
    matched_truth, matched_predicted = set(), set()
    for (t, p), intersection in shared.items():
        if t not in truth or p not in predicted or truth[t]["iscrowd"] == 1:
            continue
        if truth[t]["category_id"] != predicted[p]["category_id"]:
            continue
        union = predicted[p]["area"] + truth[t]["area"] - intersection - shared.get((VOID, p), 0)
        if intersection / union > 0.5:
            row = tally.setdefault(truth[t]["category_id"], [0.0, 0, 0, 0])
            row[0] += intersection / union
            row[1] += 1
            matched_truth.add(t)
            matched_predicted.add(p)
    crowd = {}
    for t, segment in truth.items():
        if t in matched_truth:
            continue
        if segment["iscrowd"] == 1:
            crowd[segment["category_id"]] = t
        else:
            tally.setdefault(segment["category_id"], [0.0, 0, 0, 0])[3] += 1
    for p, segment in predicted.items():
        if p in matched_predicted:
            continue
        covered = shared.get((VOID, p), 0)
        if segment["category_id"] in crowd:
            covered += shared.get((crowd[segment["category_id"]], p), 0)
        if covered / segment["area"] <= 0.5:
            tally.setdefault(segment["category_id"], [0.0, 0, 0, 0])[2] += 1


def main(folder):
    wall, cpu = time.perf_counter(), time.process_time()
    with open(os.path.join(folder, "gt.json")) as file:
        truth = json.load(file)
    with open(os.path.join(folder, "pred.json")) as file:
        predicted = {annotation["image_id"]: annotation for annotation in json.load(file)["annotations"]}
    tally = {}
    for annotation in truth["annotations"]:
        other = predicted[annotation["image_id"]]
        truth_ids = ids_of(os.path.join(folder, "gt", annotation["file_name"]))
        predicted_ids = ids_of(os.path.join(folder, "pred", other["file_name"]))
        add_image(tally, annotation["segments_info"], other["segments_info"], truth_ids, predicted_ids)
    total, present = 0.0, 0
    for category in truth["categories"]:
        iou, tp, fp, fn = tally.get(category["id"], (0.0, 0, 0, 0))
        if tp + fp + fn:
            total += float(iou) / (tp + 0.5 * fp + 0.5 * fn)
            present += 1
    used = {
        "engine": "panopticapi's algorithm",
        "images": len(truth["annotations"]),
        "pq": total / present,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(used))


main(sys.argv[1])
