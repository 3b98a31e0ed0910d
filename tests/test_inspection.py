"""Displays show what they were given, in the order that they promise."""

import pytest
from numpy.testing import assert_allclose

from sknoisy.inspection import ComparisonDisplay


@pytest.fixture
def results():
    return {
        "worse": {"test_clean_score": [0.5, 0.7], "test_noisy_score": [0.5, 0.5]},
        "better": {"test_clean_score": [0.9, 0.9], "test_noisy_score": [0.4, 0.4]},
    }


def test_the_display_puts_the_best_by_clean_score_on_top(results, pyplot):
    display = ComparisonDisplay.from_results(results, title="two", xlabel="accuracy")
    top, below = display.ax_.get_yticklabels()
    assert [top.get_text(), below.get_text()] == ["better", "worse"] == display.names
    assert display.ax_.yaxis_inverted()
    assert_allclose(display.clean_.lines[0].get_xdata(), [0.9, 0.6])
    assert_allclose(display.noisy_.lines[0].get_xdata(), [0.4, 0.5])
    assert {t.get_text() for t in display.ax_.texts} == {
        "0.900",
        "0.600",
        "0.400",
        "0.500",
    }
    assert display.ax_.get_title(loc="left") == "two"
    assert display.ax_.get_xlabel().startswith("accuracy")


def test_the_display_goes_by_noisy_scores_where_clean_ones_are_missing(results, pyplot):
    del results["worse"]["test_clean_score"]
    _, ax = pyplot.subplots()
    display = ComparisonDisplay(results).plot(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert display.names == ["worse", "better"]
    assert display.clean_ is None


def test_the_display_takes_one_of_several_scores(results, pyplot):
    named = {
        name: {key.replace("score", "f1"): value for key, value in found.items()}
        for name, found in results.items()
    }
    display = ComparisonDisplay.from_results(named, score_name="f1")
    assert display.ax_.get_xlabel().startswith("f1")
    assert display.names == ["better", "worse"]


@pytest.fixture
def pyplot():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")
