#!/usr/bin/env bash
# skorch 1.4.0 with accelerate 1.15.0: optimizers that need a closure fail under
# AccelerateMixin, and verbose=0 prints all the same
#
# Guess:    a net that mixes in AccelerateMixin trains as it does without, in one process at
#           least: with any of torch's optimizers, and as silent as verbose says.
# Happens:  skorch hands each optimizer a closure, which LBFGS needs; the mixin's step leaves
#           it out, and LBFGS raises TypeError, 'NoneType' object is not callable, from deep
#           inside torch. Adam, which needs none, trains. And the mixin gives the log a print
#           of the accelerator's own, so that the table of epochs comes with verbose=0, too.
# Matters:  whoever goes from one process to several and keeps LBFGS, or an optimizer that
#           evaluates twice (sharpness-aware minimization), meets an error that names neither
#           accelerate nor the closure; a library that promises silence has to take the log
#           out of the callbacks itself.
# Output:   plain LBFGS: trained, lines 0   accelerated Adam: trained, lines 5
#           accelerated LBFGS: TypeError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q torch==2.13.0 skorch==1.4.0 accelerate==1.15.0 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import contextlib
import io

import numpy as np
import torch
from accelerate import Accelerator
from skorch import NeuralNetClassifier
from skorch.hf import AccelerateMixin
from torch import nn

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (X[:, 0] > 0).astype("int64")


class Accelerated(AccelerateMixin, NeuralNetClassifier):
    pass


def trained(kind, optimizer, **more):
    net = kind(
        nn.Linear(4, 2),
        criterion=nn.CrossEntropyLoss,
        optimizer=optimizer,
        max_epochs=3,
        train_split=None,
        verbose=0,
        **more,
    )
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            net.fit(X, y)
    except TypeError as error:
        assert "NoneType" in str(error), error
        return "TypeError"
    return f"trained, lines {len(printed.getvalue().splitlines())}"


own = {"accelerator": Accelerator(cpu=True), "device": None}
found = {
    "plain LBFGS": trained(NeuralNetClassifier, torch.optim.LBFGS),
    "accelerated Adam": trained(Accelerated, torch.optim.Adam, **own),
    "accelerated LBFGS": trained(Accelerated, torch.optim.LBFGS, **own),
}
print("   ".join(f"{name}: {value}" for name, value in found.items()))
assert found == {
    "plain LBFGS": "trained, lines 0",
    "accelerated Adam": "trained, lines 5",
    "accelerated LBFGS": "TypeError",
}, found
PY
