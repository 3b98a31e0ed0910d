#!/usr/bin/env bash
# datasets 5.2.0: cast_column to other class names keeps the numbers, and checks none of them
#
# Guess:    casting a ClassLabel column to the same names in another order keeps the meaning of each
#           row ("cat" stays "cat"), as a cast between two pandas or Arrow categoricals does;
#           an id outside the names is refused, as ClassLabel.encode_example and from_dict do.
# Happens:  the ids are kept, so every row changes its name. Integers 1, 2, 3 cast to the names
#           "1", "2", "3" become "2", "3" and an id that has no name; 7 and -2 pass as well.
#           No warning; int2str fails only when that row is looked at.
# Matters:  corrected labels come back from another tool with its own order of names. The cast
#           that is meant to align them makes all of them wrong.
# Output:   ['cat', 'dog'] became ['dog', 'cat']   [1, 2, 3, 7, -2] for three names: [1, 2, 3, 7, -2]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q datasets==5.2.0 pyarrow==26.0.1 numpy==2.4.6 pandas==3.1.1
HF_HOME="$dir/hf" HF_HUB_OFFLINE=1 "$dir/venv/bin/python" - <<'PY'
import sys

import datasets
from datasets import ClassLabel, Dataset, Features

datasets.disable_progress_bars()


def names(data):
    return data.features["y"].int2str(data["y"][:])


pets = Dataset.from_dict({"y": ["cat", "dog"]}, features=Features(y=ClassLabel(names=["cat", "dog"])))
turned = pets.cast_column("y", ClassLabel(names=["dog", "cat"]))
three = ClassLabel(names=["1", "2", "3"])
passed = Dataset.from_dict({"y": [1, 2, 3, 7, -2]}).cast_column("y", three)["y"][:]
print(f"{names(pets)} became {names(turned)}   [1, 2, 3, 7, -2] for three names: {passed}")
try:
    Dataset.from_dict({"y": [7]}, features=Features(y=three))
    refused = False
except ValueError:
    refused = True
as_seen = names(turned) == ["dog", "cat"] and passed == [1, 2, 3, 7, -2] and refused
sys.exit(0 if as_seen else "the behaviour changed")
PY
