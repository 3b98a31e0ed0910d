"""
Four kinds of label noise
=========================

Whether a method helps depends on which labels are mistaken for which. Rows of each
matrix are true classes, columns are what they are labelled as; the shares are counted
in labels that were spoilt by models of noise that scikit-learn's manners suit.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sknoisy.inspection import TransitionMatrixDisplay
from sknoisy.noise import (
    ClassMapNoise,
    InstanceDependentNoise,
    PairFlipNoise,
    SymmetricNoise,
)

X, y = load_digits(return_X_y=True)
noises = {
    "symmetric: any other class": SymmetricNoise(0.4, random_state=0),
    "pair: the next class": PairFlipNoise(0.4, random_state=0),
    "some classes only": ClassMapNoise({1: 7, 3: 8, 9: 4}, 0.4, random_state=0),
    "by features": InstanceDependentNoise(0.4, random_state=0),
}

_, axes = plt.subplots(2, 2, figsize=(8, 8), layout="constrained")
for ax, (title, noise) in zip(axes.flat, noises.items(), strict=True):
    y_noisy = noise.fit(X, y).corrupt(y, X)
    TransitionMatrixDisplay.from_predictions(y, y_noisy, axes=ax)
    ax.set_title(f"{title}\n{(y_noisy != y).mean():.0%} of the labels are wrong")
plt.show()
