"""Tables and texts from any file: what each column is, and features made of it."""

from sknoisy._table_errors import TableError
from sknoisy.tables._change_labels import change_labels
from sknoisy.tables._column import Column
from sknoisy.tables._describe import describe_columns
from sknoisy.tables._large_table import LargeTable as LargeTable
from sknoisy.tables._parquet_rows import ParquetRows as ParquetRows
from sknoisy.tables._parquet_rows import parquet_files as parquet_files
from sknoisy.tables._read_frame import read_frame
from sknoisy.tables._read_table import read_table
from sknoisy.tables._table import Table
from sknoisy.tables._vectorize import make_vectorizer, vectorizer_for

# what audits of files that don't fit into memory are made of is found here, too
__all__ = [
    "Column",
    "Table",
    "TableError",
    "change_labels",
    "describe_columns",
    "make_vectorizer",
    "read_frame",
    "read_table",
    "vectorizer_for",
]
