#!/usr/bin/env bash
# datasets 5.2.0: text that is no class name passes as an id if it is a number
#
# Guess:    casting a column of text to ClassLabel maps names to ids and raises at a text that is
#           no name, as "Dog" for "dog" does; " dog" is no name, nor is "1" among 10, 20 and 2.
# Happens:  what is no name is read as an id. "1" becomes 1, which is called "20"; in a column of
#           "cat", "1" and "bird" the 1 becomes a dog; "-1" passes as well, and so does " dog"
#           without its space. "3" and "1.0" raise, since there are no such ids.
# Matters:  a few cells that hold a key of the keyboard, a code of another tool or a count instead
#           of a name are what wrong labels look like in files. The cast that should stop at them
#           gives each of them a class.
# Output:   names 10, 20, 2: "1" -> 20, "0" -> 10   cat, 1, bird, 2 -> cat, dog, bird, bird
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q datasets==5.2.0 pyarrow==26.0.1 numpy==2.4.6 pandas==3.1.1
HF_HOME="$dir/hf" HF_HUB_OFFLINE=1 "$dir/venv/bin/python" - <<'PY'
import sys

import datasets
from datasets import ClassLabel, Dataset

datasets.disable_progress_bars()
sizes = ClassLabel(names=["10", "20", "2"])
named = [sizes.int2str(sizes.str2int(text)) for text in ("1", "0")]
pets = ClassLabel(names=["cat", "dog", "bird"])
column = Dataset.from_dict({"y": ["cat", "1", "bird", "2"]}).cast_column("y", pets)
cast = pets.int2str(column["y"][:])
print(f'names 10, 20, 2: "1" -> {named[0]}, "0" -> {named[1]}   cat, 1, bird, 2 -> {", ".join(cast)}')
refused = []
for text in ("Dog", "3", "1.0"):
    try:
        pets.str2int(text)
    except ValueError:
        refused.append(text)
as_seen = (
    named == ["20", "10"]
    and cast == ["cat", "dog", "bird", "bird"]
    and (pets.str2int("-1"), pets.str2int(" dog")) == (-1, 1)
    and refused == ["Dog", "3", "1.0"]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
