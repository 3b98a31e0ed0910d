"""Networks that learn last, and predict beside the pool of judges."""

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from sknoisy.auto._hearing import Verdict, in_short

LEAST = 0.03  # of a class's probability: below it a sample is no example of the class
STEPS, BATCH = 400, 512  # of the optimizer; examples
EPOCHS = (10, 200)  # the fewest, the most
MARGIN = 1.5  # an epoch may take longer than the first one did
ENDS = 0.95  # of the budget
SLOWEST_START = 3.0  # seconds that loading torch may take
LARGEST = 20_000  # samples, for networks of given labels: they cost as many fits
BESIDE = "beside the pool"  # how the note of who predicts so begins
NO_TIME = "no time was left"


@dataclass
class Together:
    """The mean of what a pool says, and each of some networks."""

    pool: Any
    networks: list
    n_classes: int

    def __call__(self, rows):
        """Return probabilities of all classes."""
        total, X = self.pool(rows), _numbers(rows)
        for network in self.networks:
            said = np.zeros_like(total)
            said[:, network.classes_] = network.predict_proba(X)
            total = total + said
        return total / (1 + len(self.networks))


def beside_networks(pool, view, task, posterior, learning, round_):
    """Return the pool together with networks, or alone.

    Networks aren't judged, since folds would cost five times as much: each counts as
    much as the pool. One learns what judges of cleaned labels think, from the expected
    labels. Where judges of given labels know little, of two classes and where they find
    no T, two that learn from the given labels, and beware of wrong ones, say something
    else.

    Parameters
    ----------
    pool : callable
        Returns probabilities of true labels.

    view : View

    task : Task
        Of the given labels.

    posterior : ndarray of shape (n_samples, n_classes) or None
        P(true | x, given); None where T isn't known.

    learning : Learning

    round_ : int
        The last one.
    """
    names, schedule = learning.names, learning.schedule
    if view.dense is None or not (names is None or "network" in names):
        return pool
    if schedule.limited and schedule.clock.left(ENDS) < SLOWEST_START:
        return pool
    learning.progress.tell("networks that predict beside them")
    networks, unit = [], None
    for name, n_examples, times, teach in _lessons(view, task, posterior):
        start, note = time.process_time(), NO_TIME
        try:
            n_epochs = _affordable_epochs(teach, n_examples, times, unit, schedule)
            if n_epochs:
                networks.append(_quietly(teach, n_epochs))
                note = BESIDE
        except (ValueError, RuntimeError) as error:  # one class is left, or it diverged
            note = in_short(error)
        seconds = time.process_time() - start
        unit = unit or (seconds / times if note == BESIDE else np.inf)
        told = (name, "network", round_, np.nan, 0.0, seconds, note)
        learning.verdicts.append(Verdict(*told))
    return Together(pool, networks, task.n_classes) if networks else pool


def _lessons(view, task, posterior):
    """Yield name, size, cost in fits of a plain one, and ``n_epochs -> network``."""
    from sknoisy.classifiers import (
        CoTeachingClassifier,
        DivideMixClassifier,
        NoisyLabelClassifier,
    )

    X = _numbers(view)
    shared: dict[str, Any] = {
        "batch_size": BATCH,
        "device": "cpu",
        "unlabeled": None,
        "random_state": task.seed,
    }

    def expected(n_epochs):
        network = NoisyLabelClassifier(loss="ce", max_epochs=n_epochs, **shared)
        return network.fit(X[rows], codes, sample_weight=posterior[rows, codes])

    def co_teaching(n_epochs):
        network = CoTeachingClassifier(max_epochs=n_epochs, **shared)
        return network.fit(X, task.codes)

    def divide_mix(n_epochs):
        network = DivideMixClassifier(max_epochs=n_epochs, **shared)
        return network.fit(X, task.codes)

    if posterior is not None:
        rows, codes = np.nonzero(posterior >= LEAST)
        yield "network, expected labels", len(rows), 1, expected
    little_is_known = posterior is None or task.n_classes == 2
    if little_is_known and len(task.codes) <= LARGEST:
        yield "co-teaching", len(X), 4, co_teaching
        yield "DivideMix", len(X), 8, divide_mix


def _affordable_epochs(teach, n_examples, times, unit, schedule):
    """Return how many epochs there is time for, or 0 if that are too few."""
    steps = -(-n_examples // BATCH)
    n_epochs = int(np.clip(-(-STEPS // steps), *EPOCHS))
    if not schedule.limited:
        return n_epochs
    left = schedule.clock.left(ENDS)
    if unit is not None:  # what the first one took tells what others will
        return n_epochs if times * MARGIN * unit < left else 0
    start = time.process_time()
    _quietly(teach, 1)
    possible = int(schedule.clock.left(ENDS) / MARGIN / (time.process_time() - start))
    return 0 if possible < EPOCHS[0] else min(n_epochs, possible)


def _quietly(teach, n_epochs):
    with warnings.catch_warnings():  # of classes that a network doesn't predict
        warnings.simplefilter("ignore")
        return teach(n_epochs)


def _numbers(rows):
    return rows.dense.astype(np.float32)
