"""Where the data come from: a file that the user has, else OpenML."""

import os
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.datasets import fetch_openml
from sklearn.utils import Bunch

VARIABLE = "SKNOISY_DATA"


def fetch(source, data_home):
    """Return the arrays of `source` as a Bunch, from the user's folder or OpenML."""
    folder = data_home if data_home is not None else os.environ.get(VARIABLE) or None
    path = None if folder is None else Path(folder).expanduser() / source.file
    if path is not None and path.is_file():
        arrays, origin = _read(path), path
    else:
        arrays = _download(source, data_home, path)
        origin = f"OpenML's data set {source.openml}"
    _check_shapes(arrays, source.shapes, origin)
    about = {"DESCR": f"{source.title}\n\n{source.about}"}
    return Bunch(
        **{name: arrays[name] for name in source.shapes}, **source.extra, **about
    )


def _read(path):
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not an .npz file, or was not copied to its end.")
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: _widened(name, file[name]) for name in file.files}
    except (ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} can't be read as plain arrays: {error}") from error


def _widened(name, array):
    # small types save disk; in arithmetic uint8 labels wrap round, float16 overflows
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.kind in "iu" and not name.startswith("X"):
        return array.astype(np.int64)
    return array


def _check_shapes(arrays, shapes, origin):
    missing = sorted(set(shapes) - set(arrays))
    if missing:
        raise ValueError(
            f"{origin} lacks the arrays {missing}; it holds {sorted(arrays)}. Is it"
            " other data of the same name?"
        )
    sizes: dict[str, int] = {}  # what each letter stood for when first met
    for name, shape in shapes.items():
        found = arrays[name].shape
        if len(found) == len(shape):
            for size, number in zip(shape, found, strict=True):
                if isinstance(size, str):
                    sizes.setdefault(size, number)
        asked = tuple(sizes.get(size, size) for size in shape)
        if found != asked:
            raise ValueError(
                f"{origin}: {name} has shape {found}, expected"
                f" ({', '.join(map(str, asked))}). Is it other data of the same name?"
            )


def _download(source, data_home, path):
    if source.turn is None:
        raise FileNotFoundError(_not_here(source, path, "It isn't on OpenML either."))
    # the fast parser is pandas'; the other one needs nothing, and minutes for images
    parser = "pandas" if find_spec("pandas") else "liac-arff"
    try:
        table = fetch_openml(
            data_id=source.openml, data_home=data_home, as_frame=False, parser=parser
        )
    except OSError as error:  # URLError and time-outs are OSErrors
        failed = f"Fetching OpenML's data set {source.openml} failed: {error}."
        raise FileNotFoundError(_not_here(source, path, failed)) from error
    return source.turn(table)


def _not_here(source, path, openml):
    here = (
        f"neither data_home nor the environment variable {VARIABLE} names a folder"
        if path is None
        else f"there is no file {path}"
    )
    return (
        f"{source.title} is not on this machine: {here}. {openml} Put {source.file}"
        f" into a folder, and name that folder in data_home or in {VARIABLE}."
    )
