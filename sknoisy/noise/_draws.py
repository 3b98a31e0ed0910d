"""Random draws of labels: independent ones, and ones that hit their counts exactly."""

import numpy as np

from sknoisy._counting import nearest
from sknoisy._seeds import make_generator

# What a model learns and what it draws come from streams of their own: with an int
# seed, one stream for both would tie the drawn labels to the drawn parameters.
LEARN, DRAW = 0, 1


def generator(random_state, stream):
    """Return a fresh ``RandomState``, equal for equal seeds.

    ``RandomState``, because numpy keeps its numbers from version to version, and a
    benchmark's labels should outlive numpy's. None takes entropy from the system
    and leaves numpy's global generator where it is.
    """
    if random_state is None:
        return make_generator(None)
    seeds = make_generator(random_state).randint(2**31 - 1, size=stream + 1)
    return np.random.RandomState(seeds[stream])


def draw_given_class(codes, transition, rng, *, exact=False):
    """Draw a label for each of `codes` from its class's row of `transition`.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        True classes, 0…c−1.

    transition : ndarray of shape (n_classes, n_classes)
        Rows of P(given label | true label).

    rng : RandomState
        Where the numbers come from.

    exact : bool, default=False
        Whether the counts of each class follow its row exactly, up to rounding.

    Returns
    -------
    drawn : ndarray of shape (n_samples,)
        Given classes, 0…c−1.
    """
    draw = _draw_exact_row if exact else _draw_row
    drawn = codes.copy()
    for k, row in enumerate(transition):
        members = np.flatnonzero(codes == k)
        drawn[members] = draw(k, row, len(members), rng)
    return drawn


def draw_given_sample(probabilities, codes, rng, *, exact=False):
    """Draw a label for each sample from its own row of probabilities.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Rows of P(given label | sample).

    codes : ndarray of shape (n_samples,)
        True classes, 0…c−1.

    rng : RandomState
        Where the numbers come from.

    exact : bool, default=False
        Whether as many labels flip as their chances add up to, to the nearest whole
        number. Each sample keeps its own chance.

    Returns
    -------
    drawn : ndarray of shape (n_samples,)
        Given classes, 0…c−1.
    """
    if not exact:
        return _draw_from_rows(probabilities, rng)
    others, drawn = probabilities.copy(), codes.copy()
    others[np.arange(len(codes)), codes] = 0
    flips = draw_systematically(others.sum(axis=1), rng)
    drawn[flips] = _draw_from_rows(others[flips], rng)
    return drawn


def draw_systematically(chances, rng):
    """Choose samples by their chances, as many as these add up to.

    Systematic sampling: the chances are laid end to end in random order, and a comb
    with teeth one apart is put on them at a random place.
    """
    chosen = np.zeros(len(chances), dtype=bool)
    total = nearest(chances.sum())
    if total:
        order = rng.permutation(len(chances))
        ends = chances[order].cumsum() * (total / chances.sum())
        ends[-1] = total  # whatever float rounding did
        teeth = np.floor(ends + rng.random_sample())
        chosen[order] = np.diff(teeth, prepend=0) > 0
    return chosen


def draw_mask(codes, rate, rng, *, exact=False):
    """Choose a share `rate` of the samples; of each class of `codes`, if `exact`."""
    if not exact:
        return rng.random_sample(len(codes)) < rate
    mask = np.zeros(len(codes), dtype=bool)
    for k in np.unique(codes):
        members = rng.permutation(np.flatnonzero(codes == k))
        mask[members[: nearest(rate * len(members))]] = True
    return mask


def _draw_from_rows(probabilities, rng):
    steps = probabilities.cumsum(axis=1)
    steps /= steps[:, -1:]  # the last is 1 then, so that no draw falls beyond it
    return (rng.random_sample((len(steps), 1)) >= steps).sum(axis=1)


def _draw_row(k, row, n, rng):
    steps = row.cumsum()
    return np.searchsorted(steps / steps[-1], rng.random_sample(n), side="right")


def _draw_exact_row(k, row, n, rng):
    # the number of flips first: shared out in one go with the labels that stay,
    # it could miss round(rate * n) by several when the flips have many targets
    drawn = np.full(n, k)
    others = np.where(np.arange(len(row)) == k, 0, row)
    n_flips = nearest(n * others.sum())
    if n_flips:
        counts = share_out(n_flips, others / others.sum(), rng)
        drawn[:n_flips] = np.repeat(np.arange(len(row)), counts)
    return rng.permutation(drawn)


def share_out(total, shares, rng):
    """Split `total` by largest remainder; chance decides between equal ones."""
    quotas = np.round(total * shares, 9)
    counts = np.floor(quotas).astype(int)
    order = np.lexsort((rng.random_sample(len(shares)), counts - quotas))
    counts[order[: total - counts.sum()]] += 1
    return counts
