"""A folder in which a search keeps what it has trained and scored, to go on from there.

Scores are lines of JSON, one a candidate and fold, written as they come. Networks that
train together are scored only when all are trained, so that each batch of them is kept
until then.
"""

import json
import os
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch

from sknoisy._extras import import_extra
from sknoisy._files import set_aside
from sknoisy._shown import LONGEST, shown
from sknoisy._versions import versions_now, warn_of_versions
from sknoisy.exceptions import NonFiniteLossError

__all__ = ["SearchStore", "open_store"]

ABOUT, SCORES, BATCH = "search.json", "scores.jsonl", "batch-{}.safetensors"


def open_store(folder, search, candidates, splits, X, y, params):
    """Return the `SearchStore` of a search.

    Parameters
    ----------
    folder : str or path-like

    search : BatchedGridSearchCV

    candidates : list of dict

    splits : list of (train, test)

    X, y : the data

    params : dict
        Of `fit`.

    Raises
    ------
    ValueError
        If the folder holds another search; what differs is named.
    """
    from sknoisy._engine.about import digest, told  # which loads torch

    import_extra("safetensors", "export", what="checkpoint=…")  # before it trains
    about = {
        "estimator": told(search.estimator),
        "param_grid": told(candidates),
        "scoring": _told_scoring(search.scoring, told),
        "return_train_score": told(search.return_train_score),
        "cv": digest([np.asarray(rows) for split in splits for rows in split]),
        "X": digest(_plain(X)),
        "y": digest(_plain(y)),
    }
    about |= {f"{name} of fit": digest(_plain(one)) for name, one in params.items()}
    return SearchStore(folder, about)


def _told_scoring(scoring, told):
    """Return scorers as text: what they are made of is in their own, not in names."""
    if isinstance(scoring, dict):
        scoring = {name: _told_scoring(one, told) for name, one in scoring.items()}
    return repr(scoring) if hasattr(scoring, "_score_func") else told(scoring)


def _plain(values):
    """Return the columns of a frame, or a list, as arrays."""
    if hasattr(values, "columns"):
        return [np.asarray(values[name]) for name in values.columns]
    return np.asarray(values) if isinstance(values, list | tuple) else values


class SearchStore:
    """What a search has done so far, on a disk.

    Parameters
    ----------
    folder : str or path-like
        Made if it isn't there.

    about : dict of str to str
        What the search is about, by name.
    """

    def __init__(self, folder, about):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / ABOUT
        if path.exists():
            _check_same(path, about)
        else:
            with set_aside(path) as aside:
                said = {"about": about, "versions": versions_now()}
                aside.write_text(json.dumps(said, indent=1), encoding="utf-8")
        self.scores = self._read_scores()

    def _read_scores(self):
        """Return what was scored, by place; a line that was cut off doesn't count."""
        try:
            lines = (self.folder / SCORES).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        found = {}
        for line in lines:
            try:
                said = json.loads(line)
                calls = [(name, _score_of(one)) for name, one in said["calls"]]
                found[said["place"]] = Bunch(calls=calls, seconds=said["seconds"])
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def keep_scores(self, place, calls, seconds):
        """Keep what scorers said of a cell, in the order of their calls."""
        told = [[name, _told_score(score)] for name, score in calls]
        if any(one is None for _, one in told):
            return  # something of the user's that JSON can't hold: it is scored again
        line = json.dumps({"place": place, "calls": told, "seconds": seconds})
        with (self.folder / SCORES).open("a+b") as file:
            is_cut = file.tell() and not _ends_with_newline(file)
            file.write((("\n" if is_cut else "") + line + "\n").encode())
            file.flush()
            os.fsync(file.fileno())

    def keep_batch(self, number, prepared):
        """Keep networks that have trained together, whole or not at all."""
        from sknoisy._engine.state import Store, pack_modules

        store = Store()
        told = [
            {
                "place": one.place,
                "seconds": one.seconds,
                "error": None if one.error is None else str(one.error),
                "networks": pack_modules(store, one.trainee.engine.module_),
                "history": store.pack([dict(r) for r in one.trainee.engine.history]),
            }
            for one in prepared
        ]
        library = import_extra("safetensors.torch", "export", what="checkpoint=…")
        content = library.save(store.tensors, metadata={"cells": json.dumps(told)})
        with set_aside(self.folder / BATCH.format(number)) as aside:
            aside.write_bytes(content)

    def restore_batch(self, number, prepared):
        """Bring networks to where they were kept; return whether they were."""
        from sknoisy._engine.state import Store, restore_modules

        path = self.folder / BATCH.format(number)
        if not path.exists():
            return False
        library = import_extra("safetensors", "export", what="checkpoint=…")
        try:
            with library.safe_open(path, framework="pt") as file:
                told = json.loads(file.metadata()["cells"])
                store = Store({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
        except (library.SafetensorError, TypeError, KeyError, ValueError):
            return False  # not ours: what it is about is trained again
        if [one["place"] for one in told] != [one.place for one in prepared]:
            return False
        for one, kept in zip(prepared, told, strict=True):
            engine = one.trainee.engine
            restore_modules(store, engine.module_, kept["networks"])
            engine.history.extend(store.unpack(kept["history"]))
            one.seconds = kept["seconds"]
            failed = kept["error"]
            one.error = None if failed is None else NonFiniteLossError(failed)
        return True

    def forget_batches(self):
        """Remove networks, all of which have been scored."""
        for path in self.folder.glob(BATCH.format("*")):
            path.unlink()


def _apart(old, new):
    """Return two values as messages show them; long texts from where they part."""
    if isinstance(old, str) and isinstance(new, str) and len(old) > LONGEST:
        same = len(os.path.commonprefix([old, new]))
        start = max(0, old.rfind(",", 0, same) + 1)  # where a parameter begins
        if start:
            old, new = (f"…{text[start : start + LONGEST // 2]}" for text in (old, new))
    return shown(old), shown(new)


def _check_same(path, about):
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        kept, versions = said["about"], said["versions"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} isn't what a search of sknoisy has written: {error}. Remove its"
            " folder, or name another one."
        ) from error
    differences = [
        "{} was {}, now {}".format(name, *_apart(kept.get(name), about.get(name)))
        for name in sorted({*kept, *about})
        if kept.get(name) != about.get(name)
    ]
    if differences:
        raise ValueError(
            f"{path.parent} holds another search: {'; '.join(differences)}. Search with"
            " what it was begun with, name another folder, or remove this one."
        )
    warn_of_versions(versions, f"The search in {path.parent}", stacklevel=5)


def _told_score(score):
    """Return a score, or several by name, with its type, as JSON can hold it."""
    if isinstance(score, dict):
        told = {name: _told_score(one) for name, one in score.items()}
        return None if None in told.values() else told
    if isinstance(score, np.generic) and score.dtype.kind in "biuf":
        return [score.dtype.str, score.item()]
    if type(score) in (bool, int, float):
        return [type(score).__name__, score]
    return None


def _score_of(told):
    if isinstance(told, dict):
        return {name: _score_of(one) for name, one in told.items()}
    kind, value = told
    plain = {"bool": bool, "int": int, "float": float}
    return plain[kind](value) if kind in plain else np.dtype(kind).type(value)


def _ends_with_newline(file):
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
