#!/usr/bin/env bash
# statsmodels 0.15.0: aggregate_raters makes a category of its own of missing ratings
#
# Guess:    fleiss_kappa needs the same number of ratings for each subject, so a table with
#           missing ratings (NaN) is refused, or the NaN are left out of the counts.
# Happens:  aggregate_raters lists nan among the categories. With it each row has the full
#           number of "ratings", so fleiss_kappa's own check for equal numbers passes. Two people
#           who both skipped a subject agree about it. Here five raters answer at random: the kappa
#           of the answers is 0.00; with half of the subjects rated by one of them only, it is
#           reported as 0.26. The same counts without the nan column are refused.
# Matters:  agreement says how noisy labels are. Skips that cluster, as those of hard samples
#           do, are counted as agreement.
# Output:   categories [0.0, 1.0, 2.0, nan]   kappa complete 0.00, with skips 0.26
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q statsmodels==0.15.0 numpy==2.3.5 scipy==1.17.1 pandas==3.0.6
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import numpy as np
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

ratings = np.random.default_rng(0).integers(0, 3, (600, 5)).astype(float)
complete = fleiss_kappa(aggregate_raters(ratings)[0])
ratings[:300, 1:] = np.nan
counts, categories = aggregate_raters(ratings)
skipped = fleiss_kappa(counts)
print(f"categories {categories.tolist()}   kappa complete {complete:.2f}, with skips {skipped:.2f}")
try:
    fleiss_kappa(counts[:, :3])
    refused = False
except AssertionError:
    refused = True
as_seen = np.isnan(categories[-1]) and abs(complete) < 0.05 and skipped > 0.15 and refused
sys.exit(0 if as_seen else "the behaviour changed")
PY
