#!/usr/bin/env bash
# scipy 1.17.1: class names saved to a .mat file come back padded to the longest one
#
# Guess:    savemat then loadmat of an array of strings gives the strings, perhaps in two
#           dimensions.
# Happens:  "dog" comes back as "dog  " beside "mouse": the names go through a character matrix
#           whose rows have one length, and the padding stays on. An array of dtype object
#           comes back without it.
# Matters:  how long the padding is depends on the other names in the file. "dog" in a file with
#           "mouse" and "dog" in a file with "cat" are two classes: training and test labels,
#           or the labels of two people, agree on none of the dogs.
# Output:   ['dog  ', 'mouse'] and ['cat', 'dog']: common names []   as objects: ['dog', 'mouse']
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q scipy==1.17.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import io
import sys

import numpy as np
from scipy.io import loadmat, savemat


def back(names, dtype=None):
    file = io.BytesIO()
    savemat(file, {"labels": np.array(names, dtype=dtype)})
    file.seek(0)
    return [str(name) for name in loadmat(file, squeeze_me=True)["labels"]]


train, test = back(["dog", "mouse"]), back(["cat", "dog"])
objects = back(["dog", "mouse"], object)
print(f"{train} and {test}: common names {sorted(set(train) & set(test))}   as objects: {objects}")
as_seen = train == ["dog  ", "mouse"] and test == ["cat", "dog"] and objects == ["dog", "mouse"]
sys.exit(0 if as_seen else "the behaviour changed")
PY
