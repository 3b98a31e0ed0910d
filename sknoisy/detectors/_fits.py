"""What `fit` of a detector takes beside samples and labels."""

from abc import ABCMeta
from typing import Any, Self

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._ranges import check_count
from sknoisy.data_issues import DataIssues
from sknoisy.data_issues._quick import look_at_labels
from sknoisy.detectors._base import BaseDetector


class JudgesByFits(BaseDetector, metaclass=ABCMeta):
    """A detector that judges each sample by classifiers that were fitted without it.

    A final one writes ``_examine(X, codes, *, groups=None, sample_weight=None)``.

    Parameters
    ----------
    cv : int, "oob", cross-validation generator or iterable, default=5
        Who judges a label without having seen it. An int is a number of stratified,
        shuffled folds (fewer, where no class has so many samples). Where a splitter
        repeats, probabilities are averaged, which makes them better. "oob" is for
        forests, also at the end of a Pipeline: trees vote on the samples they were
        not grown on, at the price of one fit. With ``classifier=None``, an int is the
        number of folds of the linear model, five with "oob", and forests vote out of
        bag; where there are groups, or a splitter, they are fitted in the folds, too.

    n_repeats : int >= 1, default=1
        How often all is judged, each time with another seed. Findings are means then,
        and a label is an issue if most of the times it was; see `flag_frequency_`.

    max_samples : int >= 2 or None, default=None
        How many samples a classifier learns from at most; all are judged. They are
        drawn at random, of each class 50 if there is room. None: all there are. For
        tables of so many rows that fits take too long.

    Attributes
    ----------
    flag_frequency_ : ndarray of shape (n_samples,)
        How often each label was flagged, as a share of `n_repeats`. With two or more.

    data_issues_ : DataIssues
        What is odd about the labels, and about equal rows, which makes findings mean
        little: possible typos, classes too small to judge, copies, contradictions. See
        :func:`~sknoisy.data_issues.find_data_issues`, which looks for more; ``done``
        tells what ``sknoisy audit`` does about it.
    """

    data_issues_: DataIssues
    max_samples: int | None = None

    @numpy_inside()
    def fit(  # type: ignore[override]
        self,
        X: MatrixLike,
        y: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Look for wrong labels.

        Parameters
        ----------
        X : array-like with n_samples rows
            The samples, as the classifiers take them.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        groups : array-like of shape (n_samples,), default=None
            What belongs together and may have one mistake in common: the rows of a
            patient, the copies of an image. A sample is then judged by classifiers that
            have seen none of its group.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights for the classifiers that judge; a Pipeline hands them to its last
            step. Samples of weight zero are in no fit, but are judged all the same.

        Returns
        -------
        self : estimator instance
            The fitted detector.
        """
        self._check_samples()
        known = {"groups": groups, "sample_weight": sample_weight}
        return self._look(X, y, {}, **known)

    def _check_samples(self):
        if self.max_samples is not None:
            check_count(2, max_samples=self.max_samples)

    def _choose(self, X, codes, known):
        judged = super()._choose(X, codes, known)
        self.data_issues_ = look_at_labels(codes, self.classes_, judged.copies)
        return judged


class AsksNeighbors(BaseDetector, metaclass=ABCMeta):
    """A detector that asks the neighbors of each sample.

    A final one writes ``_examine(X, codes, *, groups=None)``.

    Parameters
    ----------
    n_neighbors : int >= 1, default=20
        How many neighbors are asked; all there are, where there are fewer. Take fewer
        where classes have less than about twenty samples: they are outvoted.
    """

    _no_use_for = {"sample_weight": "the votes of neighbors count alike"}

    @numpy_inside()
    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        **refused: Any,
    ) -> Self:
        """Look for wrong labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.

        y : array-like of shape (n_samples,)
            Given labels, some of them wrong.

        groups : array-like of shape (n_samples,), default=None
            What belongs together and may have one mistake in common: the rows of a
            patient, the copies of an image. A neighbor of the same group has no say.

        **refused : dict
            Other detectors take `sample_weight`; this one has no use for it, and says
            so.

        Returns
        -------
        self : estimator instance
            The fitted detector.
        """
        return self._look(X, y, refused, groups=groups)
