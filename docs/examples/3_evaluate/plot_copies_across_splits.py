"""
Copies on both sides of a split
===============================

Half of the rows stand in the file twice, and a fifth of the labels are wrong. Split at
random, a copy of many test rows is in the training set, with the same wrong label: who
learns by heart looks best. `find_data_issues` says that there are copies, and
scikit-learn keeps them together.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import SymmetricNoise
from sknoisy.data_issues import find_data_issues

rng = np.random.default_rng(0)
X, y = load_digits(return_X_y=True)
y_noisy = SymmetricNoise(0.2, random_state=0).fit_corrupt(y)
twice = rng.choice(len(y), size=len(y) // 2, replace=False)
rows = np.concatenate([np.arange(len(y)), twice])
X, y, y_noisy = X[rows], y[rows], y_noisy[rows]

issues = find_data_issues(X, y_noisy)
print(issues["exact_duplicates"].found)

# %%
# Rows that are equal get the same group. For near copies, groups come from whatever
# says which belong together: the patient, the document, the day.

_, groups = np.unique(X, axis=0, return_inverse=True)
splits = {
    "split at random": (KFold(5, shuffle=True, random_state=0), None),
    "copies kept together": (GroupKFold(5), groups),
}
scores = {}
for name, (cv, kept) in splits.items():
    for k in (1, 15):
        neighbors = KNeighborsClassifier(k)
        predicted = cross_val_predict(neighbors, X, y_noisy, cv=cv, groups=kept)
        scores[name, k] = (predicted == y_noisy).mean(), (predicted == y).mean()

_, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
names = [f"{k} neighbor{'s' * (k > 1)},\n{split}" for split, k in scores]
noisy, true = np.transpose(list(scores.values()))
places = np.arange(len(names))
ax.bar(places - 0.2, noisy, 0.38, color="#999999", label="on given labels")
ax.bar(places + 0.2, true, 0.38, color="#0072B2", label="on true labels")
ax.set_xticks(places, names, fontsize=8)
ax.set(ylabel="accuracy", ylim=(0, 1))
ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
plt.show()
