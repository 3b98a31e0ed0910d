"""Weights of samples: what they may be, and by which name a classifier takes them."""

import inspect
import numbers

import numpy as np
from sklearn import get_config
from sklearn.utils import check_array
from sklearn.utils.validation import has_fit_parameter

from sknoisy._arrays import as_numpy
from sknoisy._registry import did_you_mean
from sknoisy._shown import shown


def check_weights(sample_weight, n_samples, name="sample_weight"):
    """Return weights as a float64 array of shape (n_samples,), or None.

    A number stands for equal weights. The largest is one: very large and very small
    weights would not survive float32, and only their ratios count.
    """
    if sample_weight is None:
        return None
    weight = _as_floats(sample_weight, n_samples, name)
    if weight.shape != (n_samples,):
        raise ValueError(
            f"{name} has shape {weight.shape}, but X has {n_samples} samples:"
            f" expected ({n_samples},)."
        )
    if (weight < 0).any():
        raise ValueError(
            f"{name} holds {(weight < 0).sum()} negative weights, the first at"
            f" position {np.flatnonzero(weight < 0)[0]}: weights can't be negative."
        )
    if not weight.any():
        raise ValueError(f"{name} is zero for every sample: none is left.")
    return weight / weight.max()


def _as_floats(weight, n_samples, name):
    weight = as_numpy(weight)
    if isinstance(weight, np.ma.MaskedArray):  # what is masked is missing
        weight = np.ma.filled(weight.astype(np.float64), np.nan)
    try:
        if isinstance(weight, numbers.Real) or getattr(weight, "shape", None) == ():
            weight = np.full(n_samples, float(weight))
        return check_array(
            weight,
            ensure_2d=False,
            ensure_min_samples=0,
            dtype=np.float64,
            input_name=name,
        )
    except (TypeError, ValueError) as error:
        if "NaN" in str(error) or "infinity" in str(error):
            raise  # says it well
        shown = " ".join(repr(weight).split())
        raise TypeError(
            f"{name}={shown:.60} can't be read as weights: pass a number for each of"
            f" the {n_samples} samples, or one for all."
        ) from error


def check_classes_have_weight(y, weight, labeled=slice(None)):
    """Say so if weights (or None) leave fewer than two classes of `y`.

    A class of weight zero isn't there, but cleaning or noise could give its label to
    others. Only the samples `labeled` count.
    """
    weight, known = check_weights(weight, len(y)), y[labeled]
    left = np.unique(known if weight is None else known[weight[labeled] > 0])
    if len(left) < 2 <= len(np.unique(known)):
        raise ValueError(
            f"sample_weight leaves fewer than two classes, {left.tolist()}: there is"
            " no other one that a label could be mistaken for."
        )


def rows_there(weight, n_samples):
    """Return the positions of the samples that weigh something; without weights, all.

    A weight of zero means that a sample isn't there. It has to be taken out before
    anybody sees it: a scaler, a detector, the draws of noise, and most classifiers of
    others would count it.
    """
    weight = check_weights(weight, n_samples)
    return np.arange(n_samples) if weight is None else np.flatnonzero(weight)


def weight_name(estimator):
    """Return the name by which `fit` takes sample weights, or None."""
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    steps = getattr(estimator, "steps", None)
    if not steps or get_config()["enable_metadata_routing"]:
        return None  # routing asks every step, scalers too, whether it wants weights
    name, last = steps[-1]
    inner = weight_name(last)
    return None if inner is None else f"{name}__{inner}"


def name_of_weights(estimator, asker):
    """Return the name by which `estimator.fit` takes weights of samples.

    Parameters
    ----------
    estimator : classifier
        A Pipeline takes them as parameter of its last step.

    asker : str
        What needs it, for the message.

    Raises
    ------
    TypeError
        If it takes none.
    """
    name = weight_name(estimator)
    if name is None and _hands_on(estimator):
        name = "sample_weight"
    if name is None:
        raise TypeError(
            f"{asker} needs an estimator whose fit takes sample_weight, and"
            f" {_described(estimator)} doesn't."
        )
    return name


def name_weights(params, classifier):
    """Return `params` with ``sample_weight`` under the name that fit takes."""
    others = {name: value for name, value in params.items() if name != "sample_weight"}
    if params.get("sample_weight") is None:
        return others
    name = name_of_weights(classifier, "fit with sample_weight")
    return {**others, name: params["sample_weight"]}


