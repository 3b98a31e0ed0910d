"""CPU time: what is spent, and what may still be."""

import time

from joblib import effective_n_jobs


class Clock:
    """A budget of CPU seconds.

    Parameters
    ----------
    budget : float or None
        None stands for no limit.

    n_jobs : int or None
        With several jobs, whose processes have clocks of their own, each second counts
        once a job.
    """

    def __init__(self, budget=None, n_jobs=None):
        self.budget = float("inf") if budget is None else float(budget)
        self.n_jobs = effective_n_jobs(n_jobs)
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def spent(self):
        """Return the CPU seconds since this clock was made."""
        own = time.process_time() - self.cpu
        if self.n_jobs == 1:
            return own
        return max(own, (time.perf_counter() - self.wall) * self.n_jobs)

    def left(self, share=1.0):
        """Return what is left of a share of the budget."""
        return self.budget * share - self.spent()
