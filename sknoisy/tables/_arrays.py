"""Arrays in files of numpy's and libsvm's: features and labels by name."""

import io
import re
import warnings

import numpy as np

from sknoisy._table_errors import TableError, as_table_errors, need
from sknoisy.tables._loaded import Loaded

__all__ = ["read_npy", "read_npz", "read_svmlight"]

# a damaged file makes numpy raise what its header or its zip make of it: SyntaxError,
# TokenError, MemoryError, BadZipFile, zlib's own, and others
UNREADABLE = (Exception,)
MULTILABEL = re.compile(rb"\s*(?:#[^\n]*\n)*[-+\d.]+(?:,[-+\d.]+)+ ")


def read_npz(data, name, options):
    """Return the arrays in an NPZ file by their names."""
    with (
        as_table_errors(*UNREADABLE, about=f"{name} can't be read: "),
        np.load(io.BytesIO(data), allow_pickle=False) as arrays,
    ):
        return Loaded(arrays={key: _usual(arrays[key]) for key in arrays.files})


def read_npy(data, name, options):
    """Return a table of numbers, or of named fields, as a frame."""
    with as_table_errors(*UNREADABLE, about=f"{name} can't be read: "):
        array = _usual(np.load(io.BytesIO(data), allow_pickle=False))
    if array.dtype.names:
        pandas = need("pandas", f"{name}: an array of named fields")
        return Loaded(frame=pandas.DataFrame(array))
    return Loaded(arrays={"X": array})


def read_svmlight(data, name, options):
    """Return features, sparse, and labels of a file of libsvm's."""
    from sklearn.datasets import load_svmlight_file

    if MULTILABEL.match(data):
        raise TableError(
            f"{name} has several labels in a row, such as"
            f" {data.split(maxsplit=1)[0].decode('ascii', 'replace')!r}. sknoisy judges"
            " one label a sample: write a file of 0 and 1 for each label, and audit one"
            " at a time."
        )
    with (
        as_table_errors(*UNREADABLE, about=f"{name} can't be read: "),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        X, y, qid = load_svmlight_file(io.BytesIO(data), query_id=True)
    whole = bool(len(y)) and bool((y == np.round(y)).all())
    arrays = {"X": X, "y": y.astype(np.int64) if whole else y}
    return Loaded(arrays=arrays | ({"qid": qid} if len(qid) else {}))


def _usual(array):
    # half floats, in which files are kept, are no type to compute in
    return array.astype(np.float32) if array.dtype == np.float16 else array
