"""Who decided, and what the noise is: a picture of an AutoNoisyClassifier."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknoisy._data_types import ArrayLike
from sknoisy.inspection._transition import SHARES, draw, dress, figsize

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["AutoDisplay"]

HEARD = "#0072B2"  # Okabe and Ito's blue
BARS = 4.5  # inches for names and bars


class AutoDisplay:
    """Weights of the judges that predict, beside the transition matrix.

    Parameters
    ----------
    weights : dict of str to float
        Weights of judges, by name.

    transition : array-like of shape (n_classes, n_classes)
        P(given label = j | true label = i), rows are true classes.

    classes : array-like of shape (n_classes,), default=None
        Names of the classes; None numbers them.

    rate : float, default=None
        Share of wrong labels, for the title.

    interval : tuple of two floats, default=None
        From which rate to which it may be.

    Attributes
    ----------
    axes_ : ndarray of two matplotlib Axes
        Judges and matrix.

    figure_ : matplotlib Figure
        Figure with the plot.

    bars_ : BarContainer
        A bar for each judge, the weightiest on top.

    image_ : AxesImage
        The heat map.

    See Also
    --------
    TransitionMatrixDisplay : The matrix alone, or beside the true one.
    sknoisy.auto.AutoNoisyClassifier : What it shows.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy import AutoNoisyClassifier
    >>> from sknoisy.inspection import AutoDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> judges = ["logistic_regression", "kernel_ridge"]
    >>> auto = AutoNoisyClassifier(judges=judges, random_state=0).fit(X, y)
    >>> display = AutoDisplay.from_estimator(auto)
    >>> len(display.bars_)
    2
    """

    def __init__(
        self,
        weights: dict[str, float],
        transition: ArrayLike,
        *,
        classes: ArrayLike | None = None,
        rate: float | None = None,
        interval: tuple[float, float] | None = None,
    ) -> None:
        self.weights = weights
        self.transition = transition
        self.classes = classes
        self.rate = rate
        self.interval = interval

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        axes: "Axes | Sequence[Axes] | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot what an AutoNoisyClassifier has found.

        Parameters
        ----------
        estimator : AutoNoisyClassifier
            Fitted.

        axes : array-like of two matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the figure; None tells the share of wrong labels.

        Returns
        -------
        display : AutoDisplay
            The display, plotted.
        """
        check_is_fitted(estimator)
        if not hasattr(estimator, "weights_"):
            raise TypeError(
                f"{type(estimator).__name__} has no weights_ of judges: pass a fitted"
                " AutoNoisyClassifier."
            )
        display = cls(
            estimator.weights_,
            estimator.transition_matrix_,
            classes=estimator.classes_,
            rate=estimator.noise_rate_,
            interval=estimator.noise_rate_interval_,
        )
        return display.plot(axes=axes, title=title)

    def plot(
        self, axes: "Axes | Sequence[Axes] | None" = None, *, title: str | None = None
    ) -> Self:
        """Plot weights and matrix.

        Parameters
        ----------
        axes : array-like of two matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the figure; None tells the share of wrong labels, if it is known.

        Returns
        -------
        display : AutoDisplay
            This object.
        """
        transition = np.asarray(self.transition, dtype=np.float64)
        names = range(len(transition)) if self.classes is None else self.classes
        names = [str(name) for name in names]
        self.axes_ = self._axes(axes, names)
        self.figure_ = self.axes_[0].figure
        self._draw_weights(self.axes_[0])
        self.image_ = draw(self.axes_[1], transition, SHARES, 1)
        dress(self.axes_[1], "", names, first=True)
        title = self._title() if title is None else title
        if title:
            self.figure_.suptitle(title, x=0.01, ha="left", fontsize=12)
        return self

    def _axes(self, axes, names):
        if axes is None:
            import matplotlib.pyplot as plt  # a second that only plotting should cost

            width, height = figsize(1, names)
            _, axes = plt.subplots(
                1,
                2,
                figsize=(BARS + width, height),
                width_ratios=(BARS, width),
                layout="constrained",
            )
        axes = np.atleast_1d(axes).ravel()
        if len(axes) != 2:
            raise ValueError(
                f"axes holds {len(axes)} Axes, but two are needed: one for judges, one"
                " for the matrix."
            )
        return axes

    def _draw_weights(self, ax):
        ranked = sorted(self.weights.items(), key=lambda item: -item[1])
        places = np.arange(len(ranked))
        self.bars_ = ax.barh(places, [weight for _, weight in ranked], color=HEARD)
        ax.set_yticks(places, [name for name, _ in ranked], fontsize=9)
        ax.set_ylim(len(ranked) - 0.4, -0.6)  # downwards: the weightiest is on top
        ax.tick_params(axis="y", length=0)
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.set_xlabel("weight in the pool")

    def _title(self):
        if self.rate is None:
            return ""
        between = ""
        if self.interval is not None:
            low, high = self.interval
            between = f" (between {low:.0%} and {high:.0%})"
        return f"About {self.rate:.0%} of the labels are wrong{between}"
