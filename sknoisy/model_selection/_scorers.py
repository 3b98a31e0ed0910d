"""Scorers through a matrix, which can be sent to processes."""

from collections.abc import Callable

import numpy as np
from scipy import sparse
from sklearn.preprocessing import scale
from sklearn.utils import check_array
from sklearn.utils.metadata_routing import MetadataRequest
from sklearn.utils.validation import check_is_fitted

from sknoisy._checks import check_transition
from sknoisy._labels import check_labels
from sknoisy._registry import lookup
from sknoisy._rows import take
from sknoisy._shown import shown
from sknoisy._weights import check_weights
from sknoisy.metrics import forward_log_likelihood
from sknoisy.transition import TRANSITIONS, estimate_transition

# of a decision: where T holds zeros, a single mistake mustn't outweigh all the rest
CERTAINTY = 0.99
# scorers know no true label
BLIND = {name: how for name, how in TRANSITIONS.items() if name != "gold"}


class Scorer:
    """A scorer through a matrix, or through what finds one.

    ``TunedThresholdClassifierCV`` reads `_score_func`, `_sign` and `_kwargs` of a
    scorer, and calls it with labels and decisions, for each threshold.
    """

    name: str
    _score: Callable[..., float]
    _score_decisions: Callable[..., float]
    _sign = 1

    @property
    def _kwargs(self):
        return {}

    @property
    def _score_func(self):
        if not isinstance(self.transition, np.ndarray):
            raise AttributeError(
                f"{self} finds a matrix from what a candidate says of samples, and"
                " TunedThresholdClassifierCV hands it nothing but decisions: pass the"
                " matrix itself, or a fitted detector such as TrueLabelPosterior."
            )
        return self._score_decisions

    def __init__(self, transition, labels):
        self.transition = transition
        self.labels = labels
        self.wants_weight = None

    def __call__(self, estimator, X, y, sample_weight=None):
        y = check_labels(y)
        labels = self._labels(estimator, y)
        sample_weight = check_weights(sample_weight, len(y))
        if sample_weight is not None:  # the matrix, too, is that of who is there
            rows = np.flatnonzero(sample_weight)
            X, y = take(X, rows, len(y)), y[rows]
            sample_weight = sample_weight[rows]
        transition = self._find_transition(estimator, X, y, labels)
        known = {"labels": labels, "sample_weight": sample_weight}
        return self._score(estimator, X, y, transition, **known)

    def set_score_request(self, *, sample_weight=None):
        """Say whether a search is to hand over weights, as of scikit-learn's scorers.

        Parameters
        ----------
        sample_weight : bool, str or None, default=None
            True, False, the name that weights have in the search, or None, which makes
            it an error to pass any.

        Returns
        -------
        self : callable
            The scorer.
        """
        self.wants_weight = sample_weight
        return self

    def get_metadata_routing(self):
        """Tell scikit-learn's metadata routing what this scorer asks for.

        Returns
        -------
        routing : MetadataRequest
            The request.
        """
        routing = MetadataRequest(owner=self)
        routing.score.add_request(param="sample_weight", alias=self.wants_weight)
        return routing

    def _labels(self, estimator, y):
        if self.labels is not None:
            known = np.union1d(getattr(estimator, "classes_", y), y)
            strange = np.setdiff1d(known, self.labels)
            if strange.size:
                raise ValueError(
                    f"labels leaves out {shown(strange.tolist())}, which the"
                    " candidate or this fold knows."
                )
            return self.labels
        # a rare class may be in one part of the data only
        labels = np.union1d(getattr(estimator, "classes_", y), y)
        if isinstance(self.transition, np.ndarray) and len(self.transition) != len(
            labels
        ):
            raise ValueError(
                f"transition has {len(self.transition)} rows, but the candidate and"
                f" this fold know the classes {shown(labels.tolist())}: pass"
                " labels=..., all classes in the order of the rows."
            )
        return labels

    def _find_transition(self, estimator, X, y, labels):
        if isinstance(self.transition, np.ndarray):
            return self.transition
        known = {"labels": (labels == y[:, None]).argmax(axis=1), "features": X}
        if self.transition == "hoc":  # it can't see classes that no label names
            known |= {"n_classes": len(labels), "features": _comparable(X)}
        else:
            known["pred_probs"] = _probabilities(estimator, X, labels)
        return check_transition(
            estimate_transition(self.transition, **known), classes=labels
        )

    def __repr__(self):
        transition = repr(self.transition)
        if isinstance(self.transition, np.ndarray):
            transition = "<{} × {} matrix>".format(*self.transition.shape)
        return f"{self.name}({transition})"


