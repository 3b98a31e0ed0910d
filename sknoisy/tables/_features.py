"""A frame with its features alone, each of the type that it was taken for."""

from sklearn.base import BaseEstimator, TransformerMixin

from sknoisy._frames import frame_of
from sknoisy._table_errors import need
from sknoisy.tables._describe import check_known
from sknoisy.tables._read_as import read_as

__all__ = ["Features"]


class Features(TransformerMixin, BaseEstimator):
    """Take the features out of a frame, and make them of their types.

    What a column is was decided before, on all rows, and is the same in all folds.

    Parameters
    ----------
    columns : list of Column
        All columns that frames have; those that are no features are left out.
    """

    def __init__(self, columns):
        self.columns = columns

    def fit(self, X, y=None):
        """Check that all features are there."""
        self._chosen(X)
        return self

    def transform(self, X):
        """Return a frame of floats, dates, categories and texts."""
        frame = self._chosen(X)
        pandas = need("pandas", "a data frame")
        features = [column for column in self.columns if column.is_feature]
        return pandas.DataFrame(
            {c.text: read_as(c, frame[c.name]) for c in features}, index=frame.index
        )

    def __sklearn_is_fitted__(self):
        return True

    def _chosen(self, X):
        names = [column.name for column in self.columns if column.is_feature]
        frame = frame_of(X)
        check_known(names, frame.columns, "the table: ")
        return frame[names]
