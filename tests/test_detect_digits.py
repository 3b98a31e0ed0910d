"""The detectors' benchmark runs, goes on where it was, and prints its table."""

import pytest


@pytest.fixture
def script(load_benchmark):
    return load_benchmark("detect_digits")


@pytest.mark.slow
def test_a_line_for_each_detector_and_the_yardsticks(script, tmp_path, capsys):
    names = ["NeighborConsensus()", "KDN(5)"]
    arguments = ["--quick", "--out", str(tmp_path), "--detectors", *names]
    script.main(arguments)
    lines = (tmp_path / "detect_digits.md").read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ")][2:]
    assert [line.split(" | ")[0] for line in table] == [
        "| `NeighborConsensus()`",
        "| `KDN(5)`",
        "| clean labels",
        "| noisy labels",
        "| the right ones of them",
    ]
    auroc, noise_rate = (float(table[0].split(" | ")[i]) for i in (1, 5))
    assert auroc > 0.9
    assert abs(noise_rate - 30) < 10
    capsys.readouterr()
    script.main(arguments)
    assert "5 rows present, 0 to run" in capsys.readouterr().err


def test_an_unknown_detector_is_named(script, tmp_path):
    with pytest.raises(SystemExit, match="unknown detectors"):
        script.main(["--out", str(tmp_path), "--detectors", "KNN()"])