class CorrectedScorer(Scorer):
    """A scorer of decisions, by a metric ``(y_noisy, y_pred, transition, ...)``."""

    def __init__(self, metric, transition, labels, **options):
        super().__init__(transition, labels)
        self.metric = metric
        self.name = f"{metric.__name__}_scorer"
        self.options = options

    def _score(self, estimator, X, y, transition, **known):
        return self.metric(y, estimator.predict(X), transition, **known, **self.options)

    def _score_decisions(self, y, y_pred, sample_weight=None):
        known = {"labels": self.labels, "sample_weight": sample_weight}
        return self.metric(y, y_pred, self.transition, **known, **self.options)


class ForwardScorer(Scorer):
    """A scorer of the likelihood of given labels."""

    name = "forward_log_likelihood_scorer"

    def __init__(self, transition, labels, response_method):
        super().__init__(transition, labels)
        self.response_method = response_method

    def _score(self, estimator, X, y, transition, **known):
        respond = _decisions if self.response_method == "predict" else _probabilities
        probs = respond(estimator, X, known["labels"])
        return forward_log_likelihood(y, probs, transition, **known)

    @property
    def _score_func(self):
        raise AttributeError(
            f"{self} scores probabilities, and TunedThresholdClassifierCV hands it"
            " decisions: take corrected_accuracy_scorer, or one of its kind."
        )


def noise_of(transition, labels):
    """Return a checked matrix (or what finds one) and the classes, where known."""
    if hasattr(transition, "fit"):
        check_is_fitted(transition)
    if hasattr(transition, "transition_matrix_"):
        classes = getattr(transition, "classes_", None)
        labels = classes if labels is None else labels
        if transition.transition_matrix_ is None:
            raise ValueError(
                f"transition={shown(transition)} was fitted without a transition"
                " matrix: pass one that has found one, a matrix, or a name such as"
                " 'likelihood'."
            )
        transition = transition.transition_matrix_
    labels = None if labels is None else check_labels(labels)
    if labels is not None and len(np.unique(labels)) != len(labels):
        raise ValueError(f"labels={shown(labels.tolist())} names a class twice.")
    if isinstance(transition, str):
        lookup(
            transition,
            BLIND,
            parameter="transition",
            kind="an estimate",
            otherwise="a matrix, or a function that returns one",
        )
    elif not callable(transition):
        transition = check_transition(transition, classes=labels)
    return transition, labels


def _comparable(X):
    """Return features among which distances mean something: on one scale, in rows."""
    try:
        X = check_array(X, accept_sparse="csr", allow_nd=True)
    except ValueError as error:
        raise ValueError(
            f"transition='hoc' looks for neighbors among features, which must be"
            f" numbers: {error} Pass the matrix itself, or encode X before."
        ) from error
    return X if sparse.issparse(X) else scale(X.reshape(len(X), -1))


def _probabilities(estimator, X, labels):
    """Return the candidate's probabilities, in a column for each of `labels`."""
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"{type(estimator).__name__} has no predict_proba: pass the transition"
            " matrix itself and, to forward_log_likelihood_scorer,"
            " response_method='predict'."
        )
    found = estimator.predict_proba(X)
    probs = np.zeros((len(found), len(labels)))
    for column, label in enumerate(estimator.classes_):
        probs[:, labels == label] = found[:, [column]]
    return probs


def _decisions(estimator, X, labels):
    """Return what the candidate predicts as probabilities, nearly certain ones."""
    decided = labels == estimator.predict(X)[:, None]
    return CERTAINTY * decided + (1 - CERTAINTY) / len(labels)
