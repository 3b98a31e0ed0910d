"""
What an hour of review is worth
===============================

People correct labels one by one, on the page that `review_page` writes. Taken from the
top of a detector's list, the first hundred looks mend most of what there is to mend;
taken as they come, a hundred looks mend a few.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknoisy import NeighborConsensus, SymmetricNoise
from sknoisy.cleaning import review_page

X, y_true = load_digits(return_X_y=True)
y = SymmetricNoise(0.1, random_state=0).fit_corrupt(y_true)
detector = NeighborConsensus().fit(X, y)

folder = Path(tempfile.mkdtemp())
page = review_page(X, y, detector, folder / "digits.html", image_shape=(8, 8))
print(f"{page.name}: {page.stat().st_size / 1e6:.1f} MB, opens in any browser")

# %%
# Reviewers here are never wrong: each look at a wrong label mends it.

is_wrong = y != y_true
orders = {
    "the least trusted first": np.argsort(detector.quality_, kind="stable"),
    "as they come": np.arange(len(y)),
}
_, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
for name, order in orders.items():
    left = is_wrong.sum() - np.cumsum(is_wrong[order])
    ax.plot(np.arange(1, len(y) + 1), left, label=name)
ax.axvline(detector.is_issue_.sum(), color="#999999", linestyle=":")
ax.annotate("what the detector calls wrong", (detector.is_issue_.sum() + 15, 150))
ax.set(xlabel="labels looked at", ylabel="wrong labels left", xlim=(0, None))
ax.legend(frameon=False, loc="center right")
ax.set_title("A tenth of the looks mends nearly all")
plt.show()
