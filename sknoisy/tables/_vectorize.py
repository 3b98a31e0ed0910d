"""Features as numbers, in the way that trees, linear models or networks want them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from sknoisy._checks import check_choice
from sknoisy._data_types import MatrixLike, Seed
from sknoisy._frames import holds_words
from sknoisy._table_errors import TableError, listed, need
from sknoisy.tables._column import FEATURES, Column
from sknoisy.tables._describe import describe_columns
from sknoisy.tables._features import Features

if TYPE_CHECKING:
    from pandas import DataFrame


__all__ = ["make_vectorizer", "vectorizer_for"]

# how many categories get a column of their own; of more, pieces of words are counted
MOST_CATEGORIES = {"trees": 40, "network": 40, "linear": 1000, "boosting": 255}
MOST_TERMS = 20_000  # of words, and as many of pieces of words
N_SHORT = 30  # numbers that stand for a text or for many categories
WORDS = {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\w+|[^\w\s]+"}
PIECES = {"analyzer": "char_wb", "ngram_range": (3, 4)}


def make_vectorizer(
    frame: "DataFrame",
    *,
    for_: str = "trees",
    columns: Sequence[Column] | None = None,
    random_state: Seed = None,
) -> Pipeline:
    """Make a transformer that turns the columns of a frame into numbers.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        A table without the labels, to see what its columns are.

    for_ : "trees", "linear", "network" or "boosting", default="trees"
        Who gets the numbers. No model gets categories in the order of the alphabet:
        each has a column of its own, or, for boosting, the type `category`, which
        scikit-learn's HistGradientBoosting takes for what it is; more than 40 (255 for
        boosting, 1,000 for linear models) are told apart by pieces of their words. Gaps
        are filled, except for boosting. Numbers are standardized for linear models;
        networks of sknoisy do so themselves. Texts are counted by words and by pieces
        of words (tf-idf), and shortened to 30 numbers each where there are other
        columns and no linear model, or for boosting and networks.

    columns : list of Column, default=None
        What each column is. None looks, see :func:`describe_columns`.

    random_state : int, RandomState instance or None, default=None
        Seed of the shortening of texts.

    Returns
    -------
    vectorizer : Pipeline
        Not fitted yet. It takes frames with the columns of `frame`, and returns an
        array, a sparse one for texts, or a frame for boosting. It may be fitted within
        folds: it never sees a label.

    Raises
    ------
    TableError
        If no column is a feature, or if skrub is missing where dates, texts or many
        categories need it.

    See Also
    --------
    describe_columns : Tells what columns are.
    read_table : Reads a file into a frame of features.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknoisy.tables import make_vectorizer
    >>> frame = pd.DataFrame({
    ...     "size": [1.5, 2.0, None, 4.0] * 3,
    ...     "colour": ["red", "green", "red", "blue"] * 3,
    ... })
    >>> make_vectorizer(frame).fit_transform(frame)[:2]
    array([[1.5, 0. , 0. , 1. ],
           [2. , 0. , 1. , 0. ]])
    """
    check_choice(for_, MOST_CATEGORIES, "for_")
    if columns is None:
        columns = describe_columns(frame)
    features = [column for column in columns if column.is_feature]
    if not features:
        raise TableError(
            f"no column is a feature: {listed(columns, 6)}. Say what a column is where"
            " that is wrong, or bring columns that tell something of a sample."
        )
    counts = Features(columns).transform(frame).nunique()
    parts = _Parts(for_, random_state).of(features, counts)
    numbers = ColumnTransformer(parts)
    if for_ == "boosting":
        numbers.set_output(transform="pandas")
    return Pipeline([("features", Features(columns)), ("numbers", numbers)])


def vectorizer_for(
    X: MatrixLike, *, for_: str = "trees", random_state: Seed = None
) -> Pipeline | None:
    """Make a transformer for X if it needs one: a frame that holds more than numbers.

    Parameters
    ----------
    X : array-like with n_samples rows
        Features of any kind.

    for_ : "trees", "linear", "network" or "boosting", default="trees"
        Who gets the numbers, see :func:`make_vectorizer`.

    random_state : int, RandomState instance or None, default=None
        Seed of the shortening of texts.

    Returns
    -------
    vectorizer : Pipeline or None
        Not fitted yet; None where X can be learned from as it is.

    See Also
    --------
    make_vectorizer : Makes one in any case.

    Examples
    --------
    >>> import pandas as pd
    >>> from sknoisy.tables import vectorizer_for
    >>> vectorizer_for([[1.5], [2.0]]) is None
    True
    >>> frame = pd.DataFrame({"colour": ["red", "green"] * 3})
    >>> vectorizer_for(frame).fit_transform(frame)[:2]
    array([[0., 1.],
           [1., 0.]])
    """
    if not holds_words(X):
        return None
    return make_vectorizer(cast(Any, X), for_=for_, random_state=random_state)


class _Parts:
    """The transformers of a ColumnTransformer."""

    def __init__(self, for_, random_state):
        self.for_ = for_
        self.random_state = random_state

    def of(self, features, counts):
        """Return a part for all numbers, one for all categories, others by column."""
        of_role = {
            role: [c.text for c in features if c.role == role] for role in FEATURES
        }
        most = MOST_CATEGORIES[self.for_]
        many = [name for name in of_role["category"] if counts[name] > most]
        few = [name for name in of_role["category"] if counts[name] <= most]
        only_texts = len(of_role["text"]) == len(features)
        parts = [("number", self.numbers(), of_role["number"])]
        parts += [("category", self.categories(), few)]
        parts += [(f"many {name}", self.short(PIECES), name) for name in many]
        parts += [(f"date {name}", self.date(), name) for name in of_role["date"]]
        for kind, manner in (("words", WORDS), ("pieces", PIECES)):
            make = self.long if self.can_be_sparse(only_texts) else self.short
            parts += [
                (f"{kind} {name}", make(manner), name) for name in of_role["text"]
            ]
        return [part for part in parts if len(part[2])]

    def can_be_sparse(self, only_texts):
        """Whether thousands of columns, most of them zero, are taken well."""
        # a network's weights, and the steps of its optimizer, are never sparse
        return self.for_ == "linear" or (only_texts and self.for_ == "trees")

    def numbers(self):
        """Fill gaps; standardize for who doesn't by himself and depends on it."""
        if self.for_ == "boosting":
            return "passthrough"
        # a column that is empty in one fold mustn't change the number of features
        fill = SimpleImputer(strategy="median", keep_empty_features=True)
        return make_pipeline(fill, StandardScaler()) if self.for_ == "linear" else fill

    def categories(self):
        """Give each category a column, a gap being one, too; none is before another."""
        if self.for_ == "boosting":
            return FunctionTransformer(as_categories, feature_names_out="one-to-one")
        return OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=MOST_CATEGORIES[self.for_],
            sparse_output=self.for_ == "linear",
        )

    def date(self):
        """Split dates into year, month, day, hour, weekday and seconds."""
        encoder = _skrub("dates").DatetimeEncoder(add_weekday=True)
        fill = self.numbers()
        return encoder if fill == "passthrough" else make_pipeline(encoder, fill)

    def short(self, manner):
        """Count words or pieces of words, and keep a few numbers of the counts."""
        manner = {key: manner[key] for key in ("analyzer", "ngram_range")}
        return _skrub("texts and hundreds of categories").StringEncoder(
            N_SHORT, random_state=self.random_state, **manner
        )

    def long(self, manner):
        """Count words or pieces of words, each in a column."""
        return TfidfVectorizer(sublinear_tf=True, max_features=MOST_TERMS, **manner)


def as_categories(frame):
    """Return a frame of categories, which scikit-learn's boosting knows as such."""
    return frame.astype("category")


def _skrub(what):
    return need("skrub", f"a table with {what}")
