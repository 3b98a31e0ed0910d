"""
How many labels are wrong?
==========================

Nobody needs to know, but it is good to be told, and how surely. From no wrong label to
half of them: the share that `AutoNoisyClassifier` estimates from given labels alone,
with the interval that it says the truth is in, beside the truth.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sknoisy import AutoNoisyClassifier, SymmetricNoise

X, y = load_digits(return_X_y=True)
X, y = X[:600] / 16, y[:600]

true, estimated, intervals = [], [], []
for rate in (0.0, 0.15, 0.3, 0.45):
    y_noisy = SymmetricNoise(rate, random_state=1).fit_corrupt(y)
    judges = ["kernel_ridge", "logistic_regression"]  # two will do, and are quick
    auto = AutoNoisyClassifier(judges=judges, random_state=0).fit(X, y_noisy)
    true.append((y_noisy != y).mean())
    estimated.append(auto.noise_rate_)
    intervals.append(auto.noise_rate_interval_)

_, ax = plt.subplots(figsize=(5, 4.5), layout="constrained")
low, high = np.transpose(intervals)
ax.plot([0, 0.55], [0, 0.55], color="#999999", label="right")
ax.vlines(true, low, high, color="#0072B2", linewidth=6, alpha=0.3, label="interval")
ax.plot(true, estimated, "o", color="#0072B2", label="estimate")
ax.set(xlabel="share of wrong labels", ylabel="what the estimator says", aspect="equal")
ax.legend(frameon=False)
plt.show()
