#!/usr/bin/env bash
# safetensors 0.8.0 (numpy side): a transposed or strided array comes back with other values
#
# Guess:    safetensors.numpy.save copies an array that isn't contiguous, or refuses it as the
#           torch side does ("You are trying to save a non contiguous tensor").
# Happens:  it writes the bytes of the underlying buffer under the shape of the view. A
#           transposed, a Fortran-ordered, a strided and a reversed array load without an error,
#           with the right shape and dtype, and wrong values. 0.7.0 did it right.
# Matters:  weights, transition matrices and out-of-fold probabilities are stored this way. Half
#           of scikit-learn's fitted arrays and every `.T` are Fortran-ordered: a transition
#           matrix saved as `T.T` loads as T, the wrong direction of the noise.
# Output:   T.T: False   Fortran order: False   every second column: False   reversed: False
#           contiguous: True   0.7.0, T.T: True
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
cat > "$dir/look.py" <<'PY'
import sys

import numpy as np
from safetensors.numpy import load, save

matrix = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.0, 0.2, 0.8]])
views = {
    "T.T": matrix.T,
    "Fortran order": np.asfortranarray(matrix),
    "every second column": matrix[:, ::2],
    "reversed": matrix[::-1],
    "contiguous": matrix,
}
same = {}
for name, view in views.items():
    back = load(save({"a": view}))["a"]
    assert back.shape == view.shape and back.dtype == view.dtype
    same[name] = bool(np.array_equal(back, view))
print("   ".join(f"{name}: {equal}" for name, equal in same.items()))
wanted = {name: sys.argv[1] == "0.7.0" or name == "contiguous" for name in same}
sys.exit(0 if same == wanted else "the behaviour changed")
PY
for version in 0.7.0 0.8.0; do
  "$dir/venv/bin/pip" install -q safetensors=="$version" numpy==2.4.6
  echo "safetensors $version: does it come back equal?"
  "$dir/venv/bin/python" "$dir/look.py" "$version"
done
