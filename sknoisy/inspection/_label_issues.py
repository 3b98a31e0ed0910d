"""Which classes the wrong labels are in, and where they should be."""

import numbers
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_scalar

from sknoisy._data_types import ArrayLike, Estimator
from sknoisy._shown import shown
from sknoisy.inspection._drawing import (
    check_flags,
    dress,
    findings_of,
    issues_of,
    new_axes,
    readable_on,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["LabelIssuesDisplay"]

MOST_PARTS = 6  # of a bar, that can be told apart
LEFTOVER = "#999999"


class LabelIssuesDisplay:
    """Bars of label issues per given class, and what they are suggested to be.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        ``counts[i, j]``: issues given as class i and suggested to be class j.

    totals : ndarray of shape (n_classes,)
        How many samples are given as each class.

    classes : ndarray of shape (n_classes,)
        The class labels.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the plot.

    figure_ : matplotlib Figure
        Figure with the plot.

    See Also
    --------
    LabelQualityDisplay : How good the labels are on the whole.
    TransitionMatrixDisplay : The matrix by which true labels became given ones.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NeighborConsensus, PairFlipNoise
    >>> from sknoisy.inspection import LabelIssuesDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy = PairFlipNoise(0.2, random_state=0).fit_corrupt(y)
    >>> detector = NeighborConsensus().fit(X, y_noisy)
    >>> display = LabelIssuesDisplay.from_estimator(
    ...     detector, y_noisy, class_names=["setosa", "versicolor", "virginica"]
    ... )
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['setosa', 'versicolor', 'virginica']
    """

    def __init__(
        self, counts: np.ndarray, totals: np.ndarray, classes: np.ndarray
    ) -> None:
        self.counts = counts
        self.totals = totals
        self.classes = classes

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        y: ArrayLike,
        *,
        class_names: Mapping[Any, str] | Sequence[str] | None = None,
        max_classes: int = 30,
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot what a detector found.

        Parameters
        ----------
        estimator : fitted detector, CleanLabelClassifier or LabelCleaner
            Whose findings to show.

        y : array-like of shape (n_samples,)
            The given labels that it was fitted on.

        class_names : list of str, default=None
            Names to write instead of the labels, in sorted order of the labels.

        max_classes : int >= 1, default=30
            How many classes to show at most: those with most issues.

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot; None takes the name of the detector.

        Returns
        -------
        display : LabelIssuesDisplay
            The display, plotted.
        """
        detector = findings_of(estimator)
        title = type(detector).__name__ if title is None else title
        return cls.from_predictions(
            y,
            issues_of(estimator),
            detector.suggested_labels_,
            class_names=class_names,
            max_classes=max_classes,
            ax=ax,
            title=title,
        )

    @classmethod
    def from_predictions(
        cls,
        y: ArrayLike,
        is_issue: ArrayLike,
        suggested_labels: ArrayLike,
        *,
        class_names: Mapping[Any, str] | Sequence[str] | None = None,
        max_classes: int = 30,
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot issues from anywhere.

        Parameters
        ----------
        y : array-like of shape (n_samples,)
            The given labels.

        is_issue : array-like of bool of shape (n_samples,)
            Which of them are called wrong.

        suggested_labels : array-like of shape (n_samples,)
            What they are suggested to be.

        class_names : list of str, default=None
            Names to write instead of the labels, in sorted order of the labels.

        max_classes : int >= 1, default=30
            How many classes to show at most: those with most issues.

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelIssuesDisplay
            The display, plotted.
        """
        y, suggested = np.asarray(y), np.asarray(suggested_labels)
        is_issue = check_flags(is_issue, len(y))
        if suggested.shape != y.shape:
            raise ValueError(
                f"suggested_labels has shape {suggested.shape}, but y has {y.shape}."
            )
        classes = np.unique(np.r_[np.unique(y), np.unique(suggested)])
        given = np.searchsorted(classes, y)
        better = np.searchsorted(classes, suggested[is_issue])
        counts = np.zeros((len(classes), len(classes)), dtype=int)
        np.add.at(counts, (given[is_issue], better), 1)
        totals = np.bincount(given, minlength=len(classes))
        display = cls(counts, totals, _names(class_names, classes))
        return display.plot(ax=ax, title=title, max_classes=max_classes)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        title: str | None = None,
        max_classes: int = 30,
    ) -> Self:
        """Plot the issues.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        max_classes : int >= 1, default=30
            How many classes to show at most: those with most issues. In each, the six
            classes suggested most often have a color, and the others one together.

        Returns
        -------
        display : LabelIssuesDisplay
            This object.
        """
        shown = self._most_concerned(max_classes)
        height = 1.4 + 0.3 * len(shown)
        self.ax_ = new_axes((7.5, height)) if ax is None else ax
        self.figure_ = self.ax_.figure
        self._draw_bars(shown)
        self._write_shares(shown)
        names = [str(self.classes[i]) for i in shown]
        self.ax_.set_yticks(np.arange(len(shown)), names)
        self.ax_.set_ylim(len(shown) - 0.4, -0.6)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.margins(x=0.14)  # room for what is written beside the longest bar
        self.ax_.set_xlabel(self._describe(shown))
        self.ax_.set_ylabel("given class")
        dress(self.ax_, grid="x", title=title)
        return self

    def _most_concerned(self, max_classes):
        """Return the classes to show, in their order: those with most issues."""
        check_scalar(max_classes, "max_classes", numbers.Integral, min_val=1)
        order = np.argsort(-self.counts.sum(axis=1), kind="stable")
        return np.sort(order[:max_classes])

    def _describe(self, shown):
        left_out = np.delete(self.counts.sum(axis=1), shown)
        if not left_out.size:
            return "label issues"
        return (
            f"label issues ({left_out.size:,} more classes, with {left_out.sum():,}"
            " issues, aren't shown)"
        )

    def _draw_bars(self, shown):
        from matplotlib import colormaps

        palette = colormaps["tab10" if len(self.classes) <= 10 else "tab20"]
        for place, i in enumerate(shown):
            start = 0
            for j, count in self._parts(i):
                color = LEFTOVER if j is None else palette(j % palette.N)
                self.ax_.barh(
                    place, count, left=start, height=0.7, color=color, edgecolor="white"
                )
                self._write_suggestion(j, start + count / 2, place, count, color)
                start += count

    def _parts(self, i):
        """Yield suggested classes and their counts; for the rarest together, None."""
        counts = self.counts[i]
        order = np.argsort(-counts, kind="stable")[:MOST_PARTS]
        for j in np.sort(order[counts[order] > 0]):
            yield j, counts[j]
        rest = counts.sum() - counts[order].sum()
        if rest:
            yield None, rest

    def _write_suggestion(self, j, x, y, count, background):
        """Write a class into a part of a bar that has the room."""
        from matplotlib.colors import to_rgb

        longest = max(1, self.counts.sum(axis=1).max())
        name = "others" if j is None else str(self.classes[j])
        if count > 0.011 * longest * (1.6 * len(name) + 1):
            color = readable_on(to_rgb(background))
            self.ax_.text(x, y, name, ha="center", va="center", fontsize=8, color=color)

    def _write_shares(self, shown):
        for place, i in enumerate(shown):
            n_issues, total = self.counts[i].sum(), self.totals[i]
            self.ax_.annotate(
                f"{n_issues:,}  ({n_issues / max(1, total):.1%})",
                (n_issues, place),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color="#444444",
            )


def _names(class_names, classes):
    if class_names is None:
        return classes
    if len(class_names) != len(classes):
        raise ValueError(
            f"class_names has {len(class_names)} names, but there are {len(classes)}"
            f" classes: {shown(classes.tolist())}."
        )
    return np.asarray(class_names)
