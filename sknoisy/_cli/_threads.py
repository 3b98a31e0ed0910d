"""How many threads numeric libraries may take while a command runs."""

from contextlib import contextmanager

import torch
from joblib import parallel_config
from threadpoolctl import threadpool_limits


@contextmanager
def held_to(n_threads, n_jobs=1):
    """Hold torch, BLAS and OpenMP to `n_threads`, here and in worker processes."""
    before = torch.get_num_threads()
    workers = {} if n_jobs == 1 else {"inner_max_num_threads": n_threads}
    with threadpool_limits(n_threads), parallel_config("loky", **workers):
        torch.set_num_threads(n_threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)
