#!/usr/bin/env bash
# skrub 0.11.0: deduplicate turns every "male" into "female" because of two misspelt labels
#
# Guess:    it maps rare misspellings to the frequent spelling that they resemble; two values that
#           occur 30 times each are left alone. A column without misspellings comes back as is.
# Happens:  values are clustered by shared pieces of words alone, into the number of clusters with
#           the best silhouette; how often a value occurs only names the cluster. Of 30 "male",
#           30 "female", one "xale" and one "femal", all 30 "male" become "female", and
#           "xale" stays. "unhappy" becomes "happy", "class 1" and "class 2" become "class 3".
#           Without a misspelling there are too few values to choose a number of clusters:
#           ValueError, "attempt to get argmax of an empty sequence".
# Matters:  it is what one finds when label columns are to be tidied. The classes that share most
#           letters are opposites, and half of the labels are wrong afterwards.
# Output:   changed: 31 of 62, male -> female 30   clean column: ValueError
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q skrub==0.11.0 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1 scipy
"$dir/venv/bin/python" -W ignore - <<'PY'
import sys
from collections import Counter

from skrub import deduplicate


def changes(labels):
    pairs = zip(labels, deduplicate(labels))
    return Counter((str(old), str(new)) for old, new in pairs if old != new)


clean = ["male"] * 30 + ["female"] * 30
sexes = changes([*clean, "xale", "femal"])
moods = changes(["happy"] * 20 + ["unhappy"] * 20 + ["neutral"] * 20 + ["xappy", "neutra"])
try:
    said = changes(clean)
except ValueError as error:
    said = str(error)
print(f"changed: {sexes.total()} of 62: {dict(sexes)}")
print(f"moods: {dict(moods)}")
print(f"clean column: {said}")
as_seen = (
    sexes == {("male", "female"): 30, ("femal", "female"): 1}
    and moods[("unhappy", "happy")] == 20
    and said == "attempt to get argmax of an empty sequence"
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
