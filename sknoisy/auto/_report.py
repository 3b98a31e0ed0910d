"""What was done and found, in words."""

import numpy as np

from sknoisy.auto._networks import BESIDE

NOISES = {
    "one rate": "any class may become any other, at one rate",
    "pairs": "each class has one that it is mistaken for most",
    "free": "classes differ in how often, and for what, they are mistaken",
    "inversion": (
        "the judges' doubts are the noise; where classes overlap by nature, some of"
        " that is no noise"
    ),
    "none": "no noise could be told from what classes have in common",
}
ISSUES = 3  # pairs of classes that are named


def write_report(est, learned, n_learned, seconds):
    """Return a few lines on a fitted estimator."""
    low, high = est.noise_rate_interval_
    labeled = ~np.isnan(est.quality_)
    lines = [
        f"{labeled.sum()} labels of {len(est.classes_)} classes."
        f" About {est.noise_rate_:.1%} are probably wrong"
        f" (between {low:.1%} and {high:.1%});"
        f" {est.is_issue_.sum()} are called wrong.",
        f"Kind of noise: {NOISES[learned.noise.source]}.",
        *_mistakes(est),
        *_judges(est, learned),
    ]
    if n_learned < labeled.sum():
        lines.append(f"For want of time, judges learned from {n_learned} labels only.")
    lines.append(f"It took {seconds:.1f} s of CPU time.")
    return "\n".join(lines)


def _mistakes(est):
    off = est.transition_matrix_ * (1 - np.eye(len(est.classes_)))
    order = np.argsort(off, axis=None)[::-1][:ISSUES]
    pairs = [np.unravel_index(place, off.shape) for place in order]
    told = [
        f"{est.classes_[i]} given as {est.classes_[j]} {off[i, j]:.0%}"
        for i, j in pairs
        if off[i, j] >= 0.01
    ]
    if told:
        yield f"Most frequent mistakes: {', '.join(told)}."


def _judges(est, learned):
    weights = sorted(est.weights_.items(), key=lambda item: -item[1])
    named = ", ".join(f"{name} ({weight:.2f})" for name, weight in weights if weight)
    what = "cleaned" if learned.cleaned else "given"
    yield f"Judges that predict, fitted on {what} labels, by weight: {named}."
    beside = [verdict.name for verdict in est.judges_ if verdict.note == BESIDE]
    if beside:
        share, named = 1 / (1 + len(beside)), "; ".join(beside)
        yield f"Beside their pool, {share:.0%} of what is predicted each: {named}."
    for verdict in est.judges_:
        if verdict.note not in ("", BESIDE):
            told = f"{verdict.name} ({verdict.note})"
            yield f"Not heard in round {verdict.round}: {told}."
