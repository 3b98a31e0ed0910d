"""
Of another class, or of none
============================

Digits 8 and 9 stand here for what belongs to no class at all, and got labels of 0 to 7.
Some of the others have a wrong label. A detector tells the two apart: where a label is
wrong, the neighbors agree on another class; around what is of no class, they agree on
nothing.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sknoisy import KDN, OpenSetNoise, SymmetricNoise
from sknoisy.quality import class_membership

X, y = load_digits(return_X_y=True)
outside = y >= 8
given = OpenSetNoise([8, 9], random_state=0).fit_corrupt(y)
given[~outside] = SymmetricNoise(0.15, random_state=0).fit_corrupt(y[~outside])

detector = KDN(transformer="passthrough").fit(X, given)
membership = class_membership(detector.pred_probs_)

# %%
# ``is_issue_`` speaks of the classes that there are, ``no_class_`` of who is of none.

kinds = {
    "right label": (~outside & (given == y), "#9ecae1"),
    "wrong label": (~outside & (given != y), "#d94801"),
    "of no class": (outside, "#54278f"),
}
_, axes = plt.subplots(3, 1, figsize=(6, 5), layout="constrained", sharex=True)
for ax, (kind, (are, color)) in zip(axes, kinds.items(), strict=True):
    ax.hist(membership[are], bins=12, range=(0, 1), color=color)
    issue, none = detector.is_issue_[are].mean(), detector.no_class_[are].mean()
    ax.set_title(f"{kind}: {issue:.0%} called wrong, {none:.0%} of no class")
    ax.set_ylabel("samples")
axes[-1].set_xlabel("how far the neighbors agree on one class")
plt.show()
