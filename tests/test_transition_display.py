"""The display of a transition matrix shows what it was given."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from sknoisy.inspection import TransitionMatrixDisplay
from sknoisy.noise import PairFlipNoise, SymmetricNoise

TRUE = np.array([[0.5, 0.2, 0.3], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]])
FOUND = np.array([[0.6, 0.2, 0.2], [0.3, 0.5, 0.2], [0.2, 0.3, 0.5]])


@pytest.fixture(autouse=True)
def pyplot():
    plt = pytest.importorskip("matplotlib.pyplot")
    yield plt
    plt.close("all")


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def names_of(ticks):
    return [text.get_text() for text in ticks]


def test_a_matrix_alone_is_one_picture():
    display = TransitionMatrixDisplay(FOUND, classes=["a", "b", "c"]).plot(
        title="found"
    )
    (ax,) = display.axes_
    assert texts_of(ax) == [
        ".60",
        ".20",
        ".20",
        ".30",
        ".50",
        ".20",
        ".20",
        ".30",
        ".50",
    ]
    assert (
        names_of(ax.get_yticklabels()) == names_of(ax.get_xticklabels()) == list("abc")
    )
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true class", "given label")
    assert ax.get_title(loc="left") == "found"
    assert_allclose(display.images_[0].get_array(), FOUND)
    assert display.figure_ is ax.figure


def test_a_true_matrix_comes_with_the_difference():
    display = TransitionMatrixDisplay(FOUND, true_transition=TRUE).plot(title="both")
    shown = [image.get_array() for image in display.images_]
    for found, expected in zip(shown, [TRUE, FOUND, FOUND - TRUE], strict=True):
        assert_allclose(found, expected)
    titles = [ax.get_title(loc="left") for ax in display.axes_]
    assert titles == ["true", "estimated", "difference (mean absolute 0.022)"]
    assert texts_of(display.axes_[2])[:3] == ["+.100", "+.000", "-.100"]
    low, high = display.images_[2].get_clim()
    assert low == -high == pytest.approx(-0.1)
    assert display.figure_.get_suptitle() == "both"


def test_small_differences_look_small():
    near = TRUE + np.array([0.001, -0.001, 0])
    display = TransitionMatrixDisplay(near, true_transition=TRUE).plot()
    assert display.images_[2].get_clim() == (-0.05, 0.05)


def test_noise_models_and_anything_with_a_matrix_can_be_shown():
    y = ["cat", "dog", "fox"] * 10
    noise, other = PairFlipNoise(0.2).fit(None, y), SymmetricNoise(0.2).fit(None, y)
    display = TransitionMatrixDisplay.from_estimator(noise, true_transition=other)
    assert_allclose(display.images_[0].get_array(), other.transition_matrix_)
    assert_allclose(display.images_[1].get_array(), noise.transition_matrix_)
    assert display.figure_.get_suptitle() == "PairFlipNoise"
    assert names_of(display.axes_[0].get_yticklabels()) == ["cat", "dog", "fox"]


def test_flips_can_be_shown_alone_or_with_an_estimate():
    y_true, y_noisy = ["a", "a", "b", "b"], ["a", "b", "b", "b"]
    display = TransitionMatrixDisplay.from_predictions(y_true, y_noisy)
    assert_allclose(display.images_[0].get_array(), [[0.5, 0.5], [0, 1]])
    display = TransitionMatrixDisplay.from_predictions(
        y_true, y_noisy, transition=np.eye(2), classes=["first", "second"]
    )
    assert_allclose(display.images_[2].get_array(), [[0.5, -0.5], [0, 0]])
    assert names_of(display.axes_[0].get_yticklabels()) == ["first", "second"]


def test_a_class_that_is_never_true_is_left_blank():
    display = TransitionMatrixDisplay.from_predictions(
        [0, 0, 1], [0, 2, 1], transition=np.eye(3)
    )
    truth = display.images_[0].get_array()
    assert np.isnan(np.ma.filled(truth, np.nan)[2]).all()
    assert len(texts_of(display.axes_[0])) == 6
    title = display.axes_[2].get_title(loc="left")
    assert title == "difference (mean absolute 0.167)"  # of the rows that are known


def test_many_classes_have_colors_instead_of_numbers():
    display = TransitionMatrixDisplay(np.eye(40)).plot()
    assert texts_of(display.axes_[0]) == []
    assert len(display.figure_.axes) == 2  # the second is the bar of colors
    # names that would lie on each other are left out
    names = [text.get_text() for text in display.axes_[0].get_yticklabels()]
    assert names == [str(i) for i in range(0, 40, 2)]


def test_of_very_many_classes_the_largest_mixups_are_ringed():
    matrix = np.eye(200)
    matrix[3, [3, 90]] = 0.6, 0.4
    matrix[7, [7, 8]] = 0.98, 0.02  # too little to be told
    display = TransitionMatrixDisplay(matrix).plot()
    (rings,) = display.axes_[0].collections
    assert rings.get_offsets().tolist() == [[90, 3]]
    both = TransitionMatrixDisplay(np.eye(200), true_transition=matrix).plot()
    (rings,) = both.axes_[2].collections
    assert sorted(rings.get_offsets().tolist()) == [[3, 3], [90, 3]]
    assert not TransitionMatrixDisplay(np.eye(20)).plot().axes_[0].collections


def test_axes_may_be_the_callers(pyplot):
    _, ax = pyplot.subplots()
    display = TransitionMatrixDisplay(FOUND).plot(axes=ax)
    assert display.axes_[0] is ax
    _, axes = pyplot.subplots(1, 3)
    both = TransitionMatrixDisplay(FOUND, true_transition=TRUE)
    assert list(both.plot(axes=axes).axes_) == list(axes)
    with pytest.raises(ValueError, match="1 Axes, but 3 are needed"):
        both.plot(axes=ax)


def test_what_has_no_matrix_is_refused():
    with pytest.raises(NotFittedError):
        TransitionMatrixDisplay.from_estimator(PairFlipNoise())
    with pytest.raises(TypeError, match="StandardScaler has no transition_matrix_"):
        TransitionMatrixDisplay.from_estimator(StandardScaler().fit([[0.0], [1.0]]))


@pytest.mark.parametrize(
    ("transition", "options", "message"),
    [
        (2 * FOUND, {}, "Row 0 of transition"),
        (
            FOUND,
            {"true_transition": np.eye(2)},
            r"shape \(3, 3\), but the true one.* has \(2, 2\)",
        ),
        (FOUND, {"classes": ["a", "b"]}, "classes has 2 names, but the matrix has 3"),
        (np.full((3, 3), np.nan), {}, "NaN"),
        ([0.5, 0.5], {}, r"shape \(2,\), but is not square"),
        (np.full((2, 3), np.nan), {}, r"shape \(2, 3\), but is not square"),
    ],
)
def test_matrices_that_are_none_are_refused(transition, options, message):
    with pytest.raises(ValueError, match=message):
        TransitionMatrixDisplay(transition, **options).plot()
