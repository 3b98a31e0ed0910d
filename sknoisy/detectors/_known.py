"""What people know beforehand: probabilities from elsewhere, labels that are right."""

from abc import ABCMeta
from typing import Self

import numpy as np

from sknoisy._arrays import numpy_inside
from sknoisy._checks import check_mask
from sknoisy._data_types import ArrayLike, MatrixLike
from sknoisy._probs import check_probs
from sknoisy._told import told_as_in
from sknoisy.detectors._class_shares import with_true_shares
from sknoisy.detectors._fits import JudgesByFits
from sknoisy.detectors._looks import best_look, make_looks


class JudgesByProbabilities(JudgesByFits, metaclass=ABCMeta):
    """A detector that goes by what one classifier says of each sample.

    A final one has `classifier` among its parameters, and writes
    ``_examine(X, codes, *, groups=None, sample_weight=None, pred_probs=None,
    trusted=None)``, which calls `_look_out_of_sample`.
    """

    classifier: object

    @told_as_in(JudgesByFits.fit)
    @numpy_inside()
    def fit(  # type: ignore[override]
        self,
        X: MatrixLike,
        y: ArrayLike,
        *,
        pred_probs: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        trusted: ArrayLike | None = None,
    ) -> Self:
        """Look for wrong labels.

        Parameters
        ----------
        pred_probs : array-like of shape (n_samples, n_classes), default=None
            Probabilities of the given labels by a model of your own that hasn't seen
            those of the samples it judges, columns in the order of the sorted classes
            (of a frame, by their names). Then no classifier is fitted.

        trusted : array-like of bool of shape (n_samples,), default=None
            Whose labels are known to be right: they are learned from, and never called
            wrong.

        Returns
        -------
        self : estimator instance
            The fitted detector.
        """
        if pred_probs is not None and self.classifier is not None:
            raise ValueError(
                "pred_probs and classifier are both given: either your probabilities"
                " judge, or the classifier does. Leave one of them out."
            )
        known = {"groups": groups, "sample_weight": sample_weight}
        told = {"pred_probs": pred_probs, "trusted": trusted}
        known |= {name: value for name, value in told.items() if value is not None}
        self._check_samples()
        return self._look(X, y, {}, **known)

    def _choose(self, X, codes, known):
        judged = super()._choose(X, codes, known)
        if "pred_probs" in known:
            pred_probs = check_probs(known["pred_probs"], classes=self.classes_)
            if len(pred_probs) != len(codes):
                raise ValueError(
                    f"pred_probs has {len(pred_probs)} rows, but X has {len(codes)}:"
                    " expected one for each sample."
                )
            of_judged = pred_probs[:, judged.classes] + 1e-12
            known["pred_probs"] = of_judged / of_judged.sum(axis=1, keepdims=True)
        if "trusted" in known:
            trusted = check_mask(known["trusted"], len(codes))
            known["trusted"] = _of_all_copies(trusted, judged)
        return judged

    def _look_out_of_sample(self, X, codes, make_forests, pred_probs, groups, weight):
        """Return who judges, None where the user brought probabilities, and what."""
        if pred_probs is not None:
            return None, with_true_shares(pred_probs, codes)
        known = {"groups": groups, "sample_weight": weight}
        looks = make_looks(self, X, codes, make_forests, **known)
        return best_look(looks, X, codes, groups)


def _of_all_copies(trusted, judged):
    """Return the mask, true for the judged one of copies if any of them is trusted."""
    if trusted[judged.has_verdict].all():
        raise ValueError("trusted is True everywhere: there is no label to judge.")
    of_judged = np.zeros(len(judged.rows), dtype=bool)
    np.logical_or.at(of_judged, judged.twins, trusted[judged.has_verdict])
    trusted = trusted.copy()
    trusted[judged.rows] = of_judged
    return trusted
