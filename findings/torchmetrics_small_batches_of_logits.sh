#!/usr/bin/env bash
# torchmetrics 1.9.0: the AUROC of the same logits depends on how they are cut into batches
#
# Guess:    a metric that takes logits or probabilities gives the same number for the same
#           predictions, whether they come in one update or in many; and AUROC, which only
#           looks at the order, cares least of all.
# Happens:  each update decides anew whether it was given logits, by whether any number lies
#           outside of 0 to 1. A batch whose logits all happen to lie inside is taken for
#           probabilities and kept as it is; the others go through the sigmoid. Pooled, both kinds
#           are compared with each other. Accuracy changes, too: a logit of 0.3 is a 1
#           in one batch and a 0 in another.
# Matters:  undecided networks, as robust losses make them, have logits near 0, and the last
#           batch of an epoch is often a few rows. One evaluation differs from another by the
#           batch size, and epochs are chosen by it.
# Output:   batches of 200: AUROC 0.845, accuracy 0.745   of 4: 0.841, 0.740   of 1: 0.813, 0.720
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
import torch
from torchmetrics.classification import BinaryAccuracy, BinaryAUROC

rng = np.random.default_rng(0)
labels = rng.integers(0, 2, 200)
logits = torch.tensor(rng.normal(size=200) + 1.5 * (labels - 0.5), dtype=torch.float32)
labels = torch.tensor(labels)


def measured(batch_size):
    metrics = BinaryAUROC(), BinaryAccuracy()
    for start in range(0, 200, batch_size):
        batch = slice(start, start + batch_size)
        for metric in metrics:
            metric.update(logits[batch], labels[batch])
    return [round(float(metric.compute()), 3) for metric in metrics]


found = {size: measured(size) for size in (200, 4, 1)}
for size, (auroc, accuracy) in found.items():
    print(f"batches of {size}: AUROC {auroc:.3f}, accuracy {accuracy:.3f}")
as_seen = found == {200: [0.845, 0.745], 4: [0.841, 0.74], 1: [0.813, 0.72]}
sys.exit(0 if as_seen else "the behaviour changed")
PY
