"""
A copy is no witness
====================

Tables often hold rows more than once: joined twice, exported twice, augmented. Whoever
learned from one copy vouches for the label of the others, right or wrong, and the more
copies there are, the fewer wrong labels are found. So detectors count equal rows with
equal labels once, and the verdict is for all of them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknoisy import SymmetricNoise, TrueLabelPosterior

X, y = load_digits(return_X_y=True)
X, y = X[:600], y[:600]
y_noisy = SymmetricNoise(0.13, random_state=0).fit_corrupt(y)
is_wrong = y_noisy != y

times = [1, 2, 3]
found = {True: [], False: []}
for n_times in times:
    rows = np.tile(np.arange(len(y)), n_times)
    for deduplicate in found:
        detector = TrueLabelPosterior(deduplicate=deduplicate, random_state=0)
        flags = detector.fit(X[rows], y_noisy[rows]).is_issue_
        found[deduplicate].append(100 * flags[is_wrong[rows]].mean())

_, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.plot(times, found[True], "o-", label="copies count once (default)")
ax.plot(times, found[False], "o--", label="deduplicate=False")
ax.set_xticks(times)
ax.set_xlabel("how often each row is there")
ax.set_ylabel("wrong labels found, %")
ax.set_ylim(-4, 104)
ax.legend(loc="lower left")
ax.set_title("Copies that count hide wrong labels")
plt.show()
