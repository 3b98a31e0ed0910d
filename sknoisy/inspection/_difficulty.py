"""Where samples lie by confidence and variability: easy, hard, or wrongly labelled."""

from typing import TYPE_CHECKING, Self

import numpy as np

from sknoisy._checks import check_values
from sknoisy._data_types import ArrayLike, Estimator
from sknoisy.inspection._drawing import SUSPECT, TRUSTED, dress, findings_of, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["SampleDifficultyDisplay"]

# the third is Okabe and Ito's, too; hard samples lie between the others
COLORS = {"easy": TRUSTED, "wrong": SUSPECT, "hard": "#E69F00"}
MARKERS = {"easy": "o", "wrong": "X", "hard": "s"}
TEXTS = {"easy": "easy", "wrong": "likely wrong", "hard": "hard, but likely right"}


class SampleDifficultyDisplay:
    """Map of samples: how surely and how steadily a network takes their labels [1]_.

    Easy samples lie at the top left, wrong labels at the bottom left, and hard samples
    to the right of them, where the network changes its mind from epoch to epoch.

    Parameters
    ----------
    confidence : ndarray of shape (n_samples,)
        Mean probability of the given label over epochs.

    variability : ndarray of shape (n_samples,)
        Its standard deviation.

    difficulty : ndarray of str of shape (n_samples,)
        "easy", "hard" or "wrong".

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the plot.

    figure_ : matplotlib Figure
        Figure with the plot.

    points_ : dict of str to PathCollection
        The points of each difficulty.

    See Also
    --------
    sknoisy.detectors.SampleDifficulty : Trains a network, and sorts the samples.
    sknoisy.quality.data_map : Sorts by the epochs of a training loop of your own.

    References
    ----------
    .. [1] Swayamdipta, Schwartz, Lourie, Wang, Hajishirzi, Smith and Choi, "Dataset
       Cartography: Mapping and Diagnosing Datasets with Training Dynamics",
       EMNLP 2020.

    Examples
    --------
    >>> from sknoisy.inspection import SampleDifficultyDisplay
    >>> from sknoisy.quality import data_map
    >>> first = [[2.0, 0.0], [1.0, 0.0], [0.0, 2.0]]
    >>> second = [[3.0, 0.0], [0.0, 0.5], [0.0, 3.0]]
    >>> found = data_map([0, 0, 0], [first, second])
    >>> display = SampleDifficultyDisplay.from_predictions(
    ...     found.confidence, found.variability, found.difficulty
    ... )
    >>> display.ax_.get_ylabel()
    'confidence (mean probability of the given label)'
    """

    def __init__(
        self, confidence: np.ndarray, variability: np.ndarray, difficulty: np.ndarray
    ) -> None:
        self.confidence = confidence
        self.variability = variability
        self.difficulty = difficulty

    @classmethod
    def from_estimator(
        cls, estimator: Estimator, *, ax: "Axes | None" = None, title: str | None = None
    ) -> Self:
        """Plot what a detector found.

        Parameters
        ----------
        estimator : fitted SampleDifficulty, CleanLabelClassifier or LabelCleaner
            Whose findings to show; the latter two with `SampleDifficulty` for a
            detector.

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : SampleDifficultyDisplay
            The display, plotted.
        """
        detector = findings_of(estimator)
        if not hasattr(detector, "difficulty_"):
            raise TypeError(
                f"{type(detector).__name__} has not sorted samples by difficulty: pass"
                " a fitted SampleDifficulty."
            )
        display = cls(detector.confidence_, detector.variability_, detector.difficulty_)
        return display.plot(ax=ax, title=title)

    @classmethod
    def from_predictions(
        cls,
        confidence: ArrayLike,
        variability: ArrayLike,
        difficulty: ArrayLike,
        *,
        ax: "Axes | None" = None,
        title: str | None = None,
    ) -> Self:
        """Plot samples sorted elsewhere, such as by `data_map`.

        Parameters
        ----------
        confidence : array-like of shape (n_samples,)
            Mean probability of the given label over epochs.

        variability : array-like of shape (n_samples,)
            Its standard deviation.

        difficulty : array-like of str of shape (n_samples,)
            "easy", "hard" or "wrong".

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : SampleDifficultyDisplay
            The display, plotted.
        """
        confidence = check_values(confidence, "confidence")
        variability = check_values(variability, "variability")
        difficulty = _check_difficulty(difficulty)
        lengths = [len(confidence), len(variability), len(difficulty)]
        if len(set(lengths)) > 1:
            raise ValueError(
                "confidence, variability and difficulty must have one entry for each"
                f" sample, but have {lengths[0]}, {lengths[1]} and {lengths[2]}."
            )
        return cls(confidence, variability, difficulty).plot(ax=ax, title=title)

    def plot(self, ax: "Axes | None" = None, *, title: str | None = None) -> Self:
        """Plot the map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot.

        Returns
        -------
        display : SampleDifficultyDisplay
            This object.
        """
        self.ax_ = new_axes((7.5, 5)) if ax is None else ax
        self.figure_ = self.ax_.figure
        self.points_ = {name: self._draw(name) for name in COLORS}
        self.ax_.set_xlim(left=0)
        self.ax_.set_ylim(-0.02, 1.02)
        self.ax_.set_xlabel("variability (its standard deviation over epochs)")
        self.ax_.set_ylabel("confidence (mean probability of the given label)")
        dress(self.ax_, grid="both")
        self._add_legend()
        if title:
            self.ax_.set_title(title, loc="left", pad=28, fontsize=12)
        return self

    def _draw(self, name):
        rows = self.difficulty == name
        return self.ax_.scatter(
            self.variability[rows],
            self.confidence[rows],
            s=np.clip(2e4 / len(rows), 5, 30),  # many points need small ones
            color=COLORS[name],
            marker=MARKERS[name],
            alpha=0.6,
            linewidths=0,
            rasterized=True,  # so that a vector graphic doesn't hold every point
            label=f"{rows.sum():,} {TEXTS[name]}",
        )

    def _add_legend(self):
        legend = self.ax_.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=3,
            frameon=False,
            handletextpad=0.3,
        )
        for handle in filter(None, legend.legend_handles):
            handle.set(sizes=[40], alpha=1)


def _check_difficulty(difficulty):
    difficulty = np.asarray(difficulty)
    strange = difficulty[~np.isin(difficulty, list(COLORS))]
    if strange.size:
        raise ValueError(
            f"difficulty holds {str(strange[0])!r}: expected 'easy', 'hard' or 'wrong'"
            " for each sample."
        )
    return difficulty
