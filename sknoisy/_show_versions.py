"""What a report of a bug should say about the machine."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, requires, version

__all__ = ["show_versions"]


def show_versions() -> None:
    """Print the versions of everything that results may depend on.

    To be pasted into reports of bugs. What isn't installed is said to be so. Nothing is
    imported but PyTorch, for the devices that it finds and its number of threads.

    See Also
    --------
    sklearn.show_versions : The same of scikit-learn, with its libraries for threads.

    Examples
    --------
    >>> import sknoisy
    >>> sknoisy.show_versions()
    <BLANKLINE>
    System:
        python: ...
    <BLANKLINE>
    Packages:
       sknoisy: ...
    """
    import torch

    system = {
        "python": sys.version.replace("\n", " "),
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "torch threads": torch.get_num_threads(),
        "GPU": _accelerator(torch),
    }
    _print("System", system)
    _print("Packages", {name: _version(name) for name in _names()})


def _accelerator(torch):
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "MPS" if torch.backends.mps.is_available() else "none that PyTorch sees"


def _names():
    """Return the package, then what it requires, extras last, each once."""
    own = __name__.split(".")[0]
    required = requires(own) or []
    needed = [_name(one) for one in required if "extra ==" not in one]
    extra = [_name(one) for one in required if "extra ==" in one]
    return list(dict.fromkeys([own, "pip", *needed, *sorted(extra)]))


def _name(requirement):
    end = next(
        (i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")),
        len(requirement),
    )
    return requirement[:end]


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _print(title, told):
    width = max(map(len, told))
    print(f"\n{title}:")
    for name, value in told.items():
        print(f"{name:>{width + 2}}: {value}")
