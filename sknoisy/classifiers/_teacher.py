"""What a teacher says of the training samples, once and for all."""

import copy
import warnings
from contextlib import nullcontext

import numpy as np
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted
from torch import nn

from sknoisy._engine import ArrayDataset
from sknoisy._out_of_fold import fitted
from sknoisy._shown import shown
from sknoisy._streams import initial_seed, lent
from sknoisy._tensors import as_tensor

LEAST_PROBABILITY = 1e-9


def is_fitted(teacher):
    """Whether a teacher knows something yet; a module always does."""
    try:
        return isinstance(teacher, nn.Module) or not check_is_fitted(teacher)
    except NotFittedError:
        return False


def ready_teacher(teacher, student, facts):
    """Return the teacher; a classifier that isn't fitted is cloned and fitted first.

    One that is must know features by the names that the student knows them by.
    """
    if not isinstance(teacher, nn.Module) and not hasattr(teacher, "predict_proba"):
        raise TypeError(
            f"distill={shown(teacher)} is no teacher: pass a classifier with"
            " predict_proba, a torch module, or None."
        )
    if is_fitted(teacher):
        check_same_features(teacher, student)
        return teacher
    labels, weight = facts["soft_labels"], facts["sample_weight"]
    y = facts["classes"][facts["labels"]] if labels is None else labels.numpy()
    weights = {} if weight is None else {"sample_weight": weight.numpy()}
    teacher = seeded(clone(teacher))
    with lent_to(teacher):
        return fitted(teacher, facts["X"], y, **weights)


def seeded(estimator):
    """Return `estimator` with a seed for each `random_state` that is None.

    They follow from the seed of the fit, which our own `random_state` gave; nothing is
    drawn from its stream, so that a student doesn't depend on whether its teacher is
    fitted.
    """
    params, rng = estimator.get_params(), np.random.RandomState(initial_seed())
    seeds = {
        name: rng.randint(np.iinfo(np.int32).max)
        for name in sorted(params)
        if name.split("__")[-1] == "random_state" and params[name] is None
    }
    return estimator.set_params(**seeds)


def lent_to(teacher):
    """Lend the fit's stream to a teacher that may draw from the global generators.

    scikit-learn's and our own don't, and may wait for threads that fit our classifiers:
    they mustn't hold what those are waiting for.
    """
    parts = [teacher, *teacher.get_params().values()]
    roots = {type(p).__module__.split(".")[0] for p in parts if hasattr(p, "fit")}
    return nullcontext() if roots <= {"sklearn", "sknoisy"} else lent()


def check_same_features(teacher, student):
    """Say so if teacher and student name features, and not the same in one order."""
    theirs = getattr(teacher, "feature_names_in_", None)
    ours = getattr(student, "feature_names_in_", None)
    if theirs is not None and ours is not None and not np.array_equal(theirs, ours):
        raise ValueError(
            f"The teacher was fitted on the features {list(theirs)}, but X has"
            f" {list(ours)}: they must be the same, in the same order."
        )


def teacher_log_proba(teacher, facts, device):
    """Return log probabilities of all training samples, (n_samples, n_classes)."""
    expected = (facts["n_samples"], facts["n_classes"])
    dtype = facts["feature_scale"].dtype
    if isinstance(teacher, nn.Module):
        with lent():
            logits = _logits(teacher, facts["X"], device, dtype)
        if tuple(logits.shape) != expected:
            raise ValueError(
                f"The teacher's output for all samples has shape {tuple(logits.shape)}:"
                f" expected {expected}, one logit per class."
            )
        log_p = torch.log_softmax(logits, dim=-1)
    else:
        proba = _proba(teacher, facts)
        # a class that a teacher rules out must not make the divergence infinite
        log_p = as_tensor(np.log(np.maximum(proba, LEAST_PROBABILITY)))
    return log_p.to(dtype)


@torch.no_grad()
def _logits(module, X, device, dtype):
    # a copy: where the user's own module is, and in which mode, isn't ours to change
    module = copy.deepcopy(module).to(device, dtype).eval()
    blocks = ArrayDataset(X).blocks(512)
    return torch.cat([module(features.to(device)).cpu() for features in blocks])


def _proba(teacher, facts):
    classes, X = facts["classes"], facts["X"]
    known = np.isin(classes, teacher.classes_)
    # who was fitted by us doesn't know a class whose samples all weigh nothing
    needed = np.union1d(classes[known], classes[np.unique(facts["labels"])])
    if not np.array_equal(teacher.classes_, needed):
        raise ValueError(
            f"The teacher knows the classes {teacher.classes_}, but y holds {classes}:"
            " they must be the same."
        )
    proba = np.zeros((facts["n_samples"], facts["n_classes"]))
    with warnings.catch_warnings():  # X has been checked, and lost its names so
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        with lent_to(teacher):
            proba[:, known] = teacher.predict_proba(X)
    return proba
