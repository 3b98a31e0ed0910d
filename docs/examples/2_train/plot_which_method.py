"""
Which model is best, if labels are wrong?
=========================================

A third of the labels of each class are the next one's. Scored on such labels, all
models look poor and much alike. `choose_model` asks what the true labels probably are,
and says how often each model hits those; `AutoNoisyClassifier` is one of them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from sknoisy import AutoNoisyClassifier, PairFlipNoise
from sknoisy.auto import choose_model

X, y_true = load_digits(return_X_y=True)
X = X / 16
y = PairFlipNoise(0.35, random_state=0).fit_corrupt(y_true)
X, X_valid, y, y_valid, _, true_valid = train_test_split(
    X, y, y_true, train_size=700, random_state=0
)

models = {
    "logistic regression": LogisticRegression(max_iter=1000),
    "1 neighbor": KNeighborsClassifier(1),
    "15 neighbors": KNeighborsClassifier(15),
    "tree": DecisionTreeClassifier(random_state=0),
    "forest": RandomForestClassifier(random_state=0),
    "AutoNoisyClassifier": AutoNoisyClassifier(
        judges=["kernel_ridge", "neighbors", "extra_trees"], random_state=0
    ),
}
for model in models.values():
    model.fit(X, y)

choice = choose_model(models, X_valid, y_valid, X_train=X, y_train=y, random_state=0)
print(f"choose_model takes: {choice.best}")

# %%
# All it saw are noisy labels. Those of the last line are kept back, and tell how far
# off either score is.

noisy = [model.score(X_valid, y_valid) for model in models.values()]
true = [model.score(X_valid, true_valid) for model in models.values()]
rows = np.arange(len(models))
figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
ax.plot(noisy, rows, "x", color="0.4", label="on noisy labels")
ax.plot(list(choice.accuracies.values()), rows, "s", mfc="none", label="choose_model")
ax.plot(true, rows, "o", color="#D55E00", ms=4, label="on true labels")
ax.set(yticks=rows, yticklabels=models, xlabel="accuracy of 1,097 held-out digits")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
plt.show()
