"""The scorer that ``--scoring`` names, for classes of any number and name."""

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    get_scorer,
    get_scorer_names,
    jaccard_score,
    make_scorer,
    precision_score,
    recall_score,
)

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._registry import lookup

# those of one class of two, and what to take for more classes
ONE_OF_TWO = {
    "average_precision": (average_precision_score, "roc_auc_ovr"),
    "f1": (f1_score, "f1_macro"),
    "jaccard": (jaccard_score, "jaccard_macro"),
    "precision": (precision_score, "precision_macro"),
    "recall": (recall_score, "recall_macro"),
    "roc_auc": (None, "roc_auc_ovr"),
}


def check_scoring(name):
    """Say so if no scorer has that name."""
    with command_errors(ValueError):
        names = dict.fromkeys(get_scorer_names())
        lookup(name, names, parameter="--scoring", kind="a scorer")


def choose_scorer(name, table):
    """Return the scorer; of two classes the one that is sorted last is looked for."""
    classes = np.unique(table.y)
    if name not in ONE_OF_TWO:
        return get_scorer(name)
    score, otherwise = ONE_OF_TWO[name]
    if len(classes) > 2:
        raise CommandError(
            f"--scoring {name} looks for one class of two, and {table.name} has"
            f" {len(classes)}: take {otherwise}."
        )
    if score is None or table.y.dtype.kind != "U":
        return get_scorer(name)
    table.notes.append(f"{name} is that of the class {classes[-1]!s}")
    ranks = ("decision_function", "predict_proba")
    response = ranks if name == "average_precision" else ("predict",)
    return make_scorer(score, response_method=response, pos_label=classes[-1])
