"""Each annotator beside the consensus."""

import numpy as np
from sklearn.utils import Bunch, check_consistent_length

from sknoisy._data_types import ArrayLike, Label
from sknoisy._told import told_as_in
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._crowdlab import peer_agreement
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._reading import encode_votes
from sknoisy.annotators._votes import Votes

__all__ = ["annotator_report"]


@told_as_in(majority_vote)
def annotator_report(
    votes: Votes | ArrayLike, consensus: Consensus, *, unlabeled: Label = "auto"
) -> Bunch:
    """Say how good each annotator is, where he is worst, and whether he looks at all.

    Parameters
    ----------
    consensus : Consensus
        What came out of these votes, by any function.

    Returns
    -------
    report : Bunch
        Arrays of shape (n_annotators,), the worst annotator first;
        ``pandas.DataFrame(report)`` is a table of them.

        - ``annotator``: the name, or the column.
        - ``n_votes``: how many votes.
        - ``quality``: the consensus' estimate of the share of right ones.
        - ``agreement``: share of votes that equal the consensus labels.
        - ``agreement_with_others``: share of others' votes on the same samples that are
          the same; NaN for who shares no sample.
        - ``worst_class``: the label of his that the consensus confirms least often.
        - ``mistaken_for``: what the consensus says most often where he says that and
          is wrong; None where he never is.
        - ``most_frequent_share``: share of his votes that go to one class. Near 1
          among classes that are equally frequent, he doesn't look.

    Raises
    ------
    ValueError
        If there is no vote, or the two are about different numbers of samples.

    See Also
    --------
    pairwise_agreement : Who disagrees with whom.
    ask_next : What to do about it.

    Notes
    -----
    Of classes that are confirmed equally seldom, ``worst_class`` is the one with most
    votes by the annotator, then the one on whose samples the consensus is surest.

    Examples
    --------
    >>> from sknoisy.annotators import annotator_report, majority_vote
    >>> votes = [["a", "a", "b"], ["b", "b", "b"], ["a", "a", "b"], ["b", "b", "b"]]
    >>> report = annotator_report(votes, majority_vote(votes))
    >>> report.annotator[0], report.worst_class[0], report.mistaken_for[0]
    (np.int64(2), 'b', 'a')
    >>> report.quality, report.most_frequent_share
    (array([0.5, 1. , 1. ]), array([1. , 0.5, 0.5]))
    """
    if not isinstance(consensus, Consensus):
        raise TypeError(
            "consensus must be what dawid_skene, majority_vote or their kin return, not"
            f" {type(consensus).__name__}; with labels alone, agreement_with_consensus"
            " says how far each annotator agrees."
        )
    votes = encode_votes(votes, unlabeled, consensus.classes)
    check_consistent_length(votes, consensus.labels)
    codes = consensus.codes
    agrees = votes.label_codes == codes[votes.sample_codes]
    agreement = votes.mean_by_annotator(agrees)
    order = np.lexsort([agreement, consensus.annotator_quality])
    worst, instead = _worst_classes(votes, codes, consensus.label_quality)
    most = np.zeros(votes.n_annotators)
    annotators, _, of_vote = votes.pairs
    np.maximum.at(most, annotators, np.bincount(of_vote))
    others = votes.per_sample[votes.sample_codes] > 1
    shares = votes.summed_by_annotator(others) > 0
    report = Bunch(
        annotator=votes.annotators,
        n_votes=votes.per_annotator,
        quality=consensus.annotator_quality,
        agreement=agreement,
        agreement_with_others=np.where(shares, peer_agreement(votes), np.nan),
        worst_class=worst,
        mistaken_for=instead,
        most_frequent_share=most / np.maximum(votes.per_annotator, 1),
    )
    return Bunch(**{name: values[order] for name, values in report.items()})


def _worst_classes(votes, codes, label_quality):
    """Return each annotator's least confirmed label, and what it was instead."""
    annotators, labels, of_vote = votes.pairs
    truth = codes[votes.sample_codes]
    n_votes = np.bincount(of_vote)
    confirmed = np.bincount(of_vote, votes.label_codes == truth) / n_votes
    certainty = np.nan_to_num(label_quality)[votes.sample_codes]
    certainty = np.bincount(of_vote, certainty) / n_votes
    order = np.lexsort([-certainty, -n_votes, confirmed, annotators])
    people, first = np.unique(annotators[order], return_index=True)
    pairs = order[first]
    worst = np.full(votes.n_annotators, None, dtype=object)
    instead = worst.copy()
    worst[people] = votes.classes[labels[pairs]]
    wrong = (truth != votes.label_codes) & (truth >= 0)
    cells = np.zeros((len(annotators), votes.n_classes), dtype=np.int64)
    np.add.at(cells, (of_vote[wrong], truth[wrong]), 1)
    some = cells[pairs].any(axis=1)
    instead[people[some]] = votes.classes[cells[pairs[some]].argmax(axis=1)]
    return worst, instead
