"""Pets to review, and what a browser shows of a review."""

import re
from types import SimpleNamespace

import numpy as np

Y = ["cat", "dog", "cat", "bird", "dog", "cat"]
TEXTS = ["purrs", "barks", "barks, too", "sings", "climbs trees", "sleeps"]

# 2, 4 and 5 are suspicious, in the order 5, 2, 4; 5 has no suggestion
FINDINGS = SimpleNamespace(
    quality_=np.array([0.9, 0.9, 0.2, 0.9, 0.3, 0.1]),
    is_issue_=np.array([False, False, True, False, True, True]),
    suggested_labels_=np.array(["cat", "dog", "dog", "bird", "cat", "cat"]),
)


def about(browser):
    return browser.texts("#about h2")[0]


def counts(browser):
    """Return how many samples are reviewed, changed, kept and skipped."""
    return [int(re.search(r"\d+", text)[0]) for text in browser.texts("#counts > *")]
