"""OpenML's copies, turned into the arrays that the files hold."""

import numpy as np


def images_from_openml(table):
    """Return Fashion-MNIST's arrays: the first 60,000 rows are for training."""
    X = table.data.reshape(-1, 28, 28).astype(np.uint8)
    y = table.target.astype(np.int64)
    return {
        "X_train": X[:60_000],
        "y_train": y[:60_000],
        "X_test": X[60_000:],
        "y_test": y[60_000:],
    }


def table_from_openml(table):
    """Return a table's arrays, less the rows in which a value is missing."""
    is_categorical = [name in table.categories for name in table.feature_names]
    columns = [
        _codes(column) if categorical else column.astype(np.float32)
        for column, categorical in zip(table.data.T, is_categorical, strict=True)
    ]
    X = np.stack(columns, axis=1)
    known = ~np.isnan(X).any(axis=1)
    classes, y = np.unique(table.target[known].astype(str), return_inverse=True)
    return {
        "X": X[known],
        "y": y,
        "classes": classes,
        "categorical": np.flatnonzero(is_categorical),
    }


def _codes(column):
    """Return the codes of a column of categories, NaN where one is missing."""
    present = column == column  # NaN is the one value that differs from itself
    codes = np.full(len(column), np.nan, dtype=np.float32)
    codes[present] = np.unique(column[present].astype(str), return_inverse=True)[1]
    return codes
