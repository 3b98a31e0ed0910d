"""What a fitted estimator has found about labels, below its diagram in a notebook."""

from html import escape
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

__all__ = ["ShowsFindings", "findings_html"]

MOST_CLASSES = 12  # in a matrix that people read at a glance
MOST_SUSPECTS = 5
MOST_LETTERS = 24  # of a label
HUE = "46, 134, 193"  # a blue that is told apart on white and on black
WIDTH, HEIGHT = 200, 56  # of a curve
# texts take the color of their surroundings, so that the page may be light or dark
STYLE = """
.sknoisy-found {display:flex; flex-wrap:wrap; gap:.5em 2em; align-items:flex-start;
 margin:.6em 0; color:inherit; font-size:.92em; line-height:1.4}
.sknoisy-found p {flex-basis:100%; margin:0}
.sknoisy-found figure {margin:0; overflow-x:auto; max-width:100%}
.sknoisy-found figcaption {opacity:.75; margin-bottom:.2em}
.sknoisy-found table {border-collapse:collapse; margin:0; color:inherit;
 font-size:inherit; font-variant-numeric:tabular-nums}
.sknoisy-found tr, .sknoisy-found tr:nth-child(even) {background:none}
.sknoisy-found th, .sknoisy-found td {padding:.1em .5em; text-align:right;
 border:0; color:inherit; font-weight:normal; white-space:nowrap}
.sknoisy-found th {opacity:.75}
.sknoisy-found svg {display:block; overflow:visible}
"""


class ShowsFindings(BaseEstimator):
    """scikit-learn's base, with rate, matrix, suspects and curves below its diagram."""

    @property
    def _repr_html_(self):
        diagram = super()._repr_html_  # none where scikit-learn shows texts only
        return lambda: diagram() + findings_html(self)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] += findings_html(self)
        return bundle


def findings_html(estimator: Any) -> str:
    """Return what the estimator has found, as HTML; nothing if it isn't fitted.

    Parameters
    ----------
    estimator : estimator

    Returns
    -------
    html : str
    """
    found = vars(estimator)
    judge = found.get("detector_", estimator)
    suspects = _suspects(estimator, judge)
    parts = [
        _sentence(judge, suspects),
        _worst(suspects),
        _matrix(vars(judge)),
        _curves(found.get("history_")),
    ]
    inner = "".join(parts)
    if not inner:
        return ""
    return f'<style>{STYLE}</style><div class="sknoisy-found">{inner}</div>'


def _sentence(judge, suspects):
    """Return how many labels are wrong, and whether to believe it."""
    said = []
    rate = getattr(judge, "noise_rate_", None)
    if rate is not None and np.ndim(rate) == 0 and not np.isnan(rate):
        between = getattr(judge, "noise_rate_interval_", None)
        more = (
            "" if between is None else " (between {:.0%} and {:.0%})".format(*between)
        )
        said.append(f"About <b>{rate:.1%}</b> of the labels are wrong{more}.")
    if suspects is not None:
        n, n_issues = len(suspects[0]), int(suspects[3].sum())
        said.append(f"<b>{n_issues:,}</b> of {n:,} look wrong.")
    reliability = getattr(judge, "reliability_", None)
    if reliability is not None and not reliability:
        why = ", and ".join(getattr(reliability, "reasons", ()))
        said.append(f"<b>Don’t rely on it</b>{escape(f': {why}' if why else '')}.")
    return f"<p>{' '.join(said)}</p>" if said else ""


def _suspects(estimator, judge):
    """Return quality, given and suggested labels, and who is an issue; or None.

    Detectors keep no given labels; those are None then.
    """
    table = getattr(estimator, "label_issues_", None)
    if table is not None:
        names = ("quality", "given_label", "suggested_label", "is_issue")
        return tuple(table[name] for name in names)
    if hasattr(judge, "quality_") and hasattr(judge, "is_issue_"):
        suggested = getattr(judge, "suggested_labels_", None)
        return judge.quality_, None, suggested, judge.is_issue_
    return None


