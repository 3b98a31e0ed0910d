"""The benchmark of published figures."""

import pytest
import torch
from benchmark_helpers import digits_as_clothes, read_rows


@pytest.fixture
def script(load_benchmark, monkeypatch):
    """The benchmark, on digits instead of clothes."""
    script = load_benchmark("published")
    monkeypatch.setattr(script, "fetch_fashion_mnist", digits_as_clothes)
    return script


def test_rows_survive_and_stand_beside_the_published_ones(script, tmp_path, capsys):
    arguments = ["--quick", "--out", str(tmp_path), "--rates", "20 %", "--methods"]
    arguments += ["CE", "Co-teaching"]
    script.main(arguments)
    rows = read_rows(tmp_path / "published.csv")
    assert [row["method"] for row in rows] == ["CE", "Co-teaching"]
    assert all(0.1 < float(row["wrong"]) < 0.3 for row in rows)
    script.main(arguments)
    assert read_rows(tmp_path / "published.csv") == rows
    found = [f"{100 * float(row['accuracy']):.1f}" for row in rows]
    text = capsys.readouterr().out
    assert f"| CE | 88.54 |  | {found[0]} |  |" in text
    assert f"| Co-teaching | 91.21 | +2.7 | {found[1]} |" in text


def test_the_network_of_the_device_has_eighteen_layers(script):
    network = script.resnet18((28, 28), 10)
    layers = [m for m in network.modules() if hasattr(m, "weight")]
    deep = [m for m in layers if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    round_about = [m for m in deep if getattr(m, "kernel_size", None) == (1, 1)]
    assert len(deep) - len(round_about) == 18
    assert network(torch.zeros(2, 28, 28)).shape == (2, 10)
