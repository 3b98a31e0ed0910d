"""
A network learns wrong labels, too
==================================

Four of ten labels are wrong. A network that trains on them with cross entropy is right
about most *true* labels at first, then learns the wrong ones by heart, and forgets what
it knew. A robust loss lets most of them be.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknoisy import NoisyLabelClassifier, SymmetricNoise

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
y_noisy = SymmetricNoise(0.4, random_state=0).fit_corrupt(y_train)

# %%
# `partial_fit` trains one epoch more on each call, at a constant learning rate and here
# without dropout, as the plainest of training loops. Only the loss differs.

training = {"module__dropout": 0, "random_state": 0}
classifiers = {
    "cross entropy": NoisyLabelClassifier(loss="ce", **training),
    "generalized cross entropy": NoisyLabelClassifier(loss="gce", **training),
}
n_epochs = 60
scores = {name: [] for name in classifiers}
for name, classifier in classifiers.items():
    for _ in range(n_epochs):
        classifier.partial_fit(X_train, y_noisy, classes=range(10))
        scores[name].append(classifier.score(X_test, y_test))

# %%
# Nobody who has wrong labels only can draw this picture: it takes true labels to see.

_, ax = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
for name, values in scores.items():
    ax.plot(range(1, n_epochs + 1), values, label=name)
ax.set(xlabel="epoch", ylabel="accuracy on true labels", ylim=(0.6, 1))
ax.legend()
ax.set_title("Cross entropy learns the wrong labels in the end")
plt.show()
