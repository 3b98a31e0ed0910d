"""
What to ask people next
=======================

There is money for 400 more labels. Asked about samples drawn by lot, people mostly
confirm what is known. :class:`~sknoisy.annotators.LabelingLoop` asks where another vote
is expected to mend most.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknoisy import AnnotatorNoise
from sknoisy.annotators import LabelingLoop, Votes

rng = np.random.default_rng(0)
y = rng.integers(4, size=500)
crowd = AnnotatorNoise([0.2, 0.3, 0.3, 0.5], missing_rate=0.4, random_state=0)
table = crowd.fit_corrupt(y)
table[(table < 0).all(axis=1), 0] = 0  # everybody's first guess
votes = Votes.from_wide(table, unlabeled=-1)


def answer(rows):
    """Return what somebody says who is right four times out of five."""
    wrong = (y[rows] + rng.integers(1, 4, size=len(rows))) % 4
    return np.where(rng.random(len(rows)) < 0.8, y[rows], wrong)


# %%
# Ask in batches, by two strategies
# ---------------------------------

curves = {}
for strategy in ("gain", "random"):
    loop = LabelingLoop(
        votes, strategy=strategy, budget=400, batch_size=50, random_state=0
    )
    right = [(loop.consensus.labels == y).mean()]
    for number, batch in enumerate(loop):
        who = [f"helper {number}"] * len(batch.rows)
        loop.tell(batch.samples, who, answer(batch.rows))
        right.append((loop.consensus.labels == y).mean())
    curves[strategy] = right

# %%
# The same number of labels is worth more where it is asked for.

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
names = {"gain": "where it mends most", "random": "by lot"}
for strategy, right in curves.items():
    bought = 50 * np.arange(len(right))
    axes.plot(bought, right, marker="o", label=names[strategy])
axes.set(xlabel="labels bought", ylabel="right consensus labels")
axes.legend()
axes.set_title("Half the labels do, where they are asked for well")
plt.show()
