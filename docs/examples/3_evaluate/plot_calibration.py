"""
Probabilities of true labels
============================

Four of ten labels are wrong. A forest that learned from them can't be sure of anything,
and calibrated on them, as usual, it is not meant to be: its probabilities are those of
*given* labels. ``TrueLabelCalibratedClassifier`` calibrates to what a detector says of
true ones.
"""

import matplotlib.pyplot as plt
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknoisy import ClassConditionalNoise, TrueLabelCalibratedClassifier

X, y = make_classification(
    4000, n_features=10, n_informative=6, class_sep=1.2, flip_y=0, random_state=0
)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=1500, random_state=0
)
noise = ClassConditionalNoise([[0.9, 0.1], [0.4, 0.6]], random_state=0)
y_noisy = noise.fit_corrupt(y_train)

# %%
# Both see the same noisy labels, and nothing else.

forest = RandomForestClassifier(50, random_state=0)
classifiers = {
    "calibrated to given labels": CalibratedClassifierCV(forest),
    "calibrated to true labels": TrueLabelCalibratedClassifier(forest, random_state=0),
}
_, ax = plt.subplots(figsize=(5.5, 4.5), layout="constrained")
for name, classifier in classifiers.items():
    probabilities = classifier.fit(X_train, y_noisy).predict_proba(X_test)[:, 1]
    loss = log_loss(y_test, probabilities)
    CalibrationDisplay.from_predictions(
        y_test, probabilities, n_bins=10, name=f"{name}: log loss {loss:.2f}", ax=ax
    )
ax.set(
    xlabel="probability of class 1",
    ylabel="share that truly is of class 1",
    title="Perfect on the diagonal",
)
plt.show()
