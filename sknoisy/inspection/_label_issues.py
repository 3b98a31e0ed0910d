"""Which classes the wrong labels are in, and where they should be."""

import numpy as np

from sknoisy._shown import shown
from sknoisy.inspection._drawing import (
    check_flags,
    dress,
    findings_of,
    issues_of,
    new_axes,
)

__all__ = ["LabelIssuesDisplay"]


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

    def __init__(self, counts, totals, classes):
        self.counts = counts
        self.totals = totals
        self.classes = classes

    @classmethod
    def from_estimator(cls, estimator, y, *, class_names=None, ax=None, title=None):
        """Plot what a detector found.

        Parameters
        ----------
        estimator : fitted detector, CleanLabelClassifier or LabelCleaner
            Whose findings to show.

        y : array-like of shape (n_samples,)
            The given labels that it was fitted on.

        class_names : list of str, default=None
            Names to write instead of the labels, in sorted order of the labels.

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
            ax=ax,
            title=title,
        )

    @classmethod
    def from_predictions(
        cls, y, is_issue, suggested_labels, *, class_names=None, ax=None, title=None
    ):
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
        classes, codes = np.unique(np.r_[y, suggested], return_inverse=True)
        given, better = np.split(codes, 2)
        counts = np.zeros((len(classes), len(classes)), dtype=int)
        np.add.at(counts, (given[is_issue], better[is_issue]), 1)
        totals = np.bincount(given, minlength=len(classes))
        display = cls(counts, totals, _names(class_names, classes))
        return display.plot(ax=ax, title=title)

    def plot(self, ax=None, *, title=None):
        """Plot the issues.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelIssuesDisplay
            This object.
        """
        n_classes = len(self.classes)
        self.ax_ = new_axes((7.5, 1.4 + 0.3 * n_classes)) if ax is None else ax
        self.figure_ = self.ax_.figure
        self._draw_bars()
        self._write_shares()
        self.ax_.set_yticks(np.arange(n_classes), [str(name) for name in self.classes])
        self.ax_.set_ylim(n_classes - 0.4, -0.6)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.margins(x=0.14)  # room for what is written beside the longest bar
        self.ax_.set_xlabel("label issues")
        self.ax_.set_ylabel("given class")
        dress(self.ax_, grid="x", title=title)
        return self

    def _draw_bars(self):
        from matplotlib import colormaps

        n_classes = len(self.classes)
        palette = colormaps["tab10" if n_classes <= 10 else "tab20"]
        starts = np.zeros(n_classes)
        for j in range(n_classes):
            bars = {"color": palette(j % palette.N), "edgecolor": "white"}
            self.ax_.barh(
                np.arange(n_classes), self.counts[:, j], left=starts, height=0.7, **bars
            )
            starts += self.counts[:, j]
        self._write_suggestions(palette)

    def _write_suggestions(self, palette):
        """Write a class into the parts of bars that have the room."""
        longest = max(1, self.counts.sum(axis=1).max())
        for i, row in enumerate(self.counts):
            ends = np.cumsum(row)
            for j in np.flatnonzero(row > 0.011 * longest * _width(self.classes)):
                self.ax_.text(
                    ends[j] - row[j] / 2,
                    i,
                    str(self.classes[j]),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white",
                )

    def _write_shares(self):
        for i, (row, total) in enumerate(zip(self.counts, self.totals, strict=True)):
            share = row.sum() / max(1, total)
            self.ax_.annotate(
                f"{row.sum():,}  ({share:.1%})",
                (row.sum(), i),
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


def _width(names):
    return 1.6 * max(len(str(name)) for name in names) + 1
