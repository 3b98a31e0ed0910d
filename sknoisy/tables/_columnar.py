"""Parquet and Feather: frames that were saved as frames."""

import io

from sknoisy._table_errors import as_table_errors, need
from sknoisy.tables._loaded import Loaded

__all__ = ["read_feather", "read_parquet"]


def read_parquet(data, name, options):
    """Return the frame in a Parquet file."""
    return Loaded(frame=_read("read_parquet", data, name))


def read_feather(data, name, options):
    """Return the frame in a Feather or Arrow file."""
    return Loaded(frame=_read("read_feather", data, name))


def _read(reader, data, name):
    pandas = need("pandas", f"{name}: reading it")
    need("pyarrow", f"{name}: reading it")
    # a damaged file makes Arrow raise errors of many kinds, TypeError among them
    with as_table_errors(Exception, about=f"{name} can't be read: "):
        return getattr(pandas, reader)(io.BytesIO(data))
