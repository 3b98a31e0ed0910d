"""
Easy, hard and wrong samples
============================

A network that trains for a while is sure of easy samples from the first epochs on,
changes its mind about hard ones, and doesn't believe wrong labels for long. Its mean
confidence in each given label, and how much that varies, tell the three apart.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sknoisy import SymmetricNoise
from sknoisy.detectors import SampleDifficulty
from sknoisy.inspection import SampleDifficultyDisplay

X, y = load_digits(return_X_y=True)
y_noisy = SymmetricNoise(0.15, random_state=0).fit_corrupt(y)
detector = SampleDifficulty(random_state=0).fit(X / 16, y_noisy)

for kind in ("easy", "hard", "wrong"):
    are = detector.difficulty_ == kind
    share = (y_noisy != y)[are].mean()
    print(f"{kind}: {are.sum()} samples, of which {share:.0%} have a wrong label")

title = "Wrong labels are never believed; hard ones waver"
SampleDifficultyDisplay.from_estimator(detector, title=title)
plt.show()
