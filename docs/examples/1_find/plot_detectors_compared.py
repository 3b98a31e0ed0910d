"""
Which detector finds most wrong labels?
=======================================

Three of ten labels are spoilt, towards one other class each, which is harder than any
class at random. Precision and recall of four detectors, each told nothing; the dot is
where a detector itself stops.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknoisy.detectors import (
    KDN,
    ConfidentLearning,
    NeighborConsensus,
    TrueLabelPosterior,
)
from sknoisy.inspection import LabelPrecisionRecallDisplay
from sknoisy.noise import PairFlipNoise

X, y = load_digits(return_X_y=True)
y_noisy = PairFlipNoise(0.3, random_state=0).fit_corrupt(y)

logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
detectors = [
    TrueLabelPosterior(random_state=0),
    ConfidentLearning(logistic, random_state=0),
    NeighborConsensus(),
    KDN(),
]

_, ax = plt.subplots(figsize=(6.5, 5), layout="constrained")
for detector in detectors:
    detector.fit(X, y_noisy)
    LabelPrecisionRecallDisplay.from_estimator(detector, y_noisy != y, ax=ax)
ax.set_title("Wrong labels of 30 % pair noise; dots: where each stops by itself")
plt.show()
