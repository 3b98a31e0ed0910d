"""A page on which a person goes through suspicious labels."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sknoisy._arrays import as_numpy
from sknoisy._data_types import ArrayLike, Estimator, FilePath, MatrixLike
from sknoisy._fingerprint import fingerprint_of_codes
from sknoisy._labels import check_labels
from sknoisy._ranges import check_count
from sknoisy.cleaning._exhibits import Looks, show
from sknoisy.cleaning._page import write_page
from sknoisy.cleaning._reasons import find_reasons, probabilities_of
from sknoisy.cleaning._suspects import find_suspects

__all__ = ["page_of_some", "review_page"]


def review_page(
    X: MatrixLike,
    y: ArrayLike,
    detector: ArrayLike | Estimator,
    path: FilePath,
    *,
    suggested_labels: ArrayLike | None = None,
    is_issue: ArrayLike | None = None,
    classes: ArrayLike | None = None,
    class_names: Mapping[Any, str] | Sequence[str] | None = None,
    only_issues: bool = True,
    max_items: int = 1000,
    ids: ArrayLike | None = None,
    title: str | None = None,
    kind: str = "auto",
    image_shape: tuple[int, ...] | None = None,
    image_size: int = 160,
    feature_names: ArrayLike | None = None,
    pred_probs: ArrayLike | None = None,
    n_similar: int = 5,
    notes: ArrayLike | None = None,
) -> Path:
    """Write a page on which a person goes through suspicious labels.

    The page is one HTML file that needs no server and no network: open it in a
    browser, or send it to whoever knows the data. It shows one sample after the
    other, the most suspicious first, with its given and its suggested label, and
    takes decisions by keyboard or mouse. Progress stays in the browser; "Export"
    saves the decisions as a CSV file, which :func:`apply_corrections` brings back.

    Parameters
    ----------
    X : array-like of length n_samples
        What people have to see of each sample, which need not be what the detector
        was fitted on: images, as an array of shape (n_samples, height, width) or with
        1, 3 or 4 channels at the end or behind n_samples, or as a list of arrays;
        paths of image files; texts; or a table, as a DataFrame, an array of shape
        (n_samples, n_features) or a sparse matrix.

    y : array-like of shape (n_samples,)
        Given labels.

    detector : detector, estimator with a `detector_`, or array-like of shape \
