"""Votes, and every way to a consensus of them."""

from functools import partial

import numpy as np
import pytest

from sknoisy import annotators
from sknoisy.annotators import _reading
from sknoisy.noise import AnnotatorNoise

# in the tests, -1 is a vote that wasn't given, as AnnotatorNoise marks it
ConsensusClassifier = partial(annotators.ConsensusClassifier, unlabeled=-1)
agreement_with_consensus = partial(annotators.agreement_with_consensus, unlabeled=-1)
annotator_agreement = partial(annotators.annotator_agreement, unlabeled=-1)
crowdlab = partial(annotators.crowdlab, unlabeled=-1)
dawid_skene = partial(annotators.dawid_skene, unlabeled=-1)
encode_votes = partial(_reading.encode_votes, unlabeled=-1)
majority_vote = partial(annotators.majority_vote, unlabeled=-1)
one_coin = partial(annotators.one_coin, unlabeled=-1)


def crowdlab_with_dull_classifier(votes, **arguments):
    """CROWDLAB with a classifier that knows how frequent the classes are."""
    counts = encode_votes(votes, **arguments).counts
    shares = counts.sum(axis=0) / counts.sum()
    return crowdlab(votes, np.tile(shares, (len(counts), 1)), **arguments)


CONSENSUS = {
    "crowdlab": crowdlab_with_dull_classifier,
    "dawid_skene": dawid_skene,
    "majority": majority_vote,
    "one_coin": one_coin,
}
# the same by functions that know nothing of -1, for `Votes`
AGGREGATED = {
    "dawid_skene": annotators.dawid_skene,
    "majority": annotators.majority_vote,
    "one_coin": annotators.one_coin,
}
every_consensus = pytest.mark.parametrize("name", sorted(CONSENSUS))
NUMBERS = np.array([[0, 2, -1], [1, -1, 1], [2, 2, 0], [-1, 0, 0]])
WORDS = np.where(NUMBERS < 0, None, np.array(["a", "b", "c"], dtype=object)[NUMBERS])


def make_votes(n_samples=300, rates=(0.1, 0.3, 0.3, 0.6, 0.6), missing=0.3, seed=0):
    """Return votes on three classes by annotators with these rates, and the truth."""
    y = np.random.default_rng(seed).integers(3, size=n_samples)
    crowd = AnnotatorNoise(rates, missing_rate=missing, random_state=seed)
    return crowd.fit_corrupt(y), y


def same_votes(one, other):
    """Whether two `Votes` say the same, and name it alike."""
    names = "samples", "annotators", "classes"
    codes = "sample_codes", "annotator_codes", "label_codes"
    return all(
        getattr(one, name).tolist() == getattr(other, name).tolist()
        and [type(x) for x in getattr(one, name).tolist()]
        == [type(x) for x in getattr(other, name).tolist()]
        for name in names + codes
    )
