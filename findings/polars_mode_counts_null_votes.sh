#!/usr/bin/env bash
# polars 2.1.0: a missing vote is a vote in mode and n_unique
#
# Guess:    aggregates leave nulls out, as polars' own mean and count do, as SQL does, and pandas'
#           mode and nunique: the mode of cat, cat and three nulls is cat, a unanimous one.
# Happens:  null is a value that wins: the mode is null, and n_unique is 2. In the same package
#           SQLContext's COUNT(DISTINCT vote) says 1. mode has no option against it;
#           drop_nulls() before it helps.
# Matters:  mode per task is majority voting in one line, and n_unique == 1 is "all agree". In a
#           table of annotators most votes are missing, so tasks that do have votes end without a
#           label, and tasks on which all agree are sent out as disputed.
# Output:   t1 (cat, cat, 3 nulls): mode None, of votes cat, n_unique 2, mean 4.0, count 2
#           t2 (dog, dog, 1 null):  mode dog, of votes dog, n_unique 2, mean 2.0, count 2
#           SQL [1, 1]
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q polars==2.1.0
OMP_NUM_THREADS=1 "$dir/venv/bin/python" - <<'PY'
import sys

import polars as pl

votes = pl.DataFrame(
    {
        "task": ["t1"] * 5 + ["t2"] * 3,
        "vote": ["cat", "cat", None, None, None, "dog", "dog", None],
        "grade": [4, 4, None, None, None, 2, 2, None],
    }
)
vote = pl.col("vote")
table = votes.group_by("task", maintain_order=True).agg(
    vote.mode().first().alias("mode"),
    vote.drop_nulls().mode().first().alias("of votes"),
    vote.n_unique().alias("n_unique"),
    pl.col("grade").mean().alias("mean"),
    vote.count().alias("count"),
)
for row in table.to_dicts():
    print(row)
query = "SELECT task, COUNT(DISTINCT vote) AS n FROM votes GROUP BY task ORDER BY task"
distinct = pl.SQLContext(votes=votes).execute(query, eager=True)["n"].to_list()
print("SQL", distinct)
as_seen = (
    table["mode"].to_list() == [None, "dog"]
    and table["of votes"].to_list() == ["cat", "dog"]
    and table["n_unique"].to_list() == [2, 2]
    and table["mean"].to_list() == [4.0, 2.0]
    and table["count"].to_list() == [2, 2]
    and distinct == [1, 1]
)
sys.exit(0 if as_seen else "the behaviour changed")
PY
