"""How well qualities rank wrong labels, where it is known which are wrong."""

from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.metrics import PrecisionRecallDisplay

from sknoisy._checks import check_values
from sknoisy._data_types import ArrayLike, Estimator
from sknoisy.inspection._drawing import (
    check_flags,
    dress,
    findings_of,
    issues_of,
    new_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["LabelPrecisionRecallDisplay"]


class LabelPrecisionRecallDisplay:
    """Precision and recall of wrong labels as more and more are flagged.

    scikit-learn's PrecisionRecallDisplay of the lowest qualities against the truth,
    with the point at which the detector stopped and the line that guessing gives.

    Parameters
    ----------
    quality : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    is_wrong : ndarray of shape (n_samples,)
        Which labels are wrong in truth.

    is_issue : ndarray of shape (n_samples,), default=None
        Which labels are called wrong.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the plot.

    figure_ : matplotlib Figure
        Figure with the plot.

    average_precision_ : float
        Area under the curve.

    See Also
    --------
    sklearn.metrics.PrecisionRecallDisplay : What draws the curve.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NeighborConsensus, SymmetricNoise
    >>> from sknoisy.inspection import LabelPrecisionRecallDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    >>> detector = NeighborConsensus().fit(X, y_noisy)
    >>> display = LabelPrecisionRecallDisplay.from_estimator(detector, y_noisy != y)
    >>> bool(display.average_precision_ > 0.8)
    True
    """

    def __init__(
        self,
        quality: np.ndarray,
        is_wrong: np.ndarray,
        is_issue: np.ndarray | None = None,
    ) -> None:
        self.quality = quality
        self.is_wrong = is_wrong
        self.is_issue = is_issue

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        is_wrong: ArrayLike,
        *,
        name: str | None = None,
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot what a detector found against what is true.

        Parameters
        ----------
        estimator : fitted detector, CleanLabelClassifier or LabelCleaner
            Whose findings to show.

        is_wrong : array-like of bool of shape (n_samples,)
            Which labels are wrong in truth.

        name : str, default=None
            Name in the legend; None takes that of the detector.

        ax : matplotlib Axes, default=None
            Where to plot, such as that of another display; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelPrecisionRecallDisplay
            The display, plotted.
        """
        detector = findings_of(estimator)
        is_wrong = check_flags(is_wrong, len(detector.quality_), "is_wrong")
        judged = ~np.isnan(detector.quality_)
        return cls.from_predictions(
            detector.quality_[judged],
            is_wrong[judged],
            issues_of(estimator)[judged],
            name=type(detector).__name__ if name is None else name,
            ax=ax,
            title=title,
        )

    @classmethod
    def from_predictions(
        cls,
        quality: ArrayLike,
        is_wrong: ArrayLike,
        is_issue: ArrayLike | None = None,
        *,
        name: str | None = None,
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot qualities from anywhere against what is true.

        Parameters
        ----------
        quality : array-like of shape (n_samples,)
            Trust in every given label, in [0, 1].

        is_wrong : array-like of bool of shape (n_samples,)
            Which labels are wrong in truth.

        is_issue : array-like of bool of shape (n_samples,), default=None
            Which labels are called wrong.

        name : str, default=None
            Name in the legend.

        ax : matplotlib Axes, default=None
            Where to plot, such as that of another display; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelPrecisionRecallDisplay
            The display, plotted.
        """
        quality = check_values(quality, "quality")
        is_wrong = check_flags(is_wrong, len(quality), "is_wrong")
        if not is_wrong.any():
            raise ValueError("is_wrong is False throughout: there is nothing to find.")
        if is_issue is not None:
            is_issue = check_flags(is_issue, len(quality))
        return cls(quality, is_wrong, is_issue).plot(ax=ax, name=name, title=title)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        name: str | None = None,
        title: str | None = None,
    ) -> Self:
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        name : str, default=None
            Name in the legend.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelPrecisionRecallDisplay
            This object.
        """
        curve = PrecisionRecallDisplay.from_predictions(
            self.is_wrong,
            1 - np.asarray(self.quality),
            name=name,
            ax=new_axes((5.2, 4.6)) if ax is None else ax,
            plot_chance_level=ax is None,
        )
        self.ax_, self.figure_ = curve.ax_, curve.figure_
        self.average_precision_ = curve.average_precision
        self._mark_the_stop(curve.line_.get_color())
        self.ax_.set(xlabel="recall of wrong labels", ylabel="precision")
        self.ax_.legend(frameon=False, loc="lower left")
        dress(self.ax_, grid="both", title=title)
        return self

    def _mark_the_stop(self, color):
        if self.is_issue is None or not self.is_issue.any():
            return
        found = (self.is_issue & self.is_wrong).sum()
        recall, precision = found / self.is_wrong.sum(), found / self.is_issue.sum()
        self.ax_.plot(recall, precision, "o", color=color, markersize=9)
