"""
Which images have a wrong label?
================================

One label in ten is spoilt. A detector that is told nothing about the noise judges each
image by classifiers that haven't seen its label, and the least trusted come first.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sknoisy import SymmetricNoise, TrueLabelPosterior
from sknoisy.inspection import LabelGalleryDisplay

X, y = load_digits(return_X_y=True)
y_noisy = SymmetricNoise(0.1, random_state=0).fit_corrupt(y)

detector = TrueLabelPosterior(random_state=0).fit(X, y_noisy)
print(f"estimated share of wrong labels: {detector.noise_rate_:.1%}")
print(f"labels called wrong: {detector.is_issue_.sum()}")

# %%
# Each picture tells the given label and the suggested one. `review_page` makes a page
# of such pictures on which people decide, and `is_issue_` is there for programs.

images = X.reshape(-1, 8, 8)
title = "The least trusted labels, and what the pictures seem to show"
LabelGalleryDisplay.from_estimator(detector, images, y_noisy, n_images=24, title=title)
plt.show()
