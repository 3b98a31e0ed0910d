"""
What two networks agree to learn from
=====================================

In co-teaching each of two networks picks, in every batch, the samples of small loss
that the other one learns from. How often a sample was picked tells wrong labels from
right ones, though nobody said which are which.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknoisy import CoTeachingClassifier, SymmetricNoise

X, y = load_digits(return_X_y=True)
X, y = X[:600], y[:600]
y_noisy = SymmetricNoise(0.3, random_state=0).fit_corrupt(y)
is_wrong = y_noisy != y

clf = CoTeachingClassifier(batch_size=64, max_epochs=30, random_state=0).fit(
    X / 16, y_noisy
)
print(f"estimated share of wrong labels: {clf.noise_rate_:.0%}")
print(f"true share of wrong labels:      {is_wrong.mean():.0%}")

_, ax = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
bins = np.linspace(0, 1, 26)
ax.hist(
    [clf.kept_[~is_wrong], clf.kept_[is_wrong]],
    bins=bins,
    stacked=True,
    color=["#0072B2", "#D55E00"],
    label=["right labels", "wrong labels"],
)
ax.set(xlabel="how often it was learned from", ylabel="samples", yscale="log")
ax.legend(frameon=False, loc="upper center")
ax.set_title("Most wrong labels are left out in most epochs")
plt.show()
