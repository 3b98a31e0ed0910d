#!/usr/bin/env bash
# scipy 1.17.1: loadarff gives a missing nominal value as the class b"?"
#
# Guess:    its documentation: missing data (?) is represented as NaN. For a nominal attribute
#           some missing marker, at least nothing that could be a value.
# Happens:  NaN in numeric columns only. In a nominal one the bytes b"?" stay, though "?" isn't
#           among the values the file declares (meta lists cat and dog). liac-arff gives None.
# Matters:  unlabelled rows become a third class, "?", that any classifier learns and any
#           estimate of noise counts; checks for NaN or None find nothing.
# Output:   numeric [1.0, nan, 3.0]   classes [b'?', b'cat', b'dog'], declared ('cat', 'dog')   liac ['cat', 'dog', None]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q scipy==1.17.1 numpy==2.4.6 liac-arff==2.5.0
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import io
import sys

import arff
import numpy as np
from scipy.io.arff import loadarff

text = """@relation pets
@attribute x numeric
@attribute class {cat,dog}
@data
1,cat
?,dog
3,?
"""
data, meta = loadarff(io.StringIO(text))
classes, declared = np.unique(data["class"]).tolist(), meta["class"][1]
by_liac = [row[1] for row in arff.loads(text)["data"]]
print(f"numeric {data['x'].tolist()}   classes {classes}, declared {declared}   liac {by_liac}")
as_seen = (
    np.isnan(data["x"][1])
    and classes == [b"?", b"cat", b"dog"]
    and declared == ("cat", "dog")
    and by_liac == ["cat", "dog", None]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
