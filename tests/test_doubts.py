"""Where most of a class looks wrong, both readings are told."""

import numpy as np
import pandas as pd
import pytest

from sknoisy._cli import main
from sknoisy._doubts import doubts_of


def test_a_class_that_stands_out_is_named():
    found = doubts_of(
        [("Veh", 17, 8, "WinF"), ("WinF", 70, 5, "WinNF"), ("Con", 13, 0, None)]
    )
    assert len(found) == 1
    assert found[0].startswith(
        "8 of the 17 labels 'Veh' are doubted, mostly for 'WinF'"
    )


@pytest.mark.parametrize(
    "classes",
    [
        [],
        [("a", 0, 0, None)],
        [("a", 100, 45, "b"), ("b", 100, 44, "a")],  # as noisy as all others
        [("a", 4, 4, "b"), ("b", 100, 0, None)],  # few
        [("a", 100, 30, "b"), ("b", 900, 0, None)],  # many, but not most
    ],
)
def test_others_are_not(classes):
    assert doubts_of(classes) == []


def test_of_many_some_are_named_and_the_others_counted():
    classes = [(f"c{i}", 10, 9, "big") for i in range(8)] + [("big", 1000, 0, None)]
    found = doubts_of(classes)
    assert len(found) == 6
    assert found[-1] == "So it is with 3 more classes."


def test_an_audit_tells_on_the_terminal_and_in_the_report(tmp_path, capsys):
    rng = np.random.default_rng(0)
    kind = np.repeat(["big", "small", "other"], [300, 30, 300])
    at = {"big": 0, "small": 0, "other": 6}
    x = rng.normal([at[k] for k in kind], 1.0)
    kind[:40] = "small"  # of them, most look like big ones
    pd.DataFrame({"x": x, "z": rng.normal(size=630), "kind": kind}).to_csv(
        tmp_path / "data.csv", index=False
    )
    out = tmp_path / "out"
    arguments = ["audit", str(tmp_path / "data.csv"), "--label", "kind"]
    main([*arguments, "--out", str(out), "--threshold", "70"])
    told = " ".join(capsys.readouterr().out.split())
    assert "labels 'small' are doubted, mostly for 'big'" in told
    assert "labels &#x27;small&#x27; are doubted" in (out / "report.html").read_text()
