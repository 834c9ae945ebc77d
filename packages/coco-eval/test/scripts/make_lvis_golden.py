"""Makes test/goldens/lvis40.json.gz: a generated federated set with the answers of lvis-api.

    python make_lvis_golden.py OUT.json.gz LVIS_API_FOLDER

Needs numpy and pycocotools, and a checkout of lvis-dataset/lvis-api (made with 7d7f07d, numpy 2.4.6, pycocotools 2.0.11).
The set has rare, common and frequent categories, categories that are neither present nor known to be absent, not
exhaustive ones, images with more than 300 detections, tied scores, ignored objects, and areas on the bounds of sizes.
"""

import gzip
import hashlib
import json
import logging
import os
import sys
import tempfile
import types

import numpy as np
import pycocotools.mask as mask_utils

SIDE = 80
CATEGORIES = [{"id": 3 * k + 2, "name": f"c{k}", "frequency": "rcf"[k % 3]} for k in range(12)]
rng = np.random.default_rng(20)


def box(near=None):
    if near is not None and rng.random() < 0.75:
        x, y, w, h = (v + int(rng.integers(-3, 4)) for v in near)
    else:
        x, y, w, h = int(rng.integers(0, 60)), int(rng.integers(0, 60)), *(int(v) for v in rng.integers(2, 50, 2))
    x, y = min(max(x, 0), SIDE - 2), min(max(y, 0), SIDE - 2)
    return [x, y, min(max(w, 1), SIDE - x), min(max(h, 1), SIDE - y)]


def runs(b):
    """An ellipse in a box, or the box."""
    x, y, w, h = b
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    if rng.random() < 0.3:
        inside = (columns >= x) & (columns < x + w) & (rows >= y) & (rows < y + h)
    else:
        inside = ((columns + 0.5 - x - w / 2) / (w / 2)) ** 2 + ((rows + 0.5 - y - h / 2) / (h / 2)) ** 2 <= 1
    stored = mask_utils.encode(np.asfortranarray(inside.astype(np.uint8)))
    return {"size": [SIDE, SIDE], "counts": stored["counts"].decode()}


def polygon(b):
    x, y, w, h = b
    return [[x, y, x + w, y + h / 3, x + w - 0.5, y + h, x + 0.25, y + h]]


def make_set():
    images, annotations, results = [], [], []
    for k in range(40):
        image_id = 5 + 7 * ((k * 17) % 40)
        present = sorted(int(c) for c in rng.choice(len(CATEGORIES), int(rng.integers(0, 5)), replace=False))
        rest = [c for c in range(len(CATEGORIES)) if c not in present]
        absent = [c for c in rest if rng.random() < 0.3]
        partly = [c for c in present if rng.random() < 0.4] + [c for c in absent if rng.random() < 0.1]
        ids = lambda places: [CATEGORIES[c]["id"] for c in places]
        image = {"id": image_id, "height": SIDE, "width": SIDE}
        images.append({**image, "neg_category_ids": ids(absent), "not_exhaustive_category_ids": ids(partly)})
        boxes = []
        for c in present:
            for _ in range(int(rng.integers(1, 5))):
                b = box()
                boxes.append((c, b))
                area = [1024, 9216, b[2] * b[3]][min(2, int(rng.integers(0, 12)))]
                entry = {"id": len(annotations) + 1, "image_id": image_id, "category_id": CATEGORIES[c]["id"]}
                entry |= {"bbox": b, "area": area, "segmentation": runs(b) if rng.random() < 0.5 else polygon(b)}
                annotations.append(entry | ({"ignore": 1} if rng.random() < 0.08 else {}))
        for _ in range(330 if k % 19 == 3 else int(rng.integers(0, 40))):
            c, near = boxes[int(rng.integers(len(boxes)))] if boxes and rng.random() < 0.8 else (None, None)
            if c is None or rng.random() < 0.1:
                c = int(rng.integers(len(CATEGORIES)))
            b = box(near)
            score = round(float(rng.random()), 1 if rng.random() < 0.4 else 4)
            entry = {"image_id": image_id, "category_id": CATEGORIES[c]["id"], "bbox": b, "score": score}
            results.append(entry | {"segmentation": runs(b)})
    order = rng.permutation(len(results))
    return {"images": images, "annotations": annotations, "categories": CATEGORIES}, [results[int(k)] for k in order]


def lvis_api(folder):
    sys.path.insert(0, folder)
    sys.modules["lvis.vis"] = types.SimpleNamespace(LVISVis=None)  # pictures are not needed
    import lvis

    logging.disable(logging.CRITICAL)
    return lvis


def answer(lvis, truth, results, iou_type):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "gt.json")
        with open(path, "w") as file:
            json.dump(truth, file)
        evaluation = lvis.LVISEval(lvis.LVIS(path), json.loads(json.dumps(results)), iou_type)
        evaluation.lvis_dt = lvis.LVISResults(evaluation.lvis_gt, json.loads(json.dumps(results)))
        evaluation.run()
    digest = lambda name: hashlib.sha256(np.ascontiguousarray(evaluation.eval[name]).tobytes()).hexdigest()
    stats = {name: float(value) for name, value in evaluation.get_results().items()}
    return {"stats": stats, "precision_sha256": digest("precision"), "recall_sha256": digest("recall")}


def main(out, folder):
    lvis = lvis_api(folder)
    truth, both = make_set()
    without = lambda field: [{key: value for key, value in entry.items() if key != field} for entry in both]
    runs_of = {"segm": ("segm", without("bbox")), "bbox": ("bbox", without("segmentation")), "both": ("segm", both)}
    expect = {name: answer(lvis, truth, results, iou_type) for name, (iou_type, results) in runs_of.items()}
    golden = {"gt": truth, "results": both, "expect": expect}
    with open(f"{out}.part", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(json.dumps(golden, separators=(",", ":")).encode())
    os.replace(f"{out}.part", out)
    print(len(truth["annotations"]), "objects,", len(both), "results,", os.path.getsize(out), "bytes")
    for name, run in expect.items():
        print(name, run["stats"])


main(*sys.argv[1:])
