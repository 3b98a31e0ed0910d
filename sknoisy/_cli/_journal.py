"""Scores of single fits, kept as they come, so that work can go on where it ended."""

import hashlib
import json

import numpy as np
from sklearn.utils import Bunch

from sknoisy._files import set_aside
from sknoisy._fingerprint import fingerprint

__all__ = ["Journal"]

NAME = "comparison-fits.jsonl"
KEPT = ("test_", "fit_", "score_")


class Journal:
    """A file with one line of JSON for each method and fold that is done.

    A line counts again only for the very same data, labels, folds, scorer and
    estimator, which its key stands for.

    Parameters
    ----------
    folder : Path

    keys : dict
        By method, what its scores depend on.

    resume : bool
        Whether to begin with what the file holds.
    """

    def __init__(self, folder, keys, *, resume):
        self.path = folder / NAME
        self.keys = keys
        self.outcomes: dict = {}
        if resume:
            self._load()
        self._write_all()

    def get(self, method, fold):
        """Return an outcome, or None."""
        return self.outcomes.get((method, fold))

    def add(self, method, fold, outcome):
        """Keep an outcome; those with errors are tried again."""
        if outcome.error is None:
            self.outcomes[method, fold] = outcome
            with self.path.open("a", encoding="utf-8") as file:
                file.write(self._line(method, fold, outcome))

    def _load(self):
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        for line in lines:
            try:
                said = json.loads(line)
                method, fold = said["method"], said["fold"]
                if said["key"] == self.keys.get(method):
                    scores = {k: np.array(v) for k, v in said["found"].items()}
                    self.outcomes[method, fold] = Bunch(
                        found=scores, error=None, warnings=said["warnings"]
                    )
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # a line that was cut off when the work ended

    def _write_all(self):
        with set_aside(self.path) as aside:
            lines = [
                self._line(method, fold, done)
                for (method, fold), done in self.outcomes.items()
            ]
            aside.write_text("".join(lines), encoding="utf-8")

    def _line(self, method, fold, outcome):
        found = {
            name: np.asarray(values).tolist()
            for name, values in outcome.found.items()
            if name.startswith(KEPT)
        }
        said = {"key": self.keys[method], "method": method, "fold": fold}
        said |= {"found": found, "warnings": outcome.warnings}
        return json.dumps(said) + "\n"


def keys_of(estimators, X, labels, splits, settings):
    """Return a short text by method: another one where scores may be others."""
    common = hashlib.blake2b(digest_size=12)
    common.update(fingerprint(labels.given, X).encode())
    if labels.clean is not None:
        common.update(fingerprint(labels.clean).encode())
    for _, test in splits:
        common.update(np.ascontiguousarray(test, dtype="<i8").tobytes())
    common.update(json.dumps(settings, sort_keys=True).encode())
    return {
        name: hashlib.blake2b(
            common.digest() + repr(estimator).encode(), digest_size=12
        ).hexdigest()
        for name, estimator in estimators.items()
    }
