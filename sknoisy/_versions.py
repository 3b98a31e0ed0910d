"""With which versions something was kept, and whether today's are others."""

import platform
import sys
import warnings
from functools import cache
from importlib.metadata import version

from sknoisy._estimators import BaseEstimator
from sknoisy.exceptions import VersionWarning

__all__ = ["KeepsVersions", "versions_now", "warn_of_versions"]

PACKAGES = ("numpy", "scikit-learn", "skorch", "torch")


def versions_now():
    """Return the version of everything that predictions depend on, by its name."""
    # the package's own is in its door, which no room goes through
    own = sys.modules[__name__.split(".")[0]].__version__
    return {"sknoisy": own, "python": platform.python_version(), **_of_others()}


@cache
def _of_others():
    return {name: version(name) for name in PACKAGES}


def warn_of_versions(kept, what, stacklevel=2):
    """Warn where `kept` versions are others than today's, but for the last number.

    Parameters
    ----------
    kept : dict of str to str

    what : str
        What was kept, for the message.

    stacklevel : int, default=2
        As of ``warnings.warn``, counted from here.
    """
    now = versions_now()
    other = {n: v for n, v in kept.items() if n in now and _main(v) != _main(now[n])}
    if other:
        told = ", ".join(f"{n} {v} (now {now[n]})" for n, v in other.items())
        warnings.warn(
            f"{what} was kept with {told}. What it predicts may differ: compare it with"
            " predictions of then, or fit it anew.",
            VersionWarning,
            stacklevel=stacklevel + 1,
        )


def _main(version):
    # 0.x may change anything with its second number, others hardly with the third
    return str(version).split("+")[0].split(".")[:2]


class KeepsVersions(BaseEstimator):
    """Mixin for estimators: a pickle of a fitted one says with which versions."""

    def __getstate__(self):
        state = super().__getstate__()
        fitted = any(name.endswith("_") for name in state)
        return state | {"_versions": versions_now()} if fitted else state

    def __setstate__(self, state):
        kept = state.get("_versions", {})
        super().__setstate__({n: v for n, v in state.items() if n != "_versions"})
        warn_of_versions(kept, f"The pickled {type(self).__name__}", stacklevel=3)