def _worst(suspects):
    if suspects is None or not suspects[3].any():
        return ""
    quality, given, suggested, is_issue = suspects
    worst = np.flatnonzero(is_issue)
    worst = worst[np.argsort(quality[worst], kind="stable")][:MOST_SUSPECTS]
    columns = {"row": worst, "given": given, "suggested": suggested, "trust": quality}
    columns = {name: held for name, held in columns.items() if held is not None}
    rows = [
        [i, *(held[i] for name, held in columns.items() if name != "row")]
        for i in worst.tolist()
    ]
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>"
        for row in rows
    )
    head = "".join(f"<th>{name}</th>" for name in columns)
    return _figure("Least trusted labels", f"<table><tr>{head}</tr>{body}</table>")


def _cell(value):
    if isinstance(value, float | np.floating):
        return f"{value:.2g}" if value == 0 or value >= 0.001 else "&lt;0.001"
    return _name(value)


def _name(label):
    text = str(label)
    return escape(text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…")


def _matrix(found):
    matrix = found.get("transition_matrix_")
    if np.ndim(matrix) != 2 or not len(matrix) or np.isnan(matrix).any():
        return ""
    names = found.get("classes_", range(len(matrix)))
    names = [_name(name) for name in names]
    if len(names) != len(matrix):
        return ""
    if len(matrix) > MOST_CLASSES:
        return _mixed_up(np.asarray(matrix), names)
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        f"<tr><th>{name}</th>{''.join(map(_shade, row))}</tr>"
        for name, row in zip(names, matrix.tolist(), strict=True)
    )
    table = f"<table><tr><th></th>{head}</tr>{body}</table>"
    return _figure("True classes (rows) are labeled as, percent", table)


def _shade(share):
    text = f"{100 * share:.0f}" if share >= 0.005 else ""
    alpha = round(0.75 * min(max(share, 0), 1), 2)
    return f'<td style="background:rgba({HUE}, {alpha})">{text}</td>'


def _mixed_up(matrix, names):
    """Return the largest shares of a matrix that is too large to be read."""
    wrong = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    most = np.argsort(-wrong, axis=None, kind="stable")[:MOST_SUSPECTS]
    pairs = [divmod(int(place), len(matrix)) for place in most]
    body = "".join(
        f"<tr><td>{names[i]}</td><td>{names[j]}</td>{_shade(wrong[i, j])}</tr>"
        for i, j in pairs
        if wrong[i, j] > 0
    )
    if not body:
        return ""
    table = f"<table><tr><th>true</th><th>labeled</th><th>%</th></tr>{body}</table>"
    return _figure(f"Mixed up most often, of {len(names):,} classes", table)


def _curves(history):
    if not history or len(history) < 2:
        return ""
    names = {"train_loss": "Training loss", "valid_acc": "Accuracy on held-out labels"}
    return "".join(
        _figure(title, _curve([float(epoch[name]) for epoch in history]))
        for name, title in names.items()
        if all(name in epoch for epoch in history)
    )


def _curve(values):
    values = np.asarray(values)
    if not np.isfinite(values).all():
        return "not finite"
    low, high = values.min(), values.max()
    heights = (values - low) / (high - low or 1)
    places = np.linspace(0, WIDTH, len(values))
    points = " ".join(
        f"{x:.1f},{HEIGHT * (1 - y):.1f}" for x, y in zip(places, heights, strict=True)
    )
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img"'
        f' aria-label="from {values[0]:.3g} to {values[-1]:.3g}">'
        f'<polyline points="{points}" fill="none" stroke="rgb({HUE})"'
        ' stroke-width="2"/></svg>'
        f"{values[0]:.3g} → {values[-1]:.3g} in {len(values):,} epochs"
    )


def _figure(title, inner):
    return f"<figure><figcaption>{title}</figcaption>{inner}</figure>"
