#!/usr/bin/env bash
# river 0.26.1: in a sparse ARFF file, the first class is read as None, and numbers as text
#
# Guess:    iter_arff(sparse=True) follows the format: what a sparse row leaves out is the
#           attribute's zero, and the zero of a nominal attribute is the first of its values.
#           So a row without the class index belongs to the first class; numbers are floats.
# Happens:  the target is None for each row of the first class (writers of the format leave it
#           out), as if it had no label, and all features are strings: "1", not 1.0. The dense
#           reader gives floats. liac-arff reads the same file as the format says.
# Matters:  a whole class looks unlabelled. Code for missing labels, which is what one uses
#           here, then imputes or drops the class.
# Output:   river [({'x': '1'}, None), ({'x': '2'}, 'dog'), ({}, 'dog')]   liac [[1.0, 'cat'], [2.0, 'dog'], [0.0, 'dog']]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q river==0.26.1 liac-arff==2.5.0
cat > "$dir/pets.arff" <<'ARFF'
@relation pets
@attribute x numeric
@attribute class {cat,dog}
@data
{0 1}
{0 2,1 dog}
{1 dog}
ARFF
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - "$dir/pets.arff" <<'PY'
import sys

import arff
from river import stream

by_river = list(stream.iter_arff(sys.argv[1], target="class", sparse=True))
with open(sys.argv[1]) as file:
    by_liac = arff.load(file)["data"]
print(f"river {by_river}   liac {by_liac}")
as_seen = (
    [target for _, target in by_river] == [None, "dog", "dog"]
    and by_river[0][0] == {"x": "1"}
    and by_liac == [[1.0, "cat"], [2.0, "dog"], [0.0, "dog"]]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
