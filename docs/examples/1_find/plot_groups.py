"""
Rows of one patient vouch for each other
========================================

Three pictures of each patient, and whoever labelled them made the same mistake three
times. A judge that has seen one of them believes the label of the others. Told who
belongs together, no row is judged by its own group.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknoisy import SymmetricNoise, TrueLabelPosterior

X, y = load_digits(return_X_y=True)
X, y = X[:300] / 16, y[:300]
y_noisy = SymmetricNoise(0.15, random_state=0).fit_corrupt(y)

patients = np.repeat(np.arange(len(y)), 3)
X = X[patients] + np.random.default_rng(0).normal(scale=0.03, size=(900, 64))
y, y_noisy = y[patients], y_noisy[patients]
is_wrong = y != y_noisy

# %%
# ``groups`` goes to ``fit``, as in scikit-learn's cross-validation.

shares = {}
for name, groups in {"each row for itself": None, "groups=patients": patients}.items():
    detector = TrueLabelPosterior(random_state=0).fit(X, y_noisy, groups=groups)
    found = detector.is_issue_
    shares[name] = found[is_wrong].mean(), found[~is_wrong].mean()
    print(f"{name}: {found[is_wrong].mean():.0%} of the wrong labels found")

_, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
places = np.arange(len(shares))
wrong, right = np.transpose(list(shares.values()))
ax.bar(places - 0.2, wrong, 0.35, color="#D55E00", label="of the wrong labels")
ax.bar(places + 0.2, right, 0.35, color="#999999", label="of the right labels")
ax.set_xticks(places, list(shares))
ax.set(ylabel="share called wrong", ylim=(0, 1.05))
ax.set_title("A patient's other rows hide the mistake, unless groups are told")
ax.legend(frameon=False, loc="upper left")
plt.show()
