"""What `fit` of a detector takes beside samples and labels."""

from abc import ABCMeta
from typing import Any, Self

from sknoisy._arrays import numpy_inside
from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy.detectors._base import BaseDetector


class JudgesByFits(BaseDetector, metaclass=ABCMeta):
    """A detector that judges each sample by classifiers that were fitted without it.

    A final one writes ``_examine(X, codes, *, groups=None, sample_weight=None)``.
    """

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
        known = {"groups": groups, "sample_weight": sample_weight}
        return self._look(X, y, {}, **known)


class AsksNeighbors(BaseDetector, metaclass=ABCMeta):
    """A detector that asks the neighbors of each sample.

    A final one writes ``_examine(X, codes, *, groups=None)``.
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
