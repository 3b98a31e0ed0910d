"""All that a report tells, in numbers, names and sentences, as JSON can hold it."""

from dataclasses import is_dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from sknoisy._doubts import doubts_of
from sknoisy._json import plain
from sknoisy.cleaning import find_reasons
from sknoisy.cleaning._exhibits import Looks, show

__all__ = ["as_usual", "make_content"]

MOST_MIXUPS = 30
MOST_CLASSES = 1000
MOST_CELLS = 12  # of a row of a table, those that are most unusual for its class
MUTE = ("row number", "constant", "empty")
LOOKS = Looks("auto", None, 96, None)


def make_content(subject, data_issues, title, n_worst, whole=None):
    """Return the content, and images of the worst samples, if they are images.

    Where `subject` is on some samples only, `whole` is on all, and counts.
    """
    whole = subject if whole is None else whole
    worst = subject.worst_first[:n_worst]
    exhibits = show(_telling(subject), worst, subject.given, len(subject.names), LOOKS)
    usual = as_usual(whole, data_issues)
    classes = _classes(usual)
    content = {
        "made_by": f"sknoisy {version('sknoisy')}",
        "title": title,
        **_numbers(whole, data_issues),
        "data_issues": data_issues.to_dict()["issues"],
        "classes": classes,
        "doubts": doubts_of(
            (one["name"], one["n_samples"], one["n_issues"], one["looks_like"])
            for one in classes
        ),
        "mixups": _mixups(usual),
        "worst": _worst(subject, data_issues, worst, exhibits),
        "columns": _columns(subject.table),
        "notes": list(subject.table.notes) if subject.table else [],
    }
    return content, [item["image"] for item in exhibits.items if "image" in item]


def _telling(subject):
    """Return what people see, without columns that tell nothing of a row."""
    shown, table = subject.shown, subject.table
    if table is None or table.columns is None or not hasattr(shown, "columns"):
        return shown
    mute = {c.name for c in table.columns if c.role in MUTE}
    telling = [name for name in shown.columns if name not in mute]
    return shown[telling] if telling else shown


def _numbers(subject, data_issues):
    detector, n = subject.detector, len(subject.y)
    n_misspelt = len(_from_data(data_issues)[0])
    n_issues = int(subject.is_issue.sum())
    rate = getattr(detector, "noise_rate_", None)
    return {
        "n_samples": n,
        "n_classes": len(np.unique(subject.given)) - n_misspelt,
        "n_issues": n_issues,
        "share_of_issues": n_issues / n,
        "noise_rate": None if rate is None else plain(rate),
        "detector": " ".join(repr(detector).split()),
        "reliability": _reliability(getattr(detector, "reliability_", None)),
        "n_learned_from": int(getattr(detector, "n_learned_from", n)),
    }


def _reliability(found):
    """Return whether the judge can be relied on, and what speaks against it."""
    if found is None:
        return None
    said = dict(vars(found)) if is_dataclass(found) else {"value": found}
    reasons = getattr(found, "reasons", ())
    return plain({"is_reliable": bool(found), "reasons": reasons, **said})


def as_usual(subject, data_issues):
    """Return the subject, misspelt labels counted as what they mean."""
    instead = _from_data(data_issues)[0]
    codes = {text: code for code, text in enumerate(subject.texts)}
    usual = np.arange(len(codes))
    for slip, meant in instead.items():
        if slip in codes and meant in codes:
            usual[codes[slip]] = codes[meant]
    given = usual[subject.given]
    if len(np.unique(given)) < 2:  # nothing would be left to tell apart
        return subject
    return replace(subject, given=given, suggested=usual[subject.suggested])


