"""
Few labels, many samples
========================

One digit in twenty has a label. A network that learns from these alone gets one in six
new digits wrong. Shown the others as well, without their labels, it learns the classes
that it is sure of for views that are harder, and gets one in ten wrong.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknoisy import NoisyLabelClassifier
from sknoisy.noise import MissingLabelNoise

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)
y_some = MissingLabelNoise(0.95, random_state=0).fit_corrupt(y)  # -1 is no label
print(f"{(y_some >= 0).sum()} of {len(y)} samples have a label")

# %%
# ``unlabeled`` says what marks samples without a label. Methods that learn from labels
# alone leave them out.

methods = {
    "plain": "labels alone",
    "divide_mix": "DivideMix",
    "fix_match": "FixMatch",
}
scores = {}
for method, title in methods.items():
    clf = NoisyLabelClassifier(method=method, unlabeled=-1, random_state=0)
    scores[title] = clf.fit(X, y_some).score(X_test, y_test)

# %%
# On the digits that nobody has seen:

figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
bars = axes.barh(list(scores), list(scores.values()), color="#4477aa")
bars[0].set_color("#bbbbbb")
axes.bar_label(bars, fmt="{:.0%}", padding=3)
axes.set(xlim=(0, 1.08), xlabel="accuracy", title="67 labels, 1,347 digits")
axes.invert_yaxis()
plt.show()
