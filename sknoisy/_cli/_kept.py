"""What a detector found, kept until all is written, so that an audit can go on."""

import hashlib
import json
from dataclasses import asdict

import numpy as np
from sklearn.base import clone

import sknoisy
from sknoisy._cli._sampled import Found
from sknoisy._files import set_aside
from sknoisy._fingerprint import fingerprint
from sknoisy._json import plain
from sknoisy.detectors._reliability import Reliability

__all__ = ["Kept"]

NAME = "audit-findings.npz"
ARRAYS = ("suggested", "quality", "is_issue", "probabilities")
OF_DETECTOR = ("classes_", "transition_matrix_")


class Kept:
    """A file beside the report with what was found, for this table and detector only.

    Parameters
    ----------
    folder : Path

    table : Table

    detector : detector
        Unfitted.

    resume : bool
        Whether what is there may be used.
    """

    def __init__(self, folder, table, detector, *, resume):
        self.path = folder / NAME
        self.key = _key(table, detector)
        self.detector = detector
        self.resume = resume

    def load(self):
        """Return what was found before, and its warnings, or None."""
        if not self.resume:
            return None
        try:
            with np.load(self.path, allow_pickle=False) as arrays:
                said = json.loads(str(arrays["said"]))
                if said["key"] != self.key:
                    return None
                found = {name: arrays[name] for name in ARRAYS if name in arrays}
                return self._found(arrays, said, found), said["warnings"]
        except (OSError, ValueError, KeyError, EOFError):  # none, or cut off
            return None

    def _found(self, arrays, said, found):
        detector = clone(self.detector)
        for name in OF_DETECTOR:
            setattr(detector, name, arrays[name])
        rate = said["noise_rate"]
        detector.noise_rate_ = np.nan if rate is None else rate
        if said["reliability"] is not None:
            detector.reliability_ = Reliability(**said["reliability"])
        known = {"probabilities": None, "n_learned_from": said["n_learned_from"]}
        return Found(detector, **(known | found))

    def save(self, found, warnings):
        """Keep what was found."""
        detector = found.detector
        reliability = getattr(detector, "reliability_", None)
        said = {
            "key": self.key,
            "noise_rate": plain(float(detector.noise_rate_)),
            "reliability": None if reliability is None else plain(asdict(reliability)),
            "n_learned_from": found.n_learned_from,
            "warnings": warnings,
        }
        arrays = {name: getattr(found, name) for name in ARRAYS}
        arrays |= {name: getattr(detector, name) for name in OF_DETECTOR}
        arrays = {name: values for name, values in arrays.items() if values is not None}
        with set_aside(self.path) as aside, aside.open("wb") as file:
            np.savez(file, said=np.array(json.dumps(said)), **arrays)

    def drop(self):
        """Remove the file, which nobody needs once all is written."""
        self.path.unlink(missing_ok=True)


def _key(table, detector):
    """Return a text that is another one where findings may be others."""
    columns = [(str(c.name), c.role) for c in table.columns or []]
    groups = [] if table.groups is None else [fingerprint(table.groups)]
    told = [sknoisy.__version__, repr(detector), columns, groups]
    told += [fingerprint(table.y, table.X if table.columns is None else table.shown)]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=12).hexdigest()
