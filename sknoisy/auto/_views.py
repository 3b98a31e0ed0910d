"""Features as judges see them: on one scale, and as similarities to some samples."""

import numpy as np
from scipy.sparse import issparse
from sklearn.decomposition import TruncatedSVD
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.preprocessing import StandardScaler

LANDMARKS = 300
WIDTHS = (0.15, 0.5, 1.5)  # of kernels, times 1 / number of features
TOPICS = 100  # numbers that stand for a sparse row
FARTHEST = 10.0  # standard deviations beyond which a value is cut


class Views:
    """Makes the views of any rows; learns how from all samples, without their labels.

    Parameters
    ----------
    random_state : int
    """

    def __init__(self, random_state):
        self.random_state = random_state

    def fit(self, X):
        """Learn from `X`, an array or sparse matrix of numbers."""
        self.imputer = self.topics = None
        self.kernels = {}
        if not issparse(X) and np.isnan(X).any():
            self.imputer = SimpleImputer(strategy="median", keep_empty_features=True)
            self.imputer.set_params(add_indicator=True).fit(X)
        elif issparse(X) and min(X.shape) > 2:
            n_topics = min(TOPICS, min(X.shape) - 1)
            self.topics = TruncatedSVD(n_topics, random_state=self.random_state).fit(X)
        dense = self._dense(X)
        self.scaler = StandardScaler()
        if dense is not None:
            self.scaler.fit(dense)
        return self

    def view(self, X):
        """Return the `View` of rows."""
        dense = self._dense(X)
        if dense is not None:
            dense = np.clip(self.scaler.transform(dense), -FARTHEST, FARTHEST)
        return View(X.tocsr() if issparse(X) else dense, dense, self)

    def similarities(self, width, dense):
        """Return similarities to landmarks, which are among the first rows seen."""
        if width not in self.kernels:
            self.kernels[width] = Nystroem(
                gamma=width / dense.shape[1],
                n_components=max(1, min(LANDMARKS, len(dense) // 2)),
                random_state=self.random_state,
            ).fit(dense)
        return self.kernels[width].transform(dense)

    def _dense(self, X):
        if issparse(X):
            return None if self.topics is None else self.topics.transform(X)
        return X if self.imputer is None else self.imputer.transform(X)


class View:
    """Rows in every form that a judge may ask for.

    Parameters
    ----------
    linear : ndarray or sparse matrix of shape (n_rows, n_features)
        For linear models: sparse rows as they are.

    dense : ndarray of shape (n_rows, n_numbers) or None
        Standardized; of sparse rows, their topics.

    views : Views
        Who made it.
    """

    def __init__(self, linear, dense, views):
        self.linear = linear
        self.dense = dense
        self._views = views
        self._made = {}

    def __len__(self):
        return self.linear.shape[0]

    @property
    def counts(self):
        """Whether rows are sparse and nowhere negative, as counts of words are."""
        return issparse(self.linear) and (
            not self.linear.nnz or self.linear.data.min() >= 0
        )

    def get(self, form):
        """Return the rows as "linear", "dense", or as similarities of a width."""
        if form == "linear":
            return self.linear
        if form == "dense":
            return self.dense
        if form not in self._made:
            near = self._views.similarities(form, self.dense)
            self._made[form] = np.column_stack([near, np.ones(len(near))])
        return self._made[form]

    def of(self, rows):
        """Return the view of some of the rows."""
        dense = None if self.dense is None else self.dense[rows]
        linear = dense if self.linear is self.dense else self.linear[rows]
        return View(linear, dense, self._views)
