"""
Accuracy on noisy labels is not accuracy
========================================

Whoever scores on given labels scores agreement with mistakes. On digits whose labels
are wrong in 40 % of all cases no classifier can look better than 60 % right, and the
order of methods on given labels may not be that on true ones.
`noisy_cross_validate` spoils the labels of training folds and tells both.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import CleanLabelClassifier
from sknoisy.inspection import ComparisonDisplay
from sknoisy.model_selection import noisy_cross_validate
from sknoisy.noise import SymmetricNoise

X, y = load_digits(return_X_y=True)
X = X / 16
forest = RandomForestClassifier(50, random_state=0)
methods = {
    "one neighbor": KNeighborsClassifier(1),
    "ten neighbors": KNeighborsClassifier(10),
    "naive Bayes": GaussianNB(var_smoothing=1e-2),
    "logistic regression": LogisticRegression(max_iter=1000),
    "forest": forest,
    "forest, cleaned": CleanLabelClassifier(forest, random_state=0),
}
noise = SymmetricNoise(0.4, random_state=0)
results = {
    name: noisy_cross_validate(method, X, y, noise=noise, cv=3)
    for name, method in methods.items()
}

ComparisonDisplay.from_results(
    results, title="digits, 40 % of the labels wrong", xlabel="accuracy"
)
plt.show()
