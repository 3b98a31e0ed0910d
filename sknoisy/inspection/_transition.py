"""The transition matrix as a picture: alone, or the true beside the estimated one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknoisy._checks import check_transition
from sknoisy._data_types import ArrayLike, Estimator
from sknoisy._frames import square_by_class
from sknoisy._labels import check_labels
from sknoisy.inspection._drawing import SUSPECT, readable_on
from sknoisy.metrics import realized_transition

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["TransitionMatrixDisplay"]

SHARES, DIFFERENCES = "Blues", "PuOr_r"
MOST_NUMBERS, MOST_NAMES = 12, 30  # classes for which there is room in a picture
MOST_RINGS = 10  # around single cells of a matrix so large that they are points
LEAST_SPAN = 0.05  # of differences, so that tiny ones look tiny


class TransitionMatrixDisplay:
    """Heat map of a transition matrix; beside it, the true one and the difference.

    Parameters
    ----------
    transition : array-like of shape (n_classes, n_classes)
        The matrix: ``transition[i, j]`` is P(given label = j | true label = i).

    true_transition : array-like of shape (n_classes, n_classes), default=None
        The matrix it should be. A row of NaN is unknown, and left blank.

    classes : array-like of shape (n_classes,), default=None
        Names of the classes; None numbers them.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One for the matrix alone; three for the true one, the estimate and the
        difference between them.

    figure_ : matplotlib Figure
        Figure with the plot.

    images_ : list of AxesImage
        The heat maps, in the order of the axes.

    See Also
    --------
    sknoisy.transition.estimate_transition : Estimates a matrix.
    sknoisy.metrics.transition_error : The number over the difference.

    Examples
    --------
    >>> from sknoisy.inspection import TransitionMatrixDisplay
    >>> from sknoisy.noise import PairFlipNoise
    >>> y = ["cat", "dog", "fox"] * 30
    >>> noise = PairFlipNoise(0.2, random_state=0).fit(None, y)
    >>> display = TransitionMatrixDisplay.from_predictions(y, noise.corrupt(y))
    >>> [text.get_text() for text in display.axes_[0].get_yticklabels()]
    ['cat', 'dog', 'fox']
    >>> TransitionMatrixDisplay.from_estimator(noise).images_[0].get_array().shape
    (3, 3)
    """

    def __init__(
        self,
        transition: ArrayLike,
        *,
        true_transition: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> None:
        self.transition = transition
        self.true_transition = true_transition
        self.classes = classes

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        *,
        true_transition: ArrayLike | Estimator | None = None,
        classes: ArrayLike | None = None,
        axes: "Axes | Sequence[Axes] | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot the matrix that an estimator has found, or a noise model stands for.

        Parameters
        ----------
        estimator : fitted estimator
            Anything with a ``transition_matrix_``.

        true_transition : array-like of shape (n_classes, n_classes) or fitted \
                estimator, default=None
            The matrix it should be, or what has it: the noise model that spoilt the
            labels.

        classes : array-like of shape (n_classes,), default=None
            Names of the classes; None takes the estimator's ``classes_``.

        axes : matplotlib Axes or array-like of three, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the figure; None takes the name of the estimator.

        Returns
        -------
        display : TransitionMatrixDisplay
            The display, plotted.
        """
        transition = matrix_of(estimator)
        truth: Any = true_transition
        if hasattr(truth, "transition_matrix_"):
            truth = matrix_of(truth)
        classes = getattr(estimator, "classes_", None) if classes is None else classes
        title = type(estimator).__name__ if title is None else title
        display = cls(transition, true_transition=truth, classes=classes)
        return display.plot(axes=axes, title=title)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_noisy: ArrayLike,
        *,
        transition: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        axes: "Axes | Sequence[Axes] | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot how labels did flip, and an estimate beside it.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels.

        y_noisy : array-like of shape (n_samples,)
            Given labels.

        transition : array-like of shape (n_classes, n_classes), default=None
            An estimate from anywhere, with classes sorted; None shows the flips alone.

        classes : array-like of shape (n_classes,), default=None
            Names to write instead of the labels, in their sorted order.

        axes : matplotlib Axes or array-like of three, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the figure.

        Returns
        -------
        display : TransitionMatrixDisplay
            The display, plotted.
        """
        labels = np.union1d(check_labels(y_true), check_labels(y_noisy))
        realized = realized_transition(y_true, y_noisy, labels=labels)
        classes = labels if classes is None else classes
        if transition is None:
            return cls(realized, classes=classes).plot(axes=axes, title=title)
        transition = square_by_class(transition, labels, name="transition")
        display = cls(transition, true_transition=realized, classes=classes)
        return display.plot(axes=axes, title=title)

    def plot(
        self, axes: "Axes | Sequence[Axes] | None" = None, *, title: str | None = None
    ) -> Self:
        """Plot the matrices.

        Parameters
        ----------
        axes : matplotlib Axes or array-like of three, default=None
            Where to plot: one, or three where there is a true matrix. None makes a new
            figure.

        title : str, default=None
            Title of the figure.

        Returns
        -------
        display : TransitionMatrixDisplay
            This object.
        """
        panels = self._panels()
        names = self._names(len(panels[0][1]))
        self.axes_ = self._axes(axes, len(panels), names)
        self.figure_ = self.axes_[0].figure
        self.images_ = [
            draw(ax, matrix, colors, span)
            for ax, (_, matrix, colors, span) in zip(self.axes_, panels, strict=True)
        ]
        for ax, (name, *_) in zip(self.axes_, panels, strict=True):
            dress(ax, name, names, first=ax is self.axes_[0])
        if title and len(panels) == 1:
            self.axes_[0].set_title(title, loc="left", fontsize=12)
        elif title:
            self.figure_.suptitle(title, x=0.01, ha="left", fontsize=12)
        return self

    def _panels(self):
        """Return title, matrix, colors and largest value of each heat map."""
        estimate = known_rows(self.transition, self.classes)
        if self.true_transition is None:
            return [("", estimate, SHARES, 1)]
        truth = known_rows(self.true_transition, self.classes)
        if truth.shape != estimate.shape:
            raise ValueError(
                f"transition has shape {estimate.shape}, but the true one, or that of"
                f" the labels, has {truth.shape}: both must be of the same classes."
            )
        difference = estimate - truth
        known = ~np.isnan(difference).any(axis=1)
        error = np.abs(difference[known]).mean()
        span = max(LEAST_SPAN, np.nanmax(np.abs(difference)))
        return [
            ("true", truth, SHARES, 1),
            ("estimated", estimate, SHARES, 1),
            (f"difference (mean absolute {error:.3f})", difference, DIFFERENCES, span),
        ]

    def _names(self, n_classes):
        if self.classes is None:
            return [str(i) for i in range(n_classes)]
        names = [str(name) for name in self.classes]
        if len(names) != n_classes:
            raise ValueError(
                f"classes has {len(names)} names, but the matrix has {n_classes} rows."
            )
        return names

    def _axes(self, axes, n_panels, names):
        if axes is None:
            import matplotlib.pyplot as plt  # a second that only plotting should cost

            size = figsize(n_panels, names)
            _, axes = plt.subplots(
                1, n_panels, figsize=size, layout="constrained", sharey=True
            )
        axes = np.atleast_1d(axes).ravel()
        if len(axes) != n_panels:
            raise ValueError(
                f"axes holds {len(axes)} Axes, but {n_panels} are needed: one for a"
                " matrix alone, three where a true one stands beside it."
            )
        return axes


def figsize(n_panels, names):
    """Return width and height in inches that give each cell and name its room."""
    cells = max(2.6, 0.5 * min(len(names), MOST_NUMBERS))
    margin = 0.09 * max(map(len, names))  # of names, which are turned below if long
    return n_panels * (cells + 0.3) + 0.5 + margin, cells + 1.1 + min(0.6, margin)


def matrix_of(estimator):
    """Return the matrix of a fitted estimator, or say that it has none."""
    check_is_fitted(estimator)
    if getattr(estimator, "transition_matrix_", None) is None:
        raise TypeError(
            f"{type(estimator).__name__} has no transition_matrix_, or was fitted in a"
            " way that needs none: pass an estimator or a noise model that has one."
        )
    return estimator.transition_matrix_


def known_rows(transition, classes=None):
    """Return a checked matrix; rows of NaN are left as they are."""
    if np.ndim(transition) == 0:  # no array: it says what was meant
        check_transition(transition)
    transition = square_by_class(transition, classes, name="transition")
    transition = np.array(transition, dtype=np.float64)
    known = transition
    if transition.ndim == 2 and transition.shape[0] == transition.shape[1]:
        unknown = np.isnan(transition).all(axis=1, keepdims=True)
        if not unknown.all():
            known = np.where(unknown, np.eye(len(transition)), transition)
    check_transition(known)
    return transition


def draw(ax, matrix, colors, span):
    """Draw a heat map, with its numbers where there is room."""
    lowest = 0 if colors == SHARES else -span
    image = ax.imshow(matrix, cmap=colors, vmin=lowest, vmax=span)
    ax.set_facecolor("#dddddd")  # seen where a row is unknown
    if len(matrix) > MOST_NUMBERS:
        ax.figure.colorbar(image, ax=ax, shrink=0.8, label="P(given | true)")
        if len(matrix) > MOST_NAMES:
            ring(ax, matrix, colors)
        return image
    for (i, j), value in np.ndenumerate(matrix):
        if not np.isnan(value):
            color = readable_on(image.cmap(image.norm(value)))
            text = f"{value:.2f}" if colors == SHARES else f"{value:+.3f}"
            text = text.replace("0.", ".", 1)
            ax.text(j, i, text, ha="center", va="center", fontsize=8.5, color=color)
    return image


def ring(ax, matrix, colors):
    """Draw rings around the largest cells but the diagonal's, which are points here."""
    others = np.abs(np.nan_to_num(matrix))
    if colors == SHARES:
        np.fill_diagonal(others, 0)
    most = np.argsort(-others, axis=None, kind="stable")[:MOST_RINGS]
    rows, columns = np.unravel_index(most, others.shape)
    seen = others[rows, columns] > LEAST_SPAN
    ax.scatter(columns[seen], rows[seen], s=40, facecolors="none", edgecolors=SUSPECT)


def dress(ax, name, names, *, first):
    """Write names beside a heat map, and nothing that isn't needed."""
    step = -(-len(names) // MOST_NAMES)  # of many names, every second or third
    ticks, names = np.arange(0, len(names), step), names[::step]
    longest = max(map(len, names))
    turned = {"rotation": 40, "ha": "right"} if longest > 4 else {}
    ax.set_xticks(ticks, names, **turned)
    ax.set_yticks(ticks, names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("given label")
    if first:
        ax.set_ylabel("true class")
    ax.set_title(name, loc="left", fontsize=10)
