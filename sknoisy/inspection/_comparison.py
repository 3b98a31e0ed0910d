"""Several methods side by side: how well each does on clean and on noisy labels."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["ComparisonDisplay"]

# Okabe and Ito's blue, which people with any colour vision tell from grey
CLEAN, NOISY = "#0072B2", "#666666"


class ComparisonDisplay:
    """Dot plot of clean and noisy scores, a row for each method, the best on top.

    Parameters
    ----------
    results : dict
        Names of methods and what :func:`~sknoisy.model_selection.noisy_cross_validate`
        returned for them. Where all have clean scores, rows are sorted by these.

    score_name : str, default="score"
        Which score to show, where results hold several, e.g. "accuracy" for
        ``test_clean_accuracy``.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the plot.

    figure_ : matplotlib Figure
        Figure with the plot.

    clean_ : list of ErrorbarContainer or None
        The dots of the clean scores.

    noisy_ : list of ErrorbarContainer
        The dots of the noisy scores.

    See Also
    --------
    sknoisy.model_selection.noisy_cross_validate : Makes the results.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sknoisy.inspection import ComparisonDisplay
    >>> from sknoisy.model_selection import noisy_cross_validate
    >>> from sknoisy.noise import SymmetricNoise
    >>> X, y = load_iris(return_X_y=True)
    >>> noise = SymmetricNoise(0.3, random_state=0)
    >>> results = {
    ...     "tree": noisy_cross_validate(DecisionTreeClassifier(), X, y, noise=noise),
    ...     "logistic": noisy_cross_validate(
    ...         LogisticRegression(max_iter=500), X, y, noise=noise
    ...     ),
    ... }
    >>> display = ComparisonDisplay.from_results(results)
    >>> display.names
    ['logistic', 'tree']
    """

    def __init__(self, results: dict[str, Any], *, score_name: str = "score") -> None:
        self.results = results
        self.score_name = score_name

    @classmethod
    def from_results(
        cls,
        results: dict[str, Any],
        *,
        score_name: str = "score",
        ax: "Axes | None" = None,
        title: str | None = None,
        xlabel: str | None = None,
    ) -> Self:
        """Plot results.

        Parameters
        ----------
        results : dict
            Names of methods and what `noisy_cross_validate` returned for them.

        score_name : str, default="score"
            Which score to show, where results hold several.

        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot, such as the data and their noise.

        xlabel : str, default=None
            What the score is; None takes `score_name`.

        Returns
        -------
        display : ComparisonDisplay
            The display, plotted.
        """
        display = cls(results, score_name=score_name)
        return display.plot(ax=ax, title=title, xlabel=xlabel)

    @property
    def has_clean(self) -> bool:
        """Whether every result has clean scores."""
        return all(f"test_clean_{self.score_name}" in r for r in self.results.values())

    @property
    def names(self) -> list[str]:
        """Names of the methods, best first."""
        means, _ = self._summary("clean" if self.has_clean else "noisy", self.results)
        return [list(self.results)[i] for i in np.argsort(-means, kind="stable")]

    @property
    def figsize(self) -> tuple[float, float]:
        """Width and height in inches that give each method its room."""
        return 7.5, 1.7 + 0.36 * len(self.results)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        title: str | None = None,
        xlabel: str | None = None,
    ) -> Self:
        """Plot the scores.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to plot; None makes a new figure.

        title : str, default=None
            Title of the plot, such as the data and their noise.

        xlabel : str, default=None
            What the score is; None takes `score_name`.

        Returns
        -------
        display : ComparisonDisplay
            This object.
        """
        self.ax_ = self._new_axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        names = self.names
        self.noisy_ = self._draw("noisy", names, NOISY, filled=not self.has_clean)
        self.clean_ = (
            self._draw("clean", names, CLEAN, filled=True) if self.has_clean else None
        )
        self._write_values(names)
        self._dress(names, title, xlabel or self.score_name)
        return self

    def _new_axes(self):
        import matplotlib.pyplot as plt  # a second that only plotting should cost

        _, ax = plt.subplots(figsize=self.figsize, layout="constrained")
        return ax

    def _summary(self, kind, names):
        scores = [self.results[n][f"test_{kind}_{self.score_name}"] for n in names]
        return np.array([np.mean(s) for s in scores]), np.array(
            [np.std(s) for s in scores]
        )

    def _draw(self, kind, names, color, filled):
        mean, spread = self._summary(kind, names)
        return self.ax_.errorbar(
            mean,
            np.arange(len(names)),
            xerr=spread,
            fmt="o",
            color=color,
            markerfacecolor=color if filled else "white",
            markersize=7,
            elinewidth=1.5,
            capsize=3,
            zorder=3,
            label=f"scored on {'given, noisy' if kind == 'noisy' else 'clean'} labels",
        )

    def _write_values(self, names):
        """Write means outside of all bars: the higher one right, the lower one left."""
        colors = (
            {"noisy": NOISY, "clean": CLEAN} if self.has_clean else {"noisy": NOISY}
        )
        summaries = {kind: self._summary(kind, names) for kind in colors}
        for row in range(len(names)):
            means = {kind: mean[row] for kind, (mean, _) in summaries.items()}
            ranked = sorted(means, key=lambda kind: means[kind])
            lower, higher = ranked[0], ranked[-1]
            left = min(mean[row] - spread[row] for mean, spread in summaries.values())
            right = max(mean[row] + spread[row] for mean, spread in summaries.values())
            self._write(means[higher], right, row, 1, colors[higher])
            if lower != higher:
                self._write(means[lower], left, row, -1, colors[lower])

    def _write(self, value, x, row, side, color):
        self.ax_.annotate(
            f"{value:.3f}",
            (x, row),
            xytext=(8 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=9,
            color=color,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )

    def _dress(self, names, title, xlabel):
        ax = self.ax_
        ax.set_yticks(np.arange(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)  # downwards: the best is on top
        ax.tick_params(axis="y", length=0)
        ax.margins(x=0.16)  # room for the numbers beside the outermost dots
        ax.grid(axis="x", color="#dddddd", linewidth=0.8)
        ax.grid(axis="y", color="#eeeeee", linewidth=0.8)
        ax.set_axisbelow(True)
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.set_xlabel(f"{xlabel} (mean ± standard deviation over folds)")
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            frameon=False,
            borderaxespad=0.2,
            handletextpad=0.3,
        )
        if title:
            ax.set_title(title, loc="left", pad=28, fontsize=12)
