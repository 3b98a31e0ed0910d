"""Fits on several machines, none of which is missed when it goes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from joblib import parallel_config

from sknoisy._extras import import_extra

__all__ = ["spread_over"]


@contextmanager
def spread_over(client: Any, *, scatter: Sequence[Any] = ()) -> Iterator[None]:
    """Spread fits over the workers of a dask cluster; those that die lose nothing.

    Whatever takes ``n_jobs`` fits there, searches of scikit-learn's included; fits
    within fits stay in their process. Results are those of one process, bit by bit.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster.

    scatter : sequence of array-like, default=()
        Large arrays that all tasks need, such as X: each worker gets a copy once. What
        isn't named travels with each task.

    Raises
    ------
    ImportError
        Without dask: ``pip install "sknoisy[distributed]"``.

    See Also
    --------
    BatchedGridSearchCV : Trains small networks together, in one process.

    Notes
    -----
    joblib's own backend for dask leaves arrays of more than 1,000 bytes, such as the
    rows of a fold, on one worker, and tasks refer to them. When that worker dies,
    nobody can compute them anew: tasks that wait end in a `FutureCancelledError`, and
    the whole search with them. Whether it does depends on which worker it was. Here a
    task brings all that it needs, so that dask gives it to another worker. A task that
    has lost four workers is thought to be the reason, and ends the search.

    Examples
    --------
    >>> from sknoisy.model_selection import spread_over
    >>> def search_on(address, search, X, y):
    ...     from distributed import Client
    ...     with Client(address) as client, spread_over(client, scatter=[X]):
    ...         return search.fit(X, y)
    """
    import_extra("distributed", "distributed", what="spread_over")
    from sknoisy.model_selection._dask_backend import LossProofDask

    backend = LossProofDask(client=client, scatter=list(scatter) or None)
    with parallel_config(backend=backend, n_jobs=-1):
        yield
