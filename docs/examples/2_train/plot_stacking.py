"""
A pipeline in a stack, on noisy labels
======================================

Everything here is a scikit-learn estimator, so it goes where these go: into pipelines,
searches, and stacks. Three plain classifiers are stacked, then the same three, each
cleaning its training labels first. The judge on top of a stack learns from noisy
labels, too; so the place for cleaning is around the stack, not in it.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy import CleanLabelClassifier, NeighborConsensus, PairFlipNoise

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, train_size=900, random_state=0)
y_noisy = PairFlipNoise(0.35, random_state=0).fit_corrupt(y)

plain = {
    "logistic regression": LogisticRegression(C=0.1, max_iter=500),
    "3 neighbors": KNeighborsClassifier(3),
    "extra trees": ExtraTreesClassifier(50, random_state=0),
}
cleaned = {
    name: CleanLabelClassifier(one, detector=NeighborConsensus())
    for name, one in plain.items()
}

# %%
# Members are whole pipelines; a cleaner changes labels in ``fit`` alone.


def stack_of(members):
    pipelines = {n: make_pipeline(StandardScaler(), one) for n, one in members.items()}
    judge = LogisticRegression(max_iter=500)
    return pipelines, StackingClassifier(list(pipelines.items()), judge, cv=3)


scores = {}
for title, members in {"plain": plain, "cleaning first": cleaned}.items():
    pipelines, stack = stack_of(members)
    for name, one in {**pipelines, "a stack of these": stack}.items():
        scores[name, title] = one.fit(X, y_noisy).score(X_test, y_test)

around = CleanLabelClassifier(stack_of(plain)[1], detector=NeighborConsensus())
scores["cleaning around the stack", "cleaning first"] = around.fit(X, y_noisy).score(
    X_test, y_test
)

_, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
names = list(dict.fromkeys(name for name, _ in scores))
places = np.arange(len(names))
looks = {"plain": ("#999999", -0.2), "cleaning first": ("#0072B2", 0.2)}
for title, (color, shift) in looks.items():
    widths = [scores.get((name, title), 0) for name in names]
    bars = ax.barh(places + shift, widths, 0.36, color=color, label=title)
    ax.bar_label(bars, [f"{w:.2f}" if w else "" for w in widths], padding=3)
ax.set_yticks(places, names)
ax.invert_yaxis()
ax.set(xlabel="accuracy on true labels of new digits", xlim=(0, 1.1))
ax.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.4, 1))
plt.show()
