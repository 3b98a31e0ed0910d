"""joblib's backend for dask, with tasks that bring what they need."""

from joblib import parallel_config
from joblib._dask import Batch, DaskDistributedBackend  # has no public name

__all__ = ["LossProofDask"]


class Tasks(Batch):
    """Tasks that a worker does one after another, fits within them included."""

    def __call__(self, tasks=None):
        """Return what each of `tasks` gives."""
        with parallel_config(backend="sequential"):
            return [task(*args, **kwargs) for task, args, kwargs in tasks]


class LossProofDask(DaskDistributedBackend):
    """Leaves nothing on single workers that tasks refer to."""

    async def _to_func_args(self, func):
        def named(value):
            return self.data_futures.get(id(value), value)

        tasks = [
            (task, [*map(named, args)], {k: named(v) for k, v in kwargs.items()})
            for task, args, kwargs in func.items
        ]
        return Tasks(tasks), tasks
