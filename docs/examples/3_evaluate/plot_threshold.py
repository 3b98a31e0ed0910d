"""
Where to draw the line, if labels are wrong
===========================================

One in eight is ill, and 15 % of the records are wrong, either way. A threshold that is
tuned for F1 on such labels is tuned for finding records. A scorer that is corrected for
the noise, by a matrix that is known or estimated, puts it near where it belongs.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_predict, train_test_split

from sknoisy.metrics import corrected_f1
from sknoisy.noise import ClassConditionalNoise

X, y = make_classification(
    12000, n_informative=5, weights=[0.875], flip_y=0, class_sep=0.8, random_state=0
)
noise = ClassConditionalNoise([[0.85, 0.15], [0.15, 0.85]], random_state=0)
X, X_test, y, y_test = train_test_split(X, y, train_size=4000, random_state=0)
y_noisy = noise.fit_corrupt(y)

model = LogisticRegression(max_iter=500)
p = cross_val_predict(model, X, y_noisy, method="predict_proba")[:, 1]
p_test = model.fit(X, y_noisy).predict_proba(X_test)[:, 1]

# %%
# Two curves need given labels alone. The third one nobody has, and is what counts.

T = noise.transition_matrix_
thresholds = np.linspace(0.05, 0.6, 40)
curves = {
    "F1 on given labels": [f1_score(y_noisy, p > t) for t in thresholds],
    "corrected F1 on given labels": [
        corrected_f1(y_noisy, (p > t).astype(int), T, pos_label=1) for t in thresholds
    ],
    "F1 on true labels of others": [f1_score(y_test, p_test > t) for t in thresholds],
}
_, ax = plt.subplots(figsize=(7, 4), layout="constrained")
colors = ("#999999", "#0072B2", "#000000")
for (name, scores), color in zip(curves.items(), colors, strict=True):
    best = int(np.argmax(scores))
    ax.plot(thresholds, scores, color=color, label=name)
    ax.plot(thresholds[best], scores[best], "o", color=color)
    on_true = curves["F1 on true labels of others"][best]
    print(f"{name}: best at {thresholds[best]:.2f}, where it truly is {on_true:.2f}")
ax.set(xlabel="call ill above this probability", ylabel="F1")
ax.legend(frameon=False)
plt.show()
