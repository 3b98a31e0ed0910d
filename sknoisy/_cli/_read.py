"""Files as tables: CSV and Parquet through pandas, NPZ through numpy."""

import zipfile
from pathlib import Path

import numpy as np

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._tables import Table
from sknoisy._registry import did_you_mean

# A column with fewer known values may be empty in some fold, and teaches nothing.
MIN_KNOWN = 10

EMPTY, TEXT = "empty or nearly so", "dates or texts that hardly repeat"

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".npz": "npz",
}


def read_table(path, label=None, clean_label=None):
    """Return the table in the file `path`, without the rows that have no label."""
    path = Path(path)
    if not path.is_file():
        is_what = "is a folder" if path.is_dir() else "there is no such file"
        raise CommandError(f"{path}: {is_what}.")
    suffixes = [s.lower() for s in path.suffixes if s.lower() not in (".gz", ".zip")]
    kind = FORMATS.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise CommandError(
            f"{path}: its name tells no format; known are {', '.join(FORMATS)}."
        )
    if kind == "npz":
        return _read_npz(path, label or "y", clean_label)
    return _frame_table(path.name, _read_frame(path, kind), label, clean_label)


def _read_frame(path, kind):
    try:
        import pandas as pd

        read = pd.read_parquet if kind == "parquet" else _read_csv
        with command_errors(OSError, ValueError, about=f"{path} can't be read: "):
            return read(path).rename(columns=str)
    except ImportError as error:
        needs = (
            "pyarrow" if kind == "parquet" and "pandas" not in str(error) else "pandas"
        )
        raise CommandError(
            f"{path}: reading it needs {needs}; install it with"
            ' pip install "sknoisy[tables]".'
        ) from error


def _read_csv(path):
    import pandas as pd

    # the header tells the separator: semicolons and tabs are as common as commas
    header = "".join(pd.read_csv(path, nrows=0, sep="\x1f", dtype=str).columns)
    return pd.read_csv(path, sep=max(",;\t|", key=header.count), low_memory=False)


def _frame_table(name, frame, label, clean_label):
    if label is None:
        raise CommandError(
            f"say which column of {name} holds the labels, with --label NAME; it has:"
            f" {_listed(frame.columns)}."
        )
    for column in (label, clean_label):
        if column is not None and column not in frame.columns:
            hint = did_you_mean(column, frame.columns)
            raise CommandError(
                f"{name} has no column {column!r}{';' if hint else '.'}{hint} It has:"
                f" {_listed(frame.columns)}."
            )
    notes = []
    wanted = [column for column in (label, clean_label) if column is not None]
    frame = _with_labels(frame, wanted, notes)
    shown = frame.drop(columns=wanted)
    features, numeric, categorical = _columns(shown, notes)
    if not numeric and not categorical:
        raise CommandError(f"{name} has no column beside the labels to learn from.")
    return Table(
        name,
        features,
        np.array(frame[label].tolist()),
        None if clean_label is None else np.array(frame[clean_label].tolist()),
        label,
        clean_label,
        numeric,
        categorical,
        notes,
        shown,
        frame.index.to_numpy(),
    )


def _with_labels(frame, columns, notes):
    missing = frame[columns].isna().any(axis=1)
    if missing.any():
        notes.append(f"{missing.sum():,} rows without a label left out")
    return frame[~missing]


def _columns(frame, notes):
    """Return features that scikit-learn can take, numbers' and categories' names."""
    import pandas as pd

    numeric, categorical = {}, {}
    useless = {EMPTY: [], TEXT: []}
    for name, column in frame.items():
        if column.notna().sum() < min(MIN_KNOWN, len(column)):
            useless[EMPTY].append(name)
        elif pd.api.types.is_numeric_dtype(column):  # booleans are, too
            numeric[name] = _as_floats(name, column)
        elif _is_category(column):
            categorical[name] = _as_objects(column)
        else:
            useless[TEXT].append(name)
    for what, names in useless.items():
        if names:
            notes.append(f"columns left out, since they are {what}: {_listed(names)}")
    features = pd.DataFrame(numeric | categorical, index=frame.index)
    return features, list(numeric), list(categorical)


def _as_floats(name, column):
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise CommandError(f"column {name!r} holds infinite values.")
    return values


def _is_category(column):
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return False
    return column.astype(str).nunique() <= max(20, len(column) // 2)


def _as_objects(column):
    values = column.astype(str).to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = np.nan
    return values


def _read_npz(path, label, clean_label):
    arrays = _load_arrays(path)
    y = _array(arrays, label, path.name)
    y_clean = None if clean_label is None else _array(arrays, clean_label, path.name)
    X = _array(arrays, _features_name(arrays, len(y)), path.name)
    _check_shapes(path.name, X, {label: y, clean_label: y_clean})
    notes = []
    known = _has_label(y, y_clean, notes)
    X, y, y_clean = X[known], y[known], None if y_clean is None else y_clean[known]
    return Table(
        path.name,
        X,
        y,
        y_clean,
        label,
        clean_label,
        notes=notes,
        shown=X,
        rows=np.flatnonzero(known),
    )


def _array(arrays, name, file_name):
    if name not in arrays:
        hint = did_you_mean(name, arrays)
        raise CommandError(
            f"{file_name} has no array {name!r}{';' if hint else '.'}{hint} It has:"
            f" {_listed(arrays)}."
        )
    # half floats, in which files are kept, are no type to compute in
    half = arrays[name].dtype == np.float16
    return arrays[name].astype(np.float32) if half else np.atleast_1d(arrays[name])


def _features_name(arrays, n_samples):
    """Return "X", or the name of the one array that could be it."""
    fits = [n for n, a in arrays.items() if a.ndim > 1 and len(a) == n_samples]
    return fits[0] if "X" not in arrays and len(fits) == 1 else "X"


def _load_arrays(path):
    unreadable = (OSError, ValueError, EOFError, zipfile.BadZipFile)
    with (
        command_errors(*unreadable, about=f"{path} can't be read: "),
        np.load(path, allow_pickle=False) as arrays,
    ):
        return {name: arrays[name] for name in arrays.files}


def _check_shapes(name, X, labels):
    if X.ndim < 2 or X.dtype.kind not in "biuf":
        raise CommandError(
            f"{name}: X must hold numbers, a row for each sample, but its shape is"
            f" {X.shape} and its type {X.dtype}."
        )
    for label, y in labels.items():
        if y is not None and y.shape != (len(X),):
            raise CommandError(
                f"{name}: {label!r} has shape {y.shape}, but X has {len(X)} rows:"
                f" expected ({len(X)},)."
            )
    if np.isinf(X).any() or (X.ndim > 2 and np.isnan(X).any()):
        raise CommandError(f"{name}: X holds infinite values, or images with gaps.")


def _has_label(y, y_clean, notes):
    known = ~_is_nan(y)
    if y_clean is not None:
        known &= ~_is_nan(y_clean)
    if not known.all():
        notes.append(f"{(~known).sum():,} rows without a label left out")
    return known


def _is_nan(y):
    return np.isnan(y) if y.dtype.kind == "f" else np.zeros(len(y), dtype=bool)


def _listed(names, limit=12):
    names = [str(name) for name in names]
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f", … ({more} more)" if more > 0 else "")
