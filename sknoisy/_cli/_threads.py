"""How many threads numeric libraries may take while a command runs."""

import sys
from contextlib import ExitStack, contextmanager

from joblib import parallel_config
from threadpoolctl import threadpool_limits


@contextmanager
def held_to(n_threads, n_jobs=1, *, networks=True):
    """Hold BLAS, OpenMP and torch to `n_threads`, here and in worker processes.

    torch takes seconds to load: without `networks` it is held if it is there already.
    """
    workers = {} if n_jobs == 1 else {"inner_max_num_threads": n_threads}
    with ExitStack() as stack:
        if networks or "torch" in sys.modules:
            stack.enter_context(_torch_held_to(n_threads))
        stack.enter_context(threadpool_limits(n_threads))
        stack.enter_context(parallel_config("loky", **workers))
        yield


@contextmanager
def _torch_held_to(n_threads):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
