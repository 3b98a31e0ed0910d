"""The methods that can be compared, by name."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._images import is_of_images
from sknoisy._cli._method import Method
from sknoisy._cli._preprocessing import as_numbers, as_rows, filled, scaled
from sknoisy._registry import lookup
from sknoisy.auto import AutoNoisyClassifier
from sknoisy.classifiers import NoisyLabelClassifier
from sknoisy.losses import get_loss_names

QUICK = ("ce", "gce", "nce_rce", "logistic", "forest", "boosting")
BASELINE = ("auto", "logistic", "boosting")  # of --auto


def _network(**parameters):
    return Method(lambda table: NoisyLabelClassifier(**parameters), as_numbers)


def _logistic(table):
    return LogisticRegression(max_iter=1000)


def _forest(table):
    return RandomForestClassifier()


def _boosting(table):
    # it stops by itself on 10,000 samples and more only, but memorizes noise on fewer,
    # too; what it holds out for that must have room for every class
    n_each = np.unique(table.y, return_counts=True)[1]
    if n_each.min() < 10 or n_each.sum() < 20 * len(n_each):
        return HistGradientBoostingClassifier()
    return HistGradientBoostingClassifier(early_stopping=True)


METHODS = {
    **{loss: _network(loss=loss) for loss in get_loss_names()},
    "default": _network(),
    "auto": Method(lambda table: AutoNoisyClassifier(), as_numbers),
    "logistic": Method(_logistic, scaled),
    "forest": Method(_forest, filled),
    "boosting": Method(_boosting, as_rows),
}


def without_slow(methods, table, names):
    """Return methods that nobody has named less those that take long on pixels."""
    if names is not None or not is_of_images(table) or "boosting" not in methods:
        return methods
    table.notes.append(
        "boosting is left out, which takes long on pixels; --methods can name it"
    )
    return {name: method for name, method in methods.items() if name != "boosting"}


def choose_methods(names, auto=False):
    """Return the methods that a comma-separated list names; None names the quick.

    With `auto`, and no names, those that make a first baseline.
    """
    if auto and names is not None:
        raise CommandError("--auto names the methods: leave out --methods, or --auto.")
    if names is None:
        return {name: METHODS[name] for name in (BASELINE if auto else QUICK)}
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    with command_errors(ValueError):
        return {
            name: lookup(name, METHODS, parameter="--methods", kind="a method")
            for name in chosen or [names]
        }
