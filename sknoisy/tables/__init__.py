"""Tables and texts from any file: what each column is, and features made of it."""

from sknoisy._table_errors import TableError
from sknoisy.tables._column import Column
from sknoisy.tables._describe import describe_columns
from sknoisy.tables._read_table import read_table
from sknoisy.tables._table import Table
from sknoisy.tables._vectorize import make_vectorizer

__all__ = [
    "Column",
    "Table",
    "TableError",
    "describe_columns",
    "make_vectorizer",
    "read_table",
]