(n_samples,)
        A fitted detector of label issues, something fitted that holds one, such as
        `CleanLabelClassifier`, or the quality of each label: low is suspicious.

    path : str or path-like
        Where to write the page. A file that is there is replaced.

    suggested_labels : array-like of shape (n_samples,), default=None
        What to suggest instead of the given labels; an equal label is no suggestion.
        None takes those of the detector.

    is_issue : array-like of bool of shape (n_samples,), default=None
        Which labels are suspicious. None takes what the detector says, or all, where
        `detector` is an array.

    classes : array-like of shape (n_classes,), default=None
        Labels to choose from, in this order; all labels of `y` must be among them.
        None takes those of `y`, sorted; where there are more than ten, the most
        frequent ones come first and have keys, and misspelt ones come last.

    class_names : dict or list of str of shape (n_classes,), default=None
        What to call the classes on the page: names by label, or in the order of the
        classes. None takes the labels themselves.

    only_issues : bool, default=True
        Whether samples that aren't suspicious stay off the page. If False, they come
        behind the others.

    max_items : int >= 1, default=1000
        How many samples to show at most.

    ids : array-like of shape (n_samples,), default=None
        What to call the samples, such as file names. None takes the index of a pandas
        object, or positions.

    title : str, default=None
        Title of the page. None takes the name of the file.

    kind : {"auto", "images", "image_files", "text", "table"}, default="auto"
        What X holds. "auto" looks at its shape; it takes paths (`pathlib.Path`) for
        image files, but strings for texts: say "image_files" for paths as strings.

    image_shape : tuple of int, default=None
        Shape of an image, where rows of X hold flat ones: (height, width), or with
        channels.

    image_size : int >= 1, default=160
        Largest height and width of images in the page; larger ones are averaged down
        (files by Pillow, where it is installed). More shows more, and makes a larger
        file.

    feature_names : array-like of str of shape (n_features,), default=None
        Names of the columns of a table. None takes those of a DataFrame.

    pred_probs : array-like of shape (n_samples, n_classes), default=None
        How likely each class is, columns in the order of the classes: told of each
        sample as a reason. None takes what the detector has.

    n_similar : int >= 0, default=5
        Of how many of the most similar samples the labels are told, as a reason.
        Similar are rows of near numbers and equal words, and texts of common words;
        image files aren't compared.

    notes : array-like of length n_samples, default=None
        What else to say of each sample, before the reasons: a sentence, or a list of
        them; "" is nothing.

    Returns
    -------
    path : pathlib.Path
        The page; ``webbrowser.open(path.resolve().as_uri())`` opens it.

    Raises
    ------
    ValueError
        If lengths don't agree, a label isn't among the classes, or X can't be shown.

    sklearn.exceptions.NotFittedError
        If the detector isn't fitted.

    See Also
    --------
    apply_corrections : Brings the decisions back.
    to_label_studio : The same for people who work with Label Studio.

    Notes
    -----
    Whatever stands in labels, names and texts is shown as text, never run. Of a
    text, and of a cell, 5,000 characters are shown; of a table with more than 40
    columns, in each row the 40 values that are most unusual for its given label; of a
    row of a sparse matrix, the 40 largest. Browsers keep progress under the
    fingerprint of X and y, so that a page made anew, with more samples or by another
    detector, goes on where the last one ended.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from sknoisy.cleaning import review_page
    >>> X = ["I loved it", "Dreadful", "A waste of time"]
    >>> y = ["good", "bad", "good"]
    >>> with TemporaryDirectory() as folder:
    ...     page = review_page(
    ...         X,
    ...         y,
    ...         [0.9, 0.8, 0.1],
    ...         f"{folder}/films.html",
    ...         suggested_labels=["good", "bad", "bad"],
    ...         max_items=1,
    ...     )
    ...     html = page.read_text(encoding="utf-8")
    >>> "A waste of time" in html, "Dreadful" in html
    (True, False)
    """
    suspects = find_suspects(
        X,
        y,
        detector,
        suggested_labels=suggested_labels,
        is_issue=is_issue,
        classes=classes,
        class_names=class_names,
        only_issues=only_issues,
        max_items=max_items,
    )
    looks = Looks(kind, image_shape, image_size, feature_names)
    exhibits = show(
        X, suspects.order, suspects.given, len(suspects.vocabulary.texts), looks
    )
    reasons = reasons_of(
        X, y, detector, suspects, pred_probs, n_similar, notes, kind=exhibits.kind
    )
    items = _items(suspects, exhibits.items, ids_of(X, suspects, ids), reasons)
    return _write(path, title, items, exhibits, describe(suspects))


def page_of_some(few, judged, whole, places, path, *, max_items, title, notes):
    """Write the page for samples of which only few are in memory.

    Parameters
    ----------
    few : Table
        Some of the samples, the most suspicious among them.

    judged, whole : objects with labels and what was found of them
        Of these, and of all, as codes of `whole.names`.

    places : ndarray of int
        The place of each of the few among all.

    path, max_items, title
        As for `review_page`.

    notes : list
        What to say of each of the few.
    """
    suspects = find_suspects(
        few.shown,
        judged.labels,
        judged,
        suggested_labels=None,
        is_issue=None,
        classes=whole.names,
        class_names=None,
        only_issues=True,
        max_items=max_items,
    )
    looks, order = Looks("auto", None, 160, None), suspects.order
    exhibits = show(few.shown, order, suspects.given, len(whole.names), looks)
    names = [f"row {row}" for row in few.rows] if few.ids is None else few.ids
    items = _items(
        suspects,
        exhibits.items,
        [str(names[i]) for i in order],
        [notes[i] or [] for i in order],
    )
    for item in items:
        item["index"] = int(places[item["index"]])
    counted = replace(
        suspects,
        vocabulary=replace(suspects.vocabulary, is_chosen=False),
        given=whole.labels,
        is_issue=whole.is_issue_,
        fingerprint=fingerprint_of_codes(whole.labels, whole.names),
    )
    return _write(path, title, items, exhibits, describe(counted))


def _write(path, title, items, exhibits, about):
    """Write the page with these `items`; `about` is of all data, see `describe`."""
    path = Path(path)
    title = path.stem if title is None else str(title)
    content = {
        "title": title,
        "file": f"{path.stem}-corrections.csv",
        "items": items,
        "kind": exhibits.kind,
        "columns": exhibits.columns,
        **about,
    }
    write_page(path, title, json.dumps(content, ensure_ascii=False, allow_nan=False))
    return path


def describe(suspects):
    """Return what the page has to know of the whole data."""
    vocabulary = suspects.vocabulary
    return {
        "fingerprint": suspects.fingerprint,
        "n_samples": len(suspects.given),
        "n_issues": int(suspects.is_issue.sum()),
        "classes": [
            {"text": text, "name": name}
            for text, name in zip(vocabulary.texts, vocabulary.names, strict=True)
        ],
        "offered": vocabulary.offered(suspects.given),
    }


def ids_of(X, suspects, ids):
    """Return names of the samples shown: `ids`, else a pandas index, else None."""
    rows, n_samples = suspects.order.tolist(), len(suspects.given)
    if ids is None:
        index = X.index if hasattr(X, "iloc") else None
        if index is None or all(index[row] == row for row in rows):
            return [None] * len(rows)
        ids = index
    if len(ids) != n_samples:
        raise ValueError(f"ids has {len(ids)} names, but X has {n_samples} samples.")
    ids = np.asarray(ids, dtype=object)  # a Series would count by its own index
    return [str(ids[row]) for row in rows]


def reasons_of(X, y, detector, suspects, pred_probs, n_similar, notes, *, kind):
    """Return sentences on each of the samples shown: why it is suspected."""
    check_count(0, n_similar=n_similar)
    vocabulary, n_samples = suspects.vocabulary, len(suspects.given)
    if pred_probs is None:
        pred_probs = probabilities_of(detector, vocabulary.values, n_samples)
    else:
        pred_probs = _check_probabilities(pred_probs, n_samples, vocabulary)
    if notes is not None and len(notes) != n_samples:
        raise ValueError(
            f"notes has {len(notes)} texts, but X has {n_samples} samples."
        )
    found = find_reasons(
        X,
        check_labels(y),
        suspects.order,
        suspects.given,
        suspects.suggested,
        pred_probs,
        n_similar=n_similar if kind != "image" or _are_numbers(X) else 0,
    )
    said = [reason.sentences(vocabulary.names) for reason in found]
    if notes is not None:
        for row, sentences in zip(suspects.order.tolist(), said, strict=True):
            note = notes[row]
            more = [note] * bool(note) if isinstance(note, str) else note
            sentences[:0] = map(str, more)
    return said


def _are_numbers(X):
    return hasattr(X, "dtype") and X.dtype.kind in "biuf"


def _check_probabilities(pred_probs, n_samples, vocabulary):
    pred_probs = np.asarray(as_numpy(pred_probs), dtype=np.float64)
    expected = (n_samples, len(vocabulary.values))
    if pred_probs.shape != expected:
        raise ValueError(
            f"pred_probs has shape {pred_probs.shape}; expected {expected}: a row for"
            f" each sample, a column for each of the classes {vocabulary.texts[:8]}."
        )
    return pred_probs


def _items(suspects, exhibits, ids, reasons):
    items = []
    for row, exhibit, name, why in zip(
        suspects.order.tolist(), exhibits, ids, reasons, strict=True
    ):
        given, suggested = int(suspects.given[row]), int(suspects.suggested[row])
        items.append(
            {
                "index": row,
                "id": name,
                "given": given,
                "suggested": None if suggested == given else suggested,
                "quality": float(f"{suspects.quality[row]:.4g}"),
                **({"why": why} if why else {}),
                **exhibit,
            }
        )
    return items
