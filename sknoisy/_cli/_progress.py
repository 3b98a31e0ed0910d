"""How far it is: a bar on a terminal, else a plain line when a part is done."""

import sys
from contextlib import contextmanager

import joblib
from tqdm import tqdm

__all__ = ["Progress", "tasks_counted"]


class Progress:
    """Progress through fits, or other parts of the work, that come in a known order.

    Parameters
    ----------
    names : list of str
        The method of each fit, in order; or what each part does.

    unit : str, default="fit"
        What is counted.

    weights : list of float, default=None
        How long each part takes, in any unit. None: all the same.
    """

    def __init__(self, names, unit="fit", weights=None):
        self.names = names
        self.unit = unit
        self.weights = [1] * len(names) if weights is None else weights
        self.n_done = 0

    def __enter__(self):
        self.bar = tqdm(
            total=sum(self.weights),
            desc=self._now(),
            unit=self.unit,
            file=sys.stderr,
            leave=False,
            dynamic_ncols=True,
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left",
            disable=not sys.stderr.isatty(),
        )
        return self

    def __exit__(self, *_):
        self.bar.close()

    def within(self, share):
        """Say how much of the part that is being done is done."""
        start = sum(self.weights[: self.n_done])
        now = start + min(share, 0.99) * self.weights[self.n_done]
        if now > self.bar.n:
            self.bar.update(now - self.bar.n)

    def tick(self):
        """Count one part as done."""
        name = self._now()
        self.n_done += 1
        self.bar.set_description(self._now(), refresh=False)
        self.bar.update(sum(self.weights[: self.n_done]) - self.bar.n)
        if self.bar.disable and self._now() != name:
            n_left = len(set(self.names[self.n_done :]))
            print(f"{name} is done, {n_left} to go", file=sys.stderr, flush=True)

    def _now(self):
        return self.names[self.n_done] if self.n_done < len(self.names) else ""


@contextmanager
def tasks_counted(on_task):
    """Call `on_task` whenever joblib is through with a tree, a fold or the like."""
    before = joblib.Parallel.print_progress

    def told(parallel):
        on_task()
        before(parallel)

    joblib.Parallel.print_progress = told
    try:
        yield
    finally:
        joblib.Parallel.print_progress = before
