"""What the displays of label issues draw is what detectors found."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from sknoisy.cleaning import CleanLabelClassifier
from sknoisy.detectors import NeighborConsensus
from sknoisy.inspection import (
    LabelGalleryDisplay,
    LabelIssuesDisplay,
    LabelPrecisionRecallDisplay,
    LabelQualityDisplay,
)


@pytest.fixture(scope="module")
def found(images):
    X, y = images
    rng = np.random.default_rng(0)
    is_wrong = rng.random(len(y)) < 0.2
    y_noisy = np.where(is_wrong, (y + 1) % 10, y)
    detector = NeighborConsensus().fit(X.reshape(len(X), -1), y_noisy)
    return SimpleNamespace(X=X, y=y_noisy, is_wrong=is_wrong, detector=detector)


@pytest.fixture(scope="module")
def images():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X[:400].reshape(-1, 8, 8), y[:400]


@pytest.fixture(autouse=True)
def pyplot():
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def heights(ax):
    return sum(patch.get_height() for patch in ax.patches)


@pytest.mark.parametrize("mixture", ["gaussian", "beta", None])
def test_the_bars_of_quality_hold_every_sample_once(found, mixture):
    display = LabelQualityDisplay.from_estimator(found.detector, mixture=mixture)
    assert heights(display.ax_) == len(found.y)
    n_issues = found.detector.is_issue_.sum()
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[:2] == [f"{n_issues} issues", f"{400 - n_issues} others"]
    assert len(display.ax_.lines) == (0 if mixture is None else 2)
    assert display.ax_.get_title(loc="left") == "NeighborConsensus"


def test_the_mixture_is_drawn_at_the_scale_of_the_bars(found):
    quality = np.r_[np.full(300, 0.2), np.full(100, 0.8)]
    quality = np.clip(quality + np.random.default_rng(0).normal(0, 0.05, 400), 0, 1)
    display = LabelQualityDisplay.from_predictions(quality, bins=50)
    lower, upper = (line.get_xydata() for line in display.ax_.lines)
    for curve, n_samples in [(lower, 300), (upper, 100)]:
        area = np.trapezoid(curve[:, 1], curve[:, 0])
        assert_allclose(area * 50, n_samples, rtol=0.05)


def test_equal_qualities_have_no_mixture():
    display = LabelQualityDisplay.from_predictions(np.full(9, 0.5))
    assert display.mixture_ is None and heights(display.ax_) == 9


def test_issues_are_counted_by_given_and_suggested_class():
    y = np.array(["a", "a", "a", "b", "b", "c"])
    is_issue = [True, True, False, True, False, False]
    suggested = ["b", "c", "a", "a", "b", "c"]
    display = LabelIssuesDisplay.from_predictions(y, is_issue, suggested)
    assert_array_equal(display.counts, [[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    written = {text.get_text() for text in display.ax_.texts}
    assert {"2  (66.7%)", "1  (50.0%)", "0  (0.0%)"} <= written
    bars = [(round(b.get_y()), b.get_x(), b.get_width()) for b in display.ax_.patches]
    assert bars == [(0, 0, 1), (0, 1, 1), (1, 0, 1)]


def test_of_many_classes_those_with_most_issues_are_shown():
    codes = np.arange(12_000) % 300
    is_issue = np.arange(12_000) < 300 * 40 * 0.25
    is_issue[codes == 7] = True  # all 40 of them, seven others suggested
    suggested = np.where(is_issue, (codes + 1 + codes % 2) % 300, codes)
    suggested[codes == 7] = 100 + np.arange(40) % 7
    display = LabelIssuesDisplay.from_predictions(codes, is_issue, suggested)
    names = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert len(names) == 30
    assert "7" in names
    assert names == sorted(names, key=int)
    assert "270 more classes, with 2,700 issues" in display.ax_.get_xlabel()
    at = names.index("7")
    widths = [b.get_width() for b in display.ax_.patches if round(b.get_y()) == at]
    assert widths == [6, 6, 6, 6, 6, 5, 5]  # the last is all that have no color
    assert "others" in [text.get_text() for text in display.ax_.texts]
    assert display.figure_.get_size_inches()[1] < 11
    few = display.plot(max_classes=2)
    assert len(few.ax_.get_yticks()) == 2
    with pytest.raises(ValueError, match="max_classes == 0"):
        display.plot(max_classes=0)


def test_labels_that_a_class_keeps_anyway_are_no_issues(found):
    clf = CleanLabelClassifier(LogisticRegression(), min_per_class=30)
    clf.set_params(detector=NeighborConsensus(threshold=300))
    X = found.X.reshape(len(found.X), -1) / 16
    clf.fit(X, found.y)
    n_issues = clf.label_issues_["is_issue"].sum()
    assert n_issues < 300
    assert LabelIssuesDisplay.from_estimator(clf, found.y).counts.sum() == n_issues
    assert LabelQualityDisplay.from_estimator(clf).is_issue.sum() == n_issues
    display = LabelPrecisionRecallDisplay.from_estimator(clf, found.is_wrong)
    assert display.is_issue.sum() == n_issues
    gallery = LabelGalleryDisplay.from_estimator(clf, found.X, found.y, n_images=300)
    assert len(gallery.images) == n_issues
    whole = LabelIssuesDisplay.from_estimator(clf.detector_, found.y)
    assert whole.counts.sum() == 300


def test_issues_of_a_detector_and_names_of_classes(found):
    names = [f"digit {i}" for i in range(10)]
    display = LabelIssuesDisplay.from_estimator(
        found.detector, found.y, class_names=names
    )
    assert display.counts.sum() == found.detector.is_issue_.sum()
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == names
    with pytest.raises(ValueError, match="class_names has 9 names, but there are 10"):
        LabelIssuesDisplay.from_estimator(
            found.detector, found.y, class_names=names[:9]
        )


def test_the_gallery_shows_the_worst_issues_first(found):
    display = LabelGalleryDisplay.from_estimator(
        found.detector, found.X, found.y, n_images=10, n_columns=4
    )
    quality = found.detector.quality_[display.rows]
    assert (np.diff(quality) >= 0).all() and len(display.axes_) == 10
    assert found.detector.is_issue_[display.rows].all()
    assert quality.max() <= np.sort(found.detector.quality_)[9]
    first = display.axes_[0]
    assert_array_equal(first.images[0].get_array(), found.X[display.rows[0]])
    given = found.y[display.rows[0]]
    assert first.get_title().startswith(f"given {given}\n")


def test_long_names_in_the_gallery_run_into_no_neighbor():
    names = ["STAPHYLOCOCCUS AUREUS", "cat", "a rather long name", "digit " * 9]
    names = np.array(names)
    display = LabelGalleryDisplay(np.ones((4, 5, 5)), names, names[::-1], np.arange(4))
    display.plot(n_columns=4)
    display.figure_.canvas.draw()
    titles = [ax.title.get_window_extent() for ax in display.axes_]
    ends, starts = [t.x1 for t in titles[:-1]], [t.x0 for t in titles[1:]]
    assert all(end < start for end, start in zip(ends, starts, strict=True))
    assert "cat" in display.axes_[1].get_title()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_gallery_takes_colors(found, channels):
    X = np.repeat(found.X[..., None], channels, axis=3) / 16
    display = LabelGalleryDisplay.from_estimator(found.detector, X, found.y, n_images=2)
    assert len(display.axes_) == 2


@pytest.mark.parametrize("spoil", [lambda X: X[:9], lambda X: X.reshape(400, 64)])
def test_what_are_no_images_is_refused(found, spoil):
    with pytest.raises(ValueError, match="must hold the 400 images of fit"):
        LabelGalleryDisplay.from_estimator(found.detector, spoil(found.X), found.y)


def test_the_curve_is_that_of_the_lowest_qualities(found):
    display = LabelPrecisionRecallDisplay.from_estimator(found.detector, found.is_wrong)
    expected = average_precision_score(found.is_wrong, -found.detector.quality_)
    assert display.average_precision_ == pytest.approx(expected)
    stop = display.ax_.lines[-1].get_xydata()[0]
    flagged = found.detector.is_issue_
    hits = (flagged & found.is_wrong).sum()
    assert_allclose(stop, [hits / found.is_wrong.sum(), hits / flagged.sum()])


def test_curves_can_share_axes(found):
    first = LabelPrecisionRecallDisplay.from_estimator(found.detector, found.is_wrong)
    second = LabelPrecisionRecallDisplay.from_predictions(
        1.0 - found.is_wrong, found.is_wrong, ax=first.ax_, name="oracle"
    )
    assert second.ax_ is first.ax_ and second.average_precision_ == 1


@pytest.mark.parametrize(
    ("is_wrong", "message"),
    [
        (np.zeros(400), "nothing to find"),
        (np.zeros(3), "one boolean for each of the 400 samples"),
        (np.full(400, 0.5), "one boolean for each"),
    ],
)
def test_a_truth_that_says_nothing_is_refused(found, is_wrong, message):
    with pytest.raises(ValueError, match=message):
        LabelPrecisionRecallDisplay.from_estimator(found.detector, is_wrong)


def test_what_is_no_detector_is_told_so(found):
    with pytest.raises(NotFittedError):
        LabelQualityDisplay.from_estimator(NeighborConsensus())
    fitted = LogisticRegression(max_iter=9999).fit(found.X.reshape(400, -1), found.y)
    with pytest.raises(TypeError, match="neither quality_ nor detector_"):
        LabelQualityDisplay.from_estimator(fitted)


def test_a_mixture_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="mixture='gamma' is not one of"):
        LabelQualityDisplay.from_predictions([0.1, 0.9], mixture="gamma")


def test_names_are_written_in_what_is_read_on_their_color():
    given = ["a"] * 40
    suggested = [str(code) for code in np.arange(40) % 20]  # of the palette of twenty
    display = LabelIssuesDisplay.from_predictions(given, np.ones(40, bool), suggested)
    names = {*suggested, "others"}
    written = [text for text in display.ax_.texts if text.get_text() in names]
    assert {text.get_color() for text in written} == {"white", "#222222"}
