"""What each kind of method wants done to features.

Each function takes a table and gives the steps of a Pipeline to put before a method.
Frames go through `sknoisy.tables`; what arrays need is little.
"""

import numpy as np
from scipy.sparse import issparse
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, StandardScaler

from sknoisy.tables import make_vectorizer


def as_numbers(table):
    """Fill gaps, no category before another: for a network, which scales by itself."""
    if table.columns is not None:
        return _vectorized(table, "network")
    return [] if table.is_images or issparse(table.X) else [("numbers", _imputer())]


def scaled(table):
    """Fill gaps, one column a category, numbers standardized: for linear models."""
    if table.columns is not None:
        return _vectorized(table, "linear")
    if issparse(table.X):
        return [("numbers", MaxAbsScaler())]
    numbers = make_pipeline(_imputer(), StandardScaler())
    return [*_flat(table), ("numbers", numbers)]


def filled(table):
    """Fill gaps, no category before another: for trees."""
    if table.columns is not None:
        return _vectorized(table, "trees")
    return [] if issparse(table.X) else [*_flat(table), ("numbers", _imputer())]


def as_rows(table):
    """Leave gaps in numbers, categories as such: for boosting, which takes both."""
    if table.columns is not None:
        return _vectorized(table, "boosting")
    if issparse(table.X):
        return [("dense", FunctionTransformer(_dense, accept_sparse=True))]
    return [*_flat(table), ("numbers", "passthrough")]


def _vectorized(table, model):
    features = [column for column in table.columns if column.is_feature]
    vectorizer = make_vectorizer(table.X, for_=model, columns=features, random_state=0)
    return [("columns", vectorizer)]


def _flat(table):
    return [("flatten", FunctionTransformer(_flatten))] if table.is_images else []


def _flatten(images):
    return np.reshape(images, (len(images), -1))


def _dense(X):
    return X.toarray()


def _imputer():
    # a column that is empty in one fold mustn't change the number of features
    return SimpleImputer(strategy="median", keep_empty_features=True)
