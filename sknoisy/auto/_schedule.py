"""What there is time for: how many rows, which families, how many rounds."""

from dataclasses import dataclass

import numpy as np

from sknoisy._seeds import make_generator
from sknoisy.auto._clock import Clock

TRIAL = 1000  # rows on which candidates compete where there are many more
PER_SECOND = 50  # of the budget: rows of the trial
FEWEST = 200
MARGIN = 1.3  # things take longer than was thought
FIXED = 0.3  # share of a cost on few rows that doesn't grow with them
ROUNDS_COST = 1.5  # a round, in hearings of judges of given labels
# by which share of the budget the trial, the first panel, and each round end
# the rest is for judging all samples
TRIAL_ENDS, FIRST_ENDS, ROUND_ENDS = 0.25, 0.45, (0.65, 0.8)


@dataclass
class Schedule:
    """Decides by the clock, and by what families have cost so far.

    Parameters
    ----------
    clock : Clock

    n_samples : int
    """

    clock: Clock
    n_samples: int

    def __post_init__(self):
        self.limited = np.isfinite(self.clock.budget)
        self.seconds = {}  # of a candidate of each family
        self.measured_on = self.n_samples

    @property
    def trial_size(self):
        """How many rows to compete on; all of them, if that's as quick."""
        size = TRIAL
        if self.limited:
            size = int(np.clip(PER_SECOND * self.clock.budget, FEWEST, TRIAL))
        return self.n_samples if self.n_samples <= 2 * size else size

    def learn_costs(self, panel, n_rows):
        """Remember what a candidate of each family cost on so many rows."""
        self.measured_on = n_rows
        for judge in panel.judges:
            self.seconds[judge.family] = judge.seconds / judge.n_candidates

    def affordable_rows(self, n_rounds, at_least):
        """Return how many rows there is time for."""
        total = sum(self.seconds.values()) * (1 + ROUNDS_COST * n_rounds) * MARGIN
        times = (self.clock.left() / max(total, 1e-9) - FIXED) / (1 - FIXED)
        if not self.limited or times * self.measured_on >= self.n_samples:
            return self.n_samples
        return max(at_least, int(times * self.measured_on))

    def take(self, n_rows):
        """Go on with so many rows."""
        self.n_samples = n_rows

    def affords(self, ends):
        """Return whether a family ends before a share of the budget is spent."""
        times = FIXED + (1 - FIXED) * self.n_samples / self.measured_on

        def asked(family):
            if not self.limited:
                return True
            each = self.seconds.get(family.name, 0.0) * times * MARGIN
            return self.clock.left(ends) > each * len(family.candidates)

        return asked


def some_rows(task, n_rows):
    """Return places of about `n_rows` samples, of each class its share.

    Groups come as a whole; without them, each class has two samples at least, if it
    has so many.
    """
    rng = make_generator(task.seed)
    if task.groups is not None:
        order = rng.permutation(task.groups.max() + 1)
        sizes = np.bincount(task.groups)[order]
        taken = order[: max(2, np.searchsorted(np.cumsum(sizes), n_rows))]
        return np.flatnonzero(np.isin(task.groups, taken))
    share, places = n_rows / len(task.codes), []
    for code in range(task.n_classes):
        own = rng.permutation(np.flatnonzero(task.codes == code))
        places.append(own[: max(2, round(share * len(own)))])
    return np.sort(np.concatenate(places))
