"""What a person gets to see of a sample: an image, a row of a table, or a text."""

from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from scipy.sparse import issparse

from sknoisy._checks import check_choice
from sknoisy._ranges import check_count
from sknoisy._thumbnails import as_image, brightness_range, png, to_data_uri
from sknoisy.cleaning._columns import columns_of
from sknoisy.cleaning._image_files import read_image

__all__ = ["EXHIBITS", "Exhibits", "Looks", "show"]

MAX_COLUMNS = 40  # of a table; a person reads no more of a row
MAX_CHARACTERS = 5000  # of a text, and of a cell


@dataclass(frozen=True)
class Looks:
    """How samples are shown; parameters are those of `review_page`."""

    kind: str
    image_shape: tuple | None
    image_size: int
    feature_names: object


@dataclass(frozen=True)
class Exhibits:
    """A dict for each sample shown, and what is known of the columns of a table."""

    kind: str
    items: list
    columns: list = field(default_factory=list)


def show(X, rows, codes, n_classes, looks):
    """Return what to show of `rows` of `X`.

    Parameters
    ----------
    X : array-like of length n_samples
        Images, texts, paths of images, or a table.

    rows : ndarray of int
        Positions of the samples to show.

    codes : ndarray of shape (n_samples,)
        Codes of the given labels.

    n_classes : int
        How many codes there are.

    looks : Looks
        How to show them.
    """
    kind = looks.kind
    if kind == "auto":
        kind = "images" if looks.image_shape is not None else _kind_of(X)
    return EXHIBITS[check_choice(kind, EXHIBITS, "kind")](
        X, rows, codes, n_classes, looks
    )


def show_images(X, rows, codes, n_classes, looks):
    """Show arrays as images."""
    check_count(image_size=looks.image_size)
    arrays = [_image(X, row, looks.image_shape) for row in rows.tolist()]
    value_range = brightness_range(arrays)
    images = (as_image(array, value_range, looks.image_size) for array in arrays)
    return Exhibits("image", [{"image": to_data_uri(png(image))} for image in images])


def show_files(X, rows, codes, n_classes, looks):
    """Show images from files."""
    check_count(image_size=looks.image_size)
    paths = np.asarray(X, dtype=object).ravel()[rows]
    images = (read_image(path, looks.image_size) for path in paths)
    return Exhibits("image", [{"image": image} for image in images])


def show_texts(X, rows, codes, n_classes, looks):
    """Show texts, of very long ones the beginning."""
    texts = np.asarray(X, dtype=object).ravel()
    return Exhibits("text", [{"text": shorten(texts[row])} for row in rows.tolist()])


def show_table(X, rows, codes, n_classes, looks):
    """Show rows of a table; of a wide one the most unusual cells of each row."""
    if issparse(X):
        return _show_sparse(X, rows, looks)
    if not hasattr(X, "columns"):
        X = np.asarray(X).reshape(len(codes), -1)
    names = _column_names(X, looks.feature_names)
    described, apart = [], []
    cells: list[list[dict[str, Any]]] = [[] for _ in rows]
    for j, (column, (texts, extras, unusual)) in enumerate(
        columns_of(X, names, rows, codes, n_classes)
    ):
        described.append(column.describe())
        apart.append(unusual)
        for cell, text, extra in zip(cells, texts, extras, strict=True):
            cell.append({"column": j, "text": shorten(text), **extra})
    if len(names) > MAX_COLUMNS:
        farthest = np.argsort(-np.array(apart), axis=0, kind="stable")[:MAX_COLUMNS]
        cells = [
            [cell[j] for j in sorted(chosen)]
            for cell, chosen in zip(cells, farthest.T.tolist(), strict=True)
        ]
    return Exhibits("table", [{"cells": cell} for cell in cells], described)


EXHIBITS = {
    "image_files": show_files,
    "images": show_images,
    "table": show_table,
    "text": show_texts,
}


def shorten(text):
    """Return a text, or its beginning and how much is left out."""
    text = str(text)
    left_out = len(text) - MAX_CHARACTERS
    if left_out <= 0:
        return text
    return f"{text[:MAX_CHARACTERS]} … ({left_out:,} more characters)"


def _kind_of(X):
    if issparse(X) or hasattr(X, "columns"):
        return "table"
    first = X.iloc[0] if hasattr(X, "iloc") else X[0]
    if isinstance(first, PathLike):
        return "image_files"
    first = np.asarray(first)
    if first.ndim == 0 and first.dtype.kind in "UO":
        return "text"
    return "images" if first.ndim in (2, 3) else "table"


def _image(X, row, shape):
    array = np.asarray(X.iloc[row] if hasattr(X, "iloc") else X[row])
    if shape is None:
        return array
    if array.size != np.prod(shape):
        raise ValueError(
            f"image_shape={tuple(shape)} asks for {np.prod(shape)} values, but a sample"
            f" of X has {array.size}."
        )
    return array.reshape(shape)


def _column_names(X, feature_names):
    n_columns = X.shape[1]
    if feature_names is None:
        feature_names = getattr(X, "columns", [f"column {j}" for j in range(n_columns)])
    if len(feature_names) != n_columns:
        raise ValueError(
            f"feature_names has {len(feature_names)} names, but X has {n_columns}"
            " columns."
        )
    return [str(name) for name in feature_names]


def _show_sparse(X, rows, looks):
    """Show the largest entries of each row, as most columns are zero everywhere."""
    names = _column_names(X, looks.feature_names)
    X = X.tocsr()
    used: dict[int, int] = {}  # columns as they come, as a page can't list a million
    items = []
    for row in rows.tolist():
        entry = X[[row]].tocoo()
        largest = np.argsort(-np.abs(entry.data), kind="stable")[:MAX_COLUMNS]
        items.append(
            {
                "cells": [
                    {"column": used.setdefault(j, len(used)), "text": f"{value:.6g}"}
                    for j, value in zip(
                        entry.col[largest].tolist(),
                        entry.data[largest].tolist(),
                        strict=True,
                    )
                ]
            }
        )
    return Exhibits("table", items, [{"name": names[j]} for j in used])
