"""
A dirty table, with and without a look at it first
==================================================

scikit-learn's wines as a file may hold them: sorted by their label, a column that
counts the rows, six misspelt labels, and a tenth of all labels wrong. One detector gets
the table as it is; the other one gets what reading it with care makes of it: in a
sorted file row numbers vouch for wrong labels, so they are no feature, and misspelt
labels are read as what they mean.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine

from sknoisy import SymmetricNoise, TrueLabelPosterior
from sknoisy.data_issues import find_data_issues
from sknoisy.tables import make_vectorizer, read_table

X, y = load_wine(return_X_y=True, as_frame=True)
true = np.array(["Barolo", "Grignolino", "Barbera"])[y].astype(object)
given = SymmetricNoise(0.1, random_state=0).fit_corrupt(true)
misspelt = {5: "Barolo ", 40: "barolo", 70: "Grignolnio", 100: "Grignolino."}
misspelt |= {150: "Barbra", 170: "Barberra"}
spelt = given.copy()
spelt[list(misspelt)] = list(misspelt.values())
wines = X.assign(grower=spelt, is_wrong=given != true)
wines = wines.sort_values("grower", kind="stable", ignore_index=True)
is_wrong = wines.pop("is_wrong").to_numpy()
wines.insert(0, "row", np.arange(1, len(wines) + 1))

# %%
# What is odd about it, and what that means for the labels:

table = read_table(wines, label="grower")
data_issues = find_data_issues(table)
for issue in data_issues:
    print(f"{issue.kind}: {issue.found}")

# %%
# With that known, nearly all wrong labels are found; without it, none.

meant = data_issues["look_alikes"].details["instead"]
labels = np.array([meant.get(label, label) for label in table.y])
numbers = make_vectorizer(table.X).fit_transform(table.X)
looked = TrueLabelPosterior(random_state=0).fit(numbers, labels).is_issue_

raw = wines.drop(columns="grower").to_numpy()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of classes of one label
    detector = TrueLabelPosterior(random_state=0).fit(
        raw, wines["grower"].to_numpy(str)
    )
not_looked = detector.is_issue_

names = ["as it is", "looked at first"]
found = [(flags & is_wrong).sum() for flags in (not_looked, looked)]
doubted = [(flags & ~is_wrong).sum() for flags in (not_looked, looked)]
_, ax = plt.subplots(figsize=(6.5, 2.6), layout="constrained")
bars = ax.barh(names, found, height=0.5, color="#D55E00")
told = zip(found, doubted, strict=True)
ax.bar_label(bars, [f"{n}; {m} right labels doubted" for n, m in told], padding=4)
ax.set(xlabel="wrong labels found", xlim=(0, 1.5 * is_wrong.sum()))
ax.set_title(f"{is_wrong.sum()} labels are wrong")
plt.show()
