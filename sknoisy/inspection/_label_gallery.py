"""The most suspicious images, one beside the other."""

from typing import Self

import numpy as np
from sklearn.utils import check_consistent_length

from sknoisy._data_types import ArrayLike, Estimator
from sknoisy.inspection._drawing import SUSPECT, findings_of, issues_of

__all__ = ["LabelGalleryDisplay"]

WIDEST = 16  # letters above an image: of more, neighbors would overlap


class LabelGalleryDisplay:
    """Gallery of images with their given and suggested labels, the worst first.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width[, channels])
        The images to show.

    given : ndarray of shape (n_images,)
        Their given labels.

    suggested : ndarray of shape (n_images,)
        What they are suggested to be.

    rows : ndarray of shape (n_images,)
        Where they stand in the data.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One for each image.

    figure_ : matplotlib Figure
        Figure with the plot.

    See Also
    --------
    sknoisy.cleaning.review_page : A page to look at them one by one and decide.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknoisy import NeighborConsensus, SymmetricNoise
    >>> from sknoisy.inspection import LabelGalleryDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> y_noisy = SymmetricNoise(0.1, random_state=0).fit_corrupt(y)
    >>> detector = NeighborConsensus().fit(X, y_noisy)
    >>> display = LabelGalleryDisplay.from_estimator(
    ...     detector, X.reshape(-1, 8, 8), y_noisy, n_images=12
    ... )
    >>> display.axes_.shape
    (12,)
    """

    def __init__(
        self,
        images: np.ndarray,
        given: np.ndarray,
        suggested: np.ndarray,
        rows: np.ndarray,
    ) -> None:
        self.images = images
        self.given = given
        self.suggested = suggested
        self.rows = rows

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        images: ArrayLike,
        y: ArrayLike,
        *,
        n_images: int = 24,
        n_columns: int = 8,
        title: str | None = None,
    ) -> Self:
        """Plot the least trusted of the issues that a detector found.

        Parameters
        ----------
        estimator : fitted detector, CleanLabelClassifier or LabelCleaner
            Whose findings to show.

        images : array-like of shape (n_samples, height, width[, channels])
            All images that it was fitted on, as images: gray, RGB or RGBA.

        y : array-like of shape (n_samples,)
            The given labels.

        n_images : int, default=24
            How many to show, at most.

        n_columns : int, default=8
            How many side by side.

        title : str, default=None
            Title of the plot; None takes the name of the detector.

        Returns
        -------
        display : LabelGalleryDisplay
            The display, plotted.
        """
        detector = findings_of(estimator)
        images, y = np.asarray(images), np.asarray(y)
        _check_images(images, len(detector.quality_))
        check_consistent_length(images, y)
        issues = np.flatnonzero(issues_of(estimator))
        worst = np.argsort(detector.quality_[issues], kind="stable")[:n_images]
        rows = issues[worst]
        title = type(detector).__name__ if title is None else title
        display = cls(images[rows], y[rows], detector.suggested_labels_[rows], rows)
        return display.plot(n_columns=n_columns, title=title)

    def plot(self, *, n_columns: int = 8, title: str | None = None) -> Self:
        """Plot the images on a new figure.

        Parameters
        ----------
        n_columns : int, default=8
            How many side by side.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : LabelGalleryDisplay
            This object.
        """
        import matplotlib.pyplot as plt

        n_columns = max(1, min(n_columns, len(self.images)))
        n_lines = max(1, -(-len(self.images) // n_columns))
        self.figure_, axes = plt.subplots(
            n_lines,
            n_columns,
            figsize=(1.25 * n_columns, 1.55 * n_lines + 0.4),
            squeeze=False,
            layout="constrained",
        )
        for ax in axes.flat:
            ax.set_axis_off()
        self.axes_ = axes.ravel()[: len(self.images)]
        for i, ax in enumerate(self.axes_):
            self._draw(ax, i)
        if title:
            self.figure_.suptitle(title, x=0.01, ha="left", fontsize=12)
        return self

    def _draw(self, ax, i):
        image = self.images[i]
        if image.ndim == 2 or image.shape[2] == 1:
            ax.imshow(image.reshape(image.shape[:2]), cmap="gray")
        else:
            ax.imshow(_displayable(image))
        given = _shortened(self.given[i], WIDEST - len("given "))
        suggested = _shortened(self.suggested[i], WIDEST - len("?"))
        ax.set_title(f"given {given}\n{suggested}?", fontsize=8, color=SUSPECT)


def _shortened(label, length):
    """Return a label's text, without its middle if it is longer than `length`."""
    text = str(label)
    if len(text) <= length:
        return text
    ahead = (length - 1) // 2
    return f"{text[:ahead]}…{text[ahead + 1 - length :]}"


def _check_images(images, n_samples):
    is_image = images.ndim == 3 or (images.ndim == 4 and images.shape[3] in (1, 3, 4))
    if len(images) != n_samples or not is_image:
        raise ValueError(
            f"images has shape {images.shape}, but must hold the {n_samples} images of"
            " fit, as (n_samples, height, width[, channels]) with 1, 3 or 4 channels."
        )


def _displayable(image):
    """Return colors as matplotlib takes them: bytes, or floats in [0, 1]."""
    if image.dtype == np.uint8:
        return image
    span = np.ptp(image)
    return (image - image.min()) / (span if span > 0 else 1)
