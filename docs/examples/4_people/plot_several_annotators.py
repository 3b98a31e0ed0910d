"""
Several annotators, one label
=============================

Five people label the same digits, and two of them are wrong more often than not.
Counting votes takes all of them for equally good. Dawid and Skene's model finds out who
is good from the votes alone, and a classifier that votes, too, finds more than votes
can tell.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from sknoisy import AnnotatorNoise, ConsensusClassifier
from sknoisy.annotators import dawid_skene, majority_vote

X, y = load_digits(return_X_y=True)
rates = [0.1, 0.25, 0.4, 0.6, 0.6]  # of wrong labels, which nobody knows
crowd = AnnotatorNoise(rates, missing_rate=0.4, random_state=0)
votes = crowd.fit_corrupt(y)
seen = (votes >= 0).any(axis=1)
X, y, votes = X[seen] / 16, y[seen], votes[seen]

# %%
# Three ways to one label
# -----------------------

counted = majority_vote(votes, unlabeled=-1)
weighed = dawid_skene(votes, unlabeled=-1)
logistic = LogisticRegression(max_iter=1000)
asked = ConsensusClassifier(logistic, "classifier", unlabeled=-1, random_state=0)
asked.fit(X, votes)
right = {
    "votes\ncounted": (counted.labels == y).mean(),
    "votes\nweighed": (weighed.labels == y).mean(),
    "with a\nclassifier": (asked.consensus_labels_ == y).mean(),
}

# %%
# The estimated quality of each annotator comes from votes alone.

figure, (left, middle) = plt.subplots(ncols=2, figsize=(8, 3.2), layout="constrained")
left.bar(list(right), list(right.values()), color="#4477aa")
left.bar_label(left.containers[0], fmt="{:.0%}")
left.set(ylim=(0, 1.08), ylabel="right labels", title="One label out of many")
truth = [1 - rate for rate in rates]
middle.plot([0.3, 1], [0.3, 1], color="#bbbbbb", zorder=0)
middle.scatter(truth, weighed.annotator_quality, color="#4477aa", label="Dawid–Skene")
middle.scatter(
    truth, counted.annotator_quality, marker="x", color="#cc6677", label="counting"
)
middle.set(xlabel="share of right votes, true", ylabel="estimated")
middle.set_title("How good each annotator is")
middle.legend()
plt.show()
