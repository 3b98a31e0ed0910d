#!/usr/bin/env bash
# pycocotools 2.0.11: the annotation whose id is 0 is never found
#
# Guess:    the ids of annotations are only names: numbering them from 0, as enumerate does, gives
#           the same scores as from 1.
# Happens:  COCOeval keeps the id of the annotation that a detection matched, and 0 there means
#           no match. A detection of annotation 0 is a false positive however exact it is, and the
#           annotation is missed. Nothing is said. Here a perfect detector has AP 0.56.
# Matters:  who writes the file from enumerate numbers from 0, and who looks for wrong boxes by
#           what the detector and the annotation disagree on finds one that isn't wrong. In a
#           small or rare class it costs points, and only the class which owns id 0 pays.
# Output:   ids from 0: AP 0.564 AR 0.750   ids from 1: AP 1.000 AR 1.000
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pycocotools==2.0.11 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import contextlib
import io
import sys

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def score(first_id):
    truth = COCO()
    truth.dataset = {
        "images": [{"id": i, "width": 100, "height": 100} for i in range(4)],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": first_id + i, "image_id": i, "category_id": 1, "bbox": [10, 10, 50, 50],
             "area": 2500, "iscrowd": 0}
            for i in range(4)
        ],
    }
    truth.createIndex()
    # The detector finds each object exactly.
    found = [
        {"image_id": i, "category_id": 1, "bbox": [10, 10, 50, 50], "score": 0.9 - 0.1 * i}
        for i in range(4)
    ]
    judge = COCOeval(truth, truth.loadRes(found), "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    return float(judge.stats[0]), float(judge.stats[8])


with contextlib.redirect_stdout(io.StringIO()):
    from_zero, from_one = score(0), score(1)
for first, (precision, recall) in ((0, from_zero), (1, from_one)):
    print(f"ids from {first}: AP {precision:.3f} AR {recall:.3f}")
as_seen = from_one == (1.0, 1.0) and from_zero[0] < 0.6 and from_zero[1] == 0.75
sys.exit(0 if as_seen else "the behaviour changed")
PY
