"""How the qualities of labels are distributed, and where the issues are among them."""

from typing import TYPE_CHECKING, Self

import numpy as np

from sknoisy._checks import check_values
from sknoisy._data_types import ArrayLike, Estimator
from sknoisy._shown import shown
from sknoisy.inspection._drawing import (
    LINE,
    SUSPECT,
    TRUSTED,
    check_flags,
    dress,
    findings_of,
    issues_of,
    new_axes,
)
from sknoisy.quality import MIXTURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["LabelQualityDisplay"]

MOST_FITTED = 100_000  # qualities that a curve is drawn through


class LabelQualityDisplay:
    """Histogram of label quality, with its mixture of good and bad labels.

    Two hills with a valley between them say that good and bad labels can be told
    apart; one hill says that no threshold is better than another.

    Parameters
    ----------
    quality : ndarray of shape (n_samples,)
        Trust in every given label, in [0, 1].

    is_issue : ndarray of shape (n_samples,), default=None
        Which labels are called wrong.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the plot.

    figure_ : matplotlib Figure
        Figure with the plot.

    mixture_ : NormalMixture, BetaMixture or None
        The fitted mixture; its lower component is that of bad labels. Of more than
        100,000 labels so many are drawn for it.

    See Also
    --------
    LabelIssuesDisplay : Which classes the issues are in.
    sknoisy.quality.flag_issues : Thresholds on quality.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import NeighborConsensus, SymmetricNoise
    >>> from sknoisy.inspection import LabelQualityDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
    >>> detector = NeighborConsensus().fit(X, y_noisy)
    >>> display = LabelQualityDisplay.from_estimator(detector)
    >>> display.ax_.get_xlabel()
    'quality of the given label'
    """

    def __init__(self, quality: np.ndarray, is_issue: np.ndarray | None = None) -> None:
        self.quality = quality
        self.is_issue = is_issue

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        *,
        bins: int = 40,
        mixture: str | None = "gaussian",
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot what a detector found.

        Parameters
        ----------
        estimator : fitted detector, CleanLabelClassifier or LabelCleaner
            Whose findings to show.

        bins : int, default=40
            How many bars.

        mixture : {"gaussian", "beta"} or None, default="gaussian"
            Which two-component mixture to fit and draw; None draws none.

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot; None takes the name of the detector.

        Returns
        -------
        display : LabelQualityDisplay
            The display, plotted.
        """
        detector = findings_of(estimator)
        title = type(detector).__name__ if title is None else title
        judged = ~np.isnan(detector.quality_)
        display = cls(detector.quality_[judged], issues_of(estimator)[judged])
        return display.plot(bins=bins, mixture=mixture, ax=ax, title=title)

    @classmethod
    def from_predictions(
        cls,
        quality: ArrayLike,
        is_issue: ArrayLike | None = None,
        *,
        bins: int = 40,
        mixture: str | None = "gaussian",
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot qualities from anywhere.

        Parameters
        ----------
        quality : array-like of shape (n_samples,)
            Trust in every given label, in [0, 1].

        is_issue : array-like of bool of shape (n_samples,), default=None
            Which labels are called wrong.

        bins : int, default=40
            How many bars.

        mixture : {"gaussian", "beta"} or None, default="gaussian"
            Which two-component mixture to fit and draw; None draws none.

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelQualityDisplay
            The display, plotted.
        """
        quality = check_values(quality, "quality", [np.float64, np.float32])
        if is_issue is not None:
            is_issue = check_flags(is_issue, len(quality))
        display = cls(quality, is_issue)
        return display.plot(bins=bins, mixture=mixture, ax=ax, title=title)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        bins: int = 40,
        mixture: str | None = "gaussian",
        title: str | None = None,
    ) -> Self:
        """Plot the qualities.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        bins : int, default=40
            How many bars.

        mixture : {"gaussian", "beta"} or None, default="gaussian"
            Which two-component mixture to fit and draw; None draws none.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelQualityDisplay
            This object.
        """
        self.ax_ = new_axes((7.5, 3.8)) if ax is None else ax
        self.figure_ = self.ax_.figure
        self._draw_bars(np.linspace(0, 1, bins + 1))
        self.mixture_ = self._fit(mixture)
        if self.mixture_ is not None:
            self._draw_mixture(1 / bins)
        self.ax_.set_xlim(0, 1)
        self.ax_.set_xlabel("quality of the given label")
        self.ax_.set_ylabel("samples")
        dress(self.ax_, title=title)
        self.ax_.legend(frameon=False)
        return self

    def _draw_bars(self, edges):
        style = {"bins": edges, "stacked": True, "edgecolor": "white", "linewidth": 0.4}
        all_ = np.histogram(self.quality, edges)[0]
        if self.is_issue is None:
            label = f"all {len(self.quality):,} labels"
            counts, colors, labels = [all_], [TRUSTED], [label]
        else:
            issues = np.histogram(self.quality[self.is_issue], edges)[0]
            n_issues = int(np.count_nonzero(self.is_issue))
            n_others = len(self.quality) - n_issues
            counts, colors = [issues, all_ - issues], [SUSPECT, TRUSTED]
            labels = [f"{n_issues:,} issues", f"{n_others:,} others"]
        # bars of counts, rather than of copies of all values
        lows = [edges[:-1]] * len(counts)
        self.ax_.hist(lows, weights=counts, color=colors, label=labels, **style)

    def _fit(self, mixture):
        if mixture is None or np.ptp(self.quality) == 0:
            return None
        if mixture not in MIXTURES:
            raise ValueError(
                f"mixture={shown(mixture)} is not one of {sorted(MIXTURES)} or None."
            )
        quality = self.quality
        if len(quality) > MOST_FITTED:
            rng = np.random.default_rng(0)
            quality = quality[rng.integers(len(quality), size=MOST_FITTED)]
        return MIXTURES[mixture]().fit(quality)

    def _draw_mixture(self, width):
        from matplotlib.patches import Rectangle

        # inside of what it was fitted on, at whose ends a Beta density may be infinite
        low, high = self.mixture_.range_
        x = np.linspace(low, high, 402)[1:-1]
        counts = self.mixture_.density(x) * len(self.quality) * width
        highest = max(
            bar.get_height() for bar in self.ax_.patches if isinstance(bar, Rectangle)
        )
        for curve, style in zip(counts.T, ["--", "-"], strict=True):
            label = f"{'lower' if style == '--' else 'upper'} component"
            self.ax_.plot(x, curve, style, color=LINE, linewidth=1.4, label=label)
        self.ax_.set_ylim(0, 1.15 * highest)
