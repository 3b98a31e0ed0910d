"""
Clean, then resample
====================

SMOTE draws new samples of a rare class between those that there are. Wrong labels of
that class lie among samples of the other one, and so do the lines between them. With
``LabelCleaner`` before it, a step of imbalanced-learn's Pipeline, too, what is
multiplied is mostly right.
"""

import matplotlib.pyplot as plt
from imblearn.over_sampling import SMOTE
from sklearn.datasets import make_blobs

from sknoisy import ClassConditionalNoise, LabelCleaner

X, y = make_blobs(
    [600, 60], centers=[[0, 0], [4, 0]], cluster_std=[1.2, 0.8], random_state=0
)
noise = ClassConditionalNoise([[0.92, 0.08], [0.1, 0.9]], random_state=0)
y_noisy = noise.fit_corrupt(y)

# %%
# Nothing but the order of steps tells the two pictures apart.

smote = SMOTE(random_state=0)
cleaner = LabelCleaner(random_state=0)
steps = {
    "as it is": [smote],
    "cleaned first": [cleaner, smote],
}
_, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", sharey=True)
for ax, (title, samplers) in zip(axes, steps.items(), strict=True):
    rows, labels = X, y_noisy
    for sampler in samplers:
        rows, labels = sampler.fit_resample(rows, labels)
    for label, color, name in [(0, "#9ecae1", "frequent"), (1, "#d94801", "rare")]:
        some = rows[labels == label]
        ax.scatter(*some.T, s=8, color=color, label=name, alpha=0.7)
    ax.set(title=f"{title}, then SMOTE", xlabel="first feature")
axes[0].set_ylabel("second feature")
axes[1].legend(title="label", loc="upper right")
plt.show()
