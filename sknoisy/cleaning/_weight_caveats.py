"""A word to those whose classifier means something else by a weight."""

import warnings
from typing import Any

from sknoisy.cleaning._weight_meaning import measure, who_decides

PATIENCE = 1.0  # seconds of a fit on the trial; slower classifiers aren't measured
MOST_REMEMBERED = 64
_measured: dict[Any, Any] = {}  # a search asks again and again


def warn_of_other_weights(estimator, asker):
    """Warn if weights mean something else to `estimator` than they say.

    Of a classifier that can't be measured, or in a while only, nothing is said. Ours
    are known: their tests hold it.
    """
    decider = who_decides(estimator)
    if type(decider).__module__.partition(".")[0] == __name__.partition(".")[0]:
        return
    caveats = caveats_of(_remembered(decider), decider)
    if caveats:
        name = type(decider).__name__
        warnings.warn(
            f"{asker} makes weights, and {name} takes them in its own way:"
            f" {'; '.join(caveats)}. Choose action='drop', or a classifier such as"
            " LogisticRegression, to which a weight is what it says;"
            " sknoisy.cleaning.weight_meaning measures that of any.",
            UserWarning,
            stacklevel=4,
        )


def caveats_of(meaning, estimator):
    """Return what there is to say of a `WeightMeaning`, one phrase each."""
    balanced = getattr(estimator, "class_weight", None) == "balanced"
    zero, two = meaning.zero_is_absent is False, meaning.two_is_twice is False
    phrases = {
        "a weight is the chance of a sample to be drawn for a member of the ensemble,"
        " in which it then counts fully": meaning.drawn,
        "a sample of weight zero isn't the same as none": zero,
        # forests draw as many as there are rows: that has been said
        "a weight of two isn't the same as the sample twice": two and not meaning.drawn,
        "how much is drawn depends on the sum of weights": meaning.drawn
        and meaning.scale_free is False,
        "class_weight='balanced' counts samples, whatever they weigh": balanced
        and meaning.balanced == "rows",
    }
    return [phrase for phrase, holds in phrases.items() if holds]


def _remembered(estimator):
    key = type(estimator), repr(sorted(estimator.get_params().items()))
    if key not in _measured:
        if len(_measured) >= MOST_REMEMBERED:
            _measured.clear()
        _measured[key] = measure(estimator, PATIENCE)
    return _measured[key]
