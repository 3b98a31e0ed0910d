"""
Can good and bad labels be told apart at all?
=============================================

The quality of labels as a detector sees it. Two hills with an empty valley between them
say yes. The fuller the valley, the more a threshold decides by chance: then look at the
lowest qualities by hand, and drop no fixed share.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknoisy import SymmetricNoise, TrueLabelPosterior
from sknoisy.inspection import LabelQualityDisplay

X, y = load_digits(return_X_y=True)
y_noisy = SymmetricNoise(0.25, random_state=0).fit_corrupt(y)
blurred = X + np.random.default_rng(0).normal(scale=5, size=X.shape)

_, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharex=True)
for ax, features, title in zip(
    axes,
    (X, blurred),
    ("two hills: trust it", "no valley between: features tell too little"),
    strict=True,
):
    detector = TrueLabelPosterior(random_state=0).fit(features, y_noisy)
    LabelQualityDisplay.from_estimator(detector, ax=ax, title=title, mixture=None)
plt.show()
