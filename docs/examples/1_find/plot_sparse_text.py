"""
Texts with wrong labels
=======================

Documentation of functions in scipy, each with the module that it is from: 15 % of the
modules are made wrong. Texts become sparse rows of word weights, and stay sparse. Which
labels look wrong, by module, and what they look like instead.
"""

import importlib
import inspect

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from sknoisy import SymmetricNoise, TrueLabelPosterior
from sknoisy.inspection import LabelIssuesDisplay

texts, modules = [], []
for name in ("linalg", "signal", "special", "stats", "sparse"):
    module = importlib.import_module(f"scipy.{name}")
    for function in module.__all__:
        text = inspect.getdoc(getattr(module, function)) or ""
        if len(text) > 300:
            texts.append(text.replace(name, ""))
            modules.append(name)

modules = np.array(modules)
given = SymmetricNoise(0.15, random_state=0).fit_corrupt(modules)
words = TfidfVectorizer(min_df=2, sublinear_tf=True, stop_words="english")
X = words.fit_transform(texts)
detector = TrueLabelPosterior(random_state=0).fit(X, given)

# %%
# Known here, since we made the labels wrong: how much was found, and how surely.

is_wrong = given != modules
found = detector.is_issue_
print(f"{X.shape[0]} texts, {X.shape[1]:,} words, {is_wrong.sum()} wrong labels")
print(f"{found[is_wrong].mean():.0%} of the wrong labels are called wrong")
print(f"{is_wrong[found].mean():.0%} of those called wrong are wrong")

title = "Labels that look wrong, and what they look like"
LabelIssuesDisplay.from_estimator(detector, given, title=title)
plt.show()
