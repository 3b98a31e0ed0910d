"""Columns of a dataset of the library `datasets`, which is never imported here."""

import numpy as np

from sknoisy._unlabeled import is_nothing


def columns_of(dataset, sample, annotator, label, unlabeled):
    """Return samples, annotators and labels, a line for each vote or gap."""
    for name in (sample, annotator, label):
        if name is not None and name not in dataset.features:
            raise ValueError(
                f"The dataset has no column {name!r}: it has {list(dataset.features)}."
            )
    labels = list(dataset[label])
    samples = range(len(labels)) if sample is None else list(dataset[sample])
    people = [None] * len(labels) if annotator is None else list(dataset[annotator])
    if annotator is None and not any(isinstance(one, list) for one in labels):
        raise ValueError(
            f"The column {label!r} has one label a row, and nobody says whose it is:"
            " name the column of annotators by annotator=…."
        )
    lines = [
        (row, who, one)
        for row, people_of_row, votes in zip(samples, people, labels, strict=True)
        for who, one in _of_row(row, people_of_row, votes)
    ]
    names = names_in(dataset, label)
    values = [_named(one, names, unlabeled, label) for *_, one in lines]
    samples, people = ([line[i] for line in lines] for i in (0, 1))
    return _column(samples), _column(people), values


def _of_row(row, people, votes):
    if not isinstance(votes, list):
        return [(people, votes)]
    if not isinstance(people, list):
        people = range(len(votes)) if people is None else [people] * len(votes)
    if len(people) != len(votes):
        raise ValueError(
            f"Row {row!r} has {len(votes)} votes by {len(people)} annotators."
        )
    return zip(people, votes, strict=True)


def names_in(dataset, label):
    """Return the names that ClassLabel gives its numbers; None for another column."""
    feature = dataset.features.get(label)
    while feature is not None and not hasattr(feature, "names"):
        if isinstance(feature, list):
            feature = feature[0]
        else:
            feature = getattr(feature, "feature", None)
    return None if feature is None else list(feature.names)


def _named(value, names, unlabeled, label):
    if is_nothing(value) or (unlabeled is not None and value == unlabeled):
        return None
    if names is None:
        return value
    if not 0 <= value < len(names):
        raise ValueError(
            f"The column {label!r} holds {value}, but its ClassLabel has {len(names)}"
            f" names, 0 to {len(names) - 1}: `datasets` doesn't check that when a"
            " column is cast. Mend the column, or say unlabeled=… if it stands for no"
            " vote."
        )
    return names[value]


def _column(values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
