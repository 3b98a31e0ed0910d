"""
A grid over losses, on labels that are wrong
============================================

`BatchedGridSearchCV` is GridSearchCV, but trains small networks of a grid together.
Scored on given labels it may choose what learned the mistakes best. A scorer that is
corrected for the noise ranks candidates by what they are on true labels, without
knowing any.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier, TrueLabelPosterior
from sknoisy.model_selection import corrected_accuracy_scorer
from sknoisy.noise import PairFlipNoise

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
y_noisy = PairFlipNoise(0.35, random_state=0).fit_corrupt(y)

detector = TrueLabelPosterior(random_state=0).fit(X, y_noisy)
scoring = {
    "given labels": "accuracy",
    "corrected": corrected_accuracy_scorer(detector),
}
losses = ["ce", "gce", "sce", "mae"]
network = NoisyLabelClassifier(module__hidden=64, max_epochs=40, random_state=0)
search = BatchedGridSearchCV(
    network, {"loss": losses}, scoring=scoring, refit="corrected", cv=3
).fit(X, y_noisy)

# %%
# What nobody can know who has given labels only: accuracy on true ones.

truth = [
    network.set_params(loss=loss).fit(X, y_noisy).score(X_test, y_test)
    for loss in losses
]

_, ax = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
places = np.arange(len(losses))
for name in scoring:
    ax.plot(places, search.cv_results_[f"mean_test_{name}"], "o-", label=name)
ax.plot(places, truth, "k*", markersize=12, label="true labels of a test set")
ax.set_xticks(places, losses)
ax.set(xlabel="loss", ylabel="accuracy")
ax.legend()
plt.show()
