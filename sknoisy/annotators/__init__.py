"""Annotators: one label out of several people's votes, and a classifier on top.

Votes have shape (n_samples, n_annotators). Votes of labelling functions, rules that
abstain where they don't apply, are votes as well.
"""

from sknoisy.annotators._agreement import (
    AGREEMENTS,
    agreement_with_consensus,
    annotator_agreement,
)
from sknoisy.annotators._answers import Answers
from sknoisy.annotators._argilla import read_argilla
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._consensus_classifier import ConsensusClassifier
from sknoisy.annotators._crowdlab import crowdlab
from sknoisy.annotators._dawid_skene import dawid_skene
from sknoisy.annotators._doccano import read_doccano
from sknoisy.annotators._label_studio import read_label_studio
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._one_coin import one_coin
from sknoisy.annotators._pivot import pivot_votes
from sknoisy.annotators._prodigy import read_prodigy

__all__ = [
    "AGREEMENTS",
    "Answers",
    "Consensus",
    "ConsensusClassifier",
    "agreement_with_consensus",
    "annotator_agreement",
    "crowdlab",
    "dawid_skene",
    "majority_vote",
    "one_coin",
    "pivot_votes",
    "read_argilla",
    "read_doccano",
    "read_label_studio",
    "read_prodigy",
]
