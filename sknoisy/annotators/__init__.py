"""Annotators: one label out of several people's votes, and a classifier on top.

Votes are `Votes`, or tables of shape (n_samples, n_annotators). Votes of labelling
functions, rules that abstain where they don't apply, are votes as well.
"""

from sknoisy.annotators._agreement import (
    AGREEMENTS,
    agreement_interval,
    agreement_with_consensus,
    annotator_agreement,
)
from sknoisy.annotators._answers import Answers
from sknoisy.annotators._argilla import read_argilla
from sknoisy.annotators._ask import ask_next
from sknoisy.annotators._cifar_n import read_cifar_n
from sknoisy.annotators._consensus import Consensus
from sknoisy.annotators._consensus_classifier import ConsensusClassifier
from sknoisy.annotators._crowdlab import crowdlab
from sknoisy.annotators._dawid_skene import dawid_skene
from sknoisy.annotators._doccano import read_doccano
from sknoisy.annotators._glad import glad
from sknoisy.annotators._groups import compare_groups
from sknoisy.annotators._label_studio import read_label_studio
from sknoisy.annotators._loop import LabelingLoop
from sknoisy.annotators._majority import majority_vote
from sknoisy.annotators._one_coin import one_coin
from sknoisy.annotators._pairs import pairwise_agreement
from sknoisy.annotators._peerannot import read_peerannot, write_peerannot
from sknoisy.annotators._pivot import pivot_votes
from sknoisy.annotators._prodigy import read_prodigy
from sknoisy.annotators._read_votes import read_votes, write_votes
from sknoisy.annotators._report import annotator_report
from sknoisy.annotators._votes import Votes
from sknoisy.annotators._wrench import read_wrench, write_wrench

__all__ = [
    "AGREEMENTS",
    "Answers",
    "Consensus",
    "ConsensusClassifier",
    "CrowdLayerClassifier",
    "LabelingLoop",
    "Votes",
    "agreement_interval",
    "agreement_with_consensus",
    "annotator_agreement",
    "annotator_report",
    "ask_next",
    "compare_groups",
    "crowdlab",
    "dawid_skene",
    "glad",
    "majority_vote",
    "one_coin",
    "pairwise_agreement",
    "pivot_votes",
    "read_argilla",
    "read_cifar_n",
    "read_doccano",
    "read_label_studio",
    "read_peerannot",
    "read_prodigy",
    "read_votes",
    "read_wrench",
    "write_peerannot",
    "write_votes",
    "write_wrench",
]


def __getattr__(name):
    if name == "CrowdLayerClassifier":  # it alone needs torch
        from sknoisy.annotators._crowd_layer import CrowdLayerClassifier

        return CrowdLayerClassifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
