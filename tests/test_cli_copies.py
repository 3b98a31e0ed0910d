"""Rows that are there several times, in ``sknoisy compare``."""

import numpy as np
import pandas as pd

from sknoisy._cli import main


def test_copies_are_in_one_fold(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(80, 4)), columns=list("abcd"))
    table["kind"] = rng.choice(["x", "y"], 80)  # by chance: nothing can be learned
    pd.concat([table] * 3).to_csv("copies.csv", index=False)
    main(["compare", "copies.csv", "--label", "kind", "--methods", "forest"])
    assert "160 rows are copies of others" in capsys.readouterr().out
    found = pd.read_csv("sknoisy-compare/comparison.csv")
    assert found.noisy_mean[0] < 0.7  # 1.0 by heart
