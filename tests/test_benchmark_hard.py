"""The benchmarks of hard samples and rare classes run, and take out what they say."""

import numpy as np
import pytest
import torch
from benchmark_helpers import read_rows
from torch import nn


def test_difficulty_sorts_once_and_trains_in_every_way(load_benchmark, tmp_path):
    script = load_benchmark("difficulty")
    ways = ["without wrong, hard × 3", "easy first, then without wrong"]
    arguments = ["--quick", "--tables", "digits", "--noises", "symmetric 20 %"]
    script.main([*arguments, "--out", str(tmp_path), "--ways", *ways])
    rows = read_rows(tmp_path / "difficulty.csv")
    assert [row["way"] for row in rows] == ways
    assert min(float(row["accuracy"]) for row in rows) > 0.5
    text = (tmp_path / "difficulty.md").read_text(encoding="utf-8")
    assert "## Digits" in text and "## Segment" not in text


def test_how_samples_are_sorted_is_told_with_the_share_of_wrong_labels(load_benchmark):
    script = load_benchmark("difficulty")
    runner = script.Runner()
    runner.key = ("digits", "none", 0)
    runner.data = (None, np.array([0, 1, 1, 1]), np.array([0, 1, 0, 0]), None, None)
    runner.difficulty = np.array(["easy", "easy", "wrong", "hard"])
    cell = {"table": "digits", "noise": "none", "seed": 0}
    for kind, told in {"easy": "0.500 0.000", "hard": "0.250 1.000"}.items():
        found = runner.run(**cell, way=f"{script.SORTED}: {kind}")
        assert found == {"accuracy": told}


def test_a_rare_class_is_scored_by_what_balanced_accuracy_says(
    load_benchmark, tmp_path
):
    script = load_benchmark("rare_losses")
    arguments = ["--quick", "--noises", "none", "--ways", "gce", "balanced softmax"]
    script.main([*arguments, "--out", str(tmp_path)])
    gce, balanced = read_rows(tmp_path / "rare_losses.csv")
    assert float(gce["balanced_accuracy"]) == 0.5 and float(gce["rare_called"]) == 0
    assert float(balanced["balanced_accuracy"]) > 0.8
    assert "**" in (tmp_path / "rare_losses.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("criterion", ["entropy", "weight", "any"])
def test_filters_that_say_least_are_taken_out_of_a_copy(load_benchmark, criterion):
    script = load_benchmark("grafting")
    network = nn.Sequential(nn.Conv2d(1, 4, 2), nn.ReLU(), nn.Conv2d(4, 2, 2))
    with torch.no_grad():
        network[0].weight.copy_(torch.arange(16.0).view(4, 1, 2, 2) + 1)
        network[0].weight[2] = torch.tensor([[90.0, 90.0], [90.0, 91.0]])
    left = script.without_filters(network, criterion, 0.25)
    gone = [bool((one == 0).all()) for one in left[0].weight]
    assert sum(gone) == 1
    assert left[0].bias[gone.index(True)] == 0
    if criterion != "any":
        assert gone.index(True) == {"entropy": 2, "weight": 0}[criterion]
    assert (network[0].weight != 0).all()
    assert script.without_filters(network, criterion, 0.0)[2].weight.abs().sum() > 0


def test_the_network_of_the_paper_has_32_layers(load_benchmark):
    script = load_benchmark("grafting")
    network = script.resnet32((28, 28), 10).eval()
    on_the_way = [
        one
        for one in network.modules()
        if isinstance(one, nn.Linear)
        or (isinstance(one, nn.Conv2d) and one.kernel_size == (3, 3))
    ]
    assert len(on_the_way) == 32
    with torch.no_grad():
        assert network(torch.zeros(2, 28, 28)).shape == (2, 10)
    rates = [script.steps_down(epoch / 200) for epoch in (0, 59, 60, 120, 199)]
    assert rates == pytest.approx([1, 1, 0.1, 0.01, 0.001])