def _classes(subject):
    """Return numbers of each class, those with most issues first."""
    n_classes = len(subject.names)
    totals = np.bincount(subject.given, minlength=n_classes)
    issues = np.bincount(subject.given[subject.is_issue], minlength=n_classes)
    best: dict[Any, Any] = {}
    for given, suggested, n in _counted_pairs(subject):  # most frequent first
        best.setdefault(given, (suggested, n))
    found = []
    for code in np.argsort(-issues, kind="stable")[:MOST_CLASSES].tolist():
        if totals[code]:
            other, n = best.get(code, (None, 0))
            found.append(
                {
                    "name": subject.names[code],
                    "n_samples": int(totals[code]),
                    "n_issues": int(issues[code]),
                    "looks_like": None if other is None else subject.names[other],
                    "n_looks_like": n,
                }
            )
    return found


def _mixups(subject):
    return [
        {"given": subject.names[given], "suggested": subject.names[other], "n": n}
        for given, other, n in _counted_pairs(subject)[:MOST_MIXUPS]
    ]


def _counted_pairs(subject):
    is_other = subject.is_issue & (subject.given != subject.suggested)
    n_classes = len(subject.names)
    pairs = subject.given[is_other].astype(np.int64) * n_classes
    pairs, counts = np.unique(pairs + subject.suggested[is_other], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [(*map(int, divmod(pairs[i], n_classes)), int(counts[i])) for i in order]


def _worst(subject, data_issues, worst, exhibits):
    reasons = find_reasons(
        subject.X,
        subject.y,
        worst,
        subject.given,
        subject.suggested,
        subject.pred_probs,
    )
    instead, contradicting = _from_data(data_issues)
    found = []
    for row, reason, exhibit in zip(
        worst.tolist(), reasons, exhibits.items, strict=True
    ):
        name, label = subject.names, str(subject.y[row])
        why = reason.sentences(name)
        if label in instead:
            why.insert(0, f"Written nearly like {instead[label]!r}.")
        if subject.place(row) in contradicting:
            why.insert(0, "Rows that equal it have another label.")
        found.append(
            {
                "name": subject.ids[row],
                "index": subject.place(row),
                "given": name[reason.given],
                "suggested": name[reason.suggested],
                "quality": float(f"{subject.quality[row]:.4g}"),
                "kind": "spelling" if label in instead else "label",
                "why": why,
                "similar": [
                    {
                        "name": subject.ids[i],
                        "index": subject.place(i),
                        "given": name[code],
                    }
                    for i, code in zip(reason.similar, reason.labels, strict=True)
                ],
                "probabilities": [
                    {"class": name[c], "probability": float(f"{p:.4g}")}
                    for c, p in reason.probabilities
                ],
                **_exhibit(exhibit, exhibits.columns, reason.given),
            }
        )
    return found


def _from_data(data_issues):
    """Return what misspelt labels mean, and the places of contradicting rows."""
    instead, contradicting = {}, set()
    if "look_alikes" in data_issues:
        instead = data_issues["look_alikes"].details["instead"]
    if "contradictions" in data_issues:
        contradicting = set(data_issues["contradictions"].rows.tolist())
    return instead, contradicting


def _exhibit(exhibit, columns, given):
    """Return what is shown of a sample: its text, or some of its cells."""
    if "text" in exhibit:
        return {"text": exhibit["text"]}
    if "cells" not in exhibit:
        return {}
    cells = exhibit["cells"]
    if len(cells) > MOST_CELLS:
        order = sorted(
            range(len(cells)),
            key=lambda i: -_unusual(cells[i], columns[cells[i]["column"]], given),
        )
        cells = [cells[i] for i in sorted(order[:MOST_CELLS])]
    return {
        "cells": [
            {"column": columns[cell["column"]]["name"], "value": cell["text"]}
            for cell in cells
        ]
    }


def _unusual(cell, column, given):
    typical = column.get("typical")
    if "at" in cell and typical and typical[given] is not None:
        return abs(cell["at"] - typical[given])
    return 0 if cell["text"] == "" else 50 - cell.get("share", 50) / 2


def _columns(table):
    if table is None or table.columns is None:
        return []
    return [
        {"name": str(c.name), "role": c.role, "reason": c.reason} for c in table.columns
    ]
