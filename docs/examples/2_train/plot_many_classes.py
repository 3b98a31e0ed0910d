"""
A matrix of twenty classes, and only what matters of it
=======================================================

Twenty products, some of which look alike. Most of 400 cells of a transition matrix are
nothing; colors show at a glance which few pairs are mixed up. The estimate is from
given labels alone.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_blobs

from sknoisy import TrueLabelPosterior
from sknoisy.inspection import TransitionMatrixDisplay
from sknoisy.noise import ClassMapNoise

X, y = make_blobs(2000, n_features=12, centers=20, cluster_std=2.5, random_state=0)
names = [f"item {code:02}" for code in range(20)]
y = [names[code] for code in y]
pairs = {"item 01": "item 07", "item 03": "item 12", "item 12": "item 03"}
y_noisy = ClassMapNoise(pairs, 0.3, random_state=0).fit_corrupt(y)

detector = TrueLabelPosterior(random_state=0).fit(X, y_noisy)
TransitionMatrixDisplay.from_estimator(
    detector, title="Three of twenty classes are taken for another"
)
plt.show()
