"""Errors and warnings that callers may want to catch by name."""

__all__ = ["NonFiniteLossError", "TrainsAloneWarning", "VersionWarning"]


class NonFiniteLossError(ValueError):
    """Training diverged: the loss of an epoch is not a finite number.

    Raised by ``fit`` instead of returning a network of NaNs. The message names the
    epoch and what to try. It is a ``ValueError``, so that scikit-learn's searches
    score such a candidate with their ``error_score``.

    Examples
    --------
    >>> from sknoisy.exceptions import NonFiniteLossError
    >>> issubclass(NonFiniteLossError, ValueError)
    True
    """


class TrainsAloneWarning(UserWarning):
    """Fits of a batched search train one after another, as in any other search.

    Results are the same, but it takes longer. The message says how many fits, of how
    many, and why.

    Examples
    --------
    >>> import warnings
    >>> from sknoisy.exceptions import TrainsAloneWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", TrainsAloneWarning)  # known, and fine
    """


class VersionWarning(UserWarning):
    """What is loaded was kept with other versions of this library or of others.

    It is loaded all the same. The message names the versions, then and now.

    Examples
    --------
    >>> import warnings
    >>> from sknoisy.exceptions import VersionWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", VersionWarning)  # rather not load it
    """