def read_weights(params, classifier, n_samples):
    """Return `params` as `classifier.fit` takes them, and who is there.

    Parameters
    ----------
    params : dict
        Of `fit`; weights may be under ``sample_weight`` or the name that fit takes.

    classifier : classifier

    n_samples : int

    Returns
    -------
    params : dict
        With one weight a sample, if there are weights.

    rows : ndarray of int
        The positions of samples whose weight isn't zero.

    weight : array-like of shape (n_samples,) or None
    """
    params = name_weights(params, classifier)
    name = weight_name(classifier) or "sample_weight"
    rows = rows_there(params.get(name), n_samples)
    params = one_each(params, n_samples, name)
    return params, rows, params.get(name)


def one_each(params, n_samples, name="sample_weight"):
    """Return `params` with a weight for each sample, where it is one for all."""
    weight = params.get(name)
    if weight is None or np.ndim(weight):
        return params
    return {**params, name: np.full(n_samples, float(weight))}


def _hands_on(estimator):
    """Whether `fit` takes any parameter, and finds out where it belongs."""
    parameters = inspect.signature(estimator.fit).parameters.values()
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    routed = get_config()["enable_metadata_routing"]
    return takes_any and (routed or not hasattr(estimator, "steps"))


def _described(estimator):
    steps = getattr(estimator, "steps", None)
    name = type(estimator).__name__
    return f"{name} with {type(steps[-1][1]).__name__} at its end" if steps else name


def weights_of(y, sample_weight):
    """Return weights as they are given, checked, as an array; or None.

    At least two classes of `y` must be left.
    """
    if sample_weight is None:
        return None
    check_weights(sample_weight, len(y))
    check_classes_have_weight(y, sample_weight)
    weight = np.asarray(sample_weight, dtype=np.float64)
    return np.broadcast_to(weight, len(y)).copy()  # a number stands for all


def those_present(rows, weight):
    """Return those of `rows` whose weight isn't zero; that is absence."""
    return rows if weight is None else rows[weight[rows] > 0]


def weights_for(classifier, weight):
    """Return what hands weights to `classifier.fit`; nothing, if all of them are one.

    Then it need not take weights at all.
    """
    if only_absence(weight):
        return {}
    return name_weights({"sample_weight": weight}, classifier)


def only_absence(weight):
    """Whether weights say no more than who is absent: who takes none can do so, too."""
    return weight is None or bool((weight[weight > 0] == 1).all())


def without_absent(*arrays, weight):
    """Return the rows of `arrays`, and of `weight`, whose weight isn't zero."""
    if weight is None or weight.all():
        return *arrays, weight
    present = weight > 0
    return *(array[present] for array in arrays), weight[present]


def with_class_weight(class_weight, classes, codes, weight):
    """Return the weights of samples, or none, times those of their classes."""
    weight = np.ones(len(codes)) if weight is None else weight
    by_class = weights_by_class(class_weight, classes, codes, weight)
    return check_weights(weight * by_class[codes], len(codes), name="class_weight")


def weights_by_class(class_weight, classes, codes, weight):
    """Return what each class weighs, (n_classes,), by `class_weight`.

    "balanced" gives all classes that are there the same sum of weights: it counts
    samples by their `weight`, so that 2 is the same as twice.
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        sums = np.bincount(codes, weight, minlength=len(classes))
        there = sums > 0
        return np.divide(sums.sum() / there.sum(), sums, out=sums, where=there)
    if not hasattr(class_weight, "get"):
        raise ValueError(
            f"class_weight={shown(class_weight)} must be a dict {{class: weight}},"
            " 'balanced' or None."
        )
    _check_named(class_weight, classes.tolist())
    by_class = [class_weight.get(label, 1.0) for label in classes.tolist()]
    return np.asarray(by_class, dtype=np.float64)


def _check_named(class_weight, known):
    """Say so if a weight names no class, unless all classes have one, too."""
    strangers = [name for name in class_weight if name not in known]
    if strangers and not set(known) <= set(class_weight):
        hint = did_you_mean(strangers[0], [k for k in known if isinstance(k, str)])
        raise ValueError(
            f"class_weight names {strangers[0]!r}, which is no class of"
            f" y{';' if hint else '.'}{hint} There are: {str(known)[1:-1]}."
        )
