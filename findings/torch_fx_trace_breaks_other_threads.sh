#!/usr/bin/env bash
# torch 2.13.0: while one thread traces a module with torch.fx, calls of any other module in
# any other thread fail
#
# Guess:    symbolic_trace runs the forward of one module with stand-ins for its tensors; a
#           network that predicts in another thread meanwhile has nothing to do with it.
# Happens:  for the time of a trace, the call of nn.Module itself is replaced, for the whole
#           process. A call in another thread goes to the tracer, too, which looks the module
#           up below the root of its own and raises NameError, "module is not installed as a
#           submodule", out of an ordinary prediction. Once the trace is over it works again.
# Matters:  a library that looks into users' networks by torch.fx (to stack, to quantize, to
#           count), and a server or a search that fits and predicts in threads: a prediction
#           fails now and then, and nothing in its own code or traceback names fx as the cause.
#           Watching one thread, by torch.overrides.TorchFunctionMode and hooks on the layers
#           of that one network, leaves others alone.
# Output:   before: Tensor   while another thread traces: NameError   after: Tensor
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q torch==2.13.0 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import sys
import threading

import torch
from torch import fx, nn

begun, tried = threading.Event(), threading.Event()


class Traced(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        begun.set()
        tried.wait(30)
        return self.layer(x)


other = nn.Linear(2, 2)  # never handed to fx


def called():
    try:
        return type(other(torch.ones(1, 2))).__name__
    except NameError as error:
        return type(error).__name__


found = {"before": called()}


def beside():
    begun.wait(30)
    found["while another thread traces"] = called()
    tried.set()


thread = threading.Thread(target=beside)
thread.start()
fx.symbolic_trace(Traced())
thread.join()
found["after"] = called()
print("   ".join(f"{when}: {what}" for when, what in found.items()))
sys.exit(0 if [*found.values()] == ["Tensor", "NameError", "Tensor"] else "it changed")
PY
