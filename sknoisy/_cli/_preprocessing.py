"""What each kind of method wants done to features, by scikit-learn's own means.

Each function takes a table and gives the steps of a Pipeline to put before a method.
"""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)


def as_numbers(table):
    """Fill gaps, one column a category: for a network, which scales by itself."""
    return [] if table.is_images else _steps(table, _imputer(), _one_hot())


def scaled(table):
    """Fill gaps, one column a category, numbers standardized: for linear models."""
    numbers = make_pipeline(_imputer(), StandardScaler())
    return _steps(table, numbers, _one_hot())


def as_ranks(table):
    """Fill gaps, one number a category: for trees."""
    return _steps(table, _imputer(), _ordinal())


def as_rows(table):
    """Leave gaps in numbers, one number a category: for boosting, which takes gaps."""
    return _steps(table, "passthrough", _ordinal())


def _steps(table, numbers, categories):
    if table.categorical is None:
        flatten = [("flatten", FunctionTransformer(_flatten))]
        return (flatten if table.is_images else []) + [("numbers", numbers)]
    columns = [
        ("numbers", numbers, table.numeric),
        ("categories", categories, table.categorical),
    ]
    return [("columns", ColumnTransformer(columns))]


def _flatten(images):
    return np.reshape(images, (len(images), -1))


def _imputer():
    # a column that is empty in one fold mustn't change the number of features
    return SimpleImputer(strategy="median", keep_empty_features=True)


def _named_gaps():
    return SimpleImputer(strategy="constant", fill_value="(missing)")


def _one_hot():
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=50, sparse_output=False
    )
    return make_pipeline(_named_gaps(), encoder)


def _ordinal():
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return make_pipeline(_named_gaps(), encoder)
