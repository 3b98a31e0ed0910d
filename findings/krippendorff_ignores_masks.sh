#!/usr/bin/env bash
# krippendorff 0.9.0: the mask of a numpy masked array is ignored, and what marks a gap
# counts as a rating of its own
#
# Guess:    a rating that is masked is missing, as NaN is: numpy's own mark for "not there".
# Happens:  alpha(reliability_data=) takes the values below the mask: two raters, ten items,
#           one of them not rated by the first, masked from -9, have .750, as if -9 were a
#           category. With NaN in its place they have .852. Nothing is said.
# Matters:  agreement of labelers is reported too low, the more so the more is missing; and a
#           matrix read with numpy.genfromtxt(usemask=True) is such an array.
# Output:   masked 0.7500   NaN 0.8522
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q krippendorff==0.9.0 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import krippendorff
import numpy as np

ratings = np.array([[1, 2, 3, 3, 2, 1, 4, 1, 2, -9], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5]])
masked = np.ma.masked_equal(ratings, -9)
filled = masked.astype(float).filled(np.nan)


def alpha(data):
    return krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")


print(f"masked {alpha(masked):.4f}   NaN {alpha(filled):.4f}")
assert abs(alpha(masked) - alpha(ratings)) < 1e-12  # the mask says nothing
assert f"{alpha(masked):.4f} {alpha(filled):.4f}" == "0.7500 0.8522"
PY
