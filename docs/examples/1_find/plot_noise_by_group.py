"""
Whose labels are wrong?
=======================

Six people have labelled 300 digits each, and no digit has two labels. How careful each
of them was can be told all the same: a model that learned from all of them says what
each digit looks like, and ``group_noise`` compares. The bars are intervals of 95 %.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from sknoisy import SymmetricNoise
from sknoisy.transition import group_noise

X, y = load_digits(return_X_y=True)
rates = {"Ann": 0.02, "Bob": 0.05, "Cai": 0.05, "Dan": 0.1, "Eva": 0.3, "Finn": 0.02}
who = np.resize(list(rates), len(y))
given = y.copy()
for seed, (name, rate) in enumerate(rates.items()):
    noise = SymmetricNoise(rate, random_state=seed)
    given[who == name] = noise.fit_corrupt(y[who == name])

# %%
# Nobody says who is careless, or how many labels are wrong.

model = KNeighborsClassifier(20, weights="distance")
pred_probs = cross_val_predict(model, X, given, method="predict_proba")
found = group_noise(given, pred_probs, who, random_state=0)

low, high = found.intervals.T
true = [np.mean((given != y)[who == name]) for name in found.groups]
_, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
errors = np.maximum([found.rates - low, high - found.rates], 0)
ax.errorbar(found.groups, found.rates, errors, fmt="o", capsize=4, label="estimated")
ax.scatter(found.groups, true, marker="_", s=300, color="#d94801", label="true")
ax.set(ylabel="share of wrong labels", ylim=0)
ax.set_title(f"Are all alike? p = {found.p_value:.1g}")
ax.legend()
plt.show()
