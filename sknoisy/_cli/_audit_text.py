"""What an audit says on the terminal."""

import re
import textwrap

import numpy as np

from sknoisy._cli._text_table import text_table
from sknoisy._doubts import doubts_of

__all__ = ["class_rows", "print_data_issues", "print_head", "print_summary"]

MOST_CLASSES = 20  # as many rows as a terminal shows at a glance
WIDTH = 88
MARKS = {"serious": "!!", "warning": "! ", "note": "- "}
LEFT_OUT = re.compile(
    r"column .* left out: (row number|id|constant|empty|group|opinion),"
    r"|.* more columns? left out|\d+ of \d+ classes have fewer than"
)


def print_head(table, told):
    """Say what was read, before anything takes its time, but notes `told` elsewhere."""
    print(table.describe())
    if features := table.describe_features():
        print(f"taken for {features}")
    for note in table.notes:
        if note not in told and not LEFT_OUT.match(note):
            print(f"note: {note}")
    print(flush=True)


def print_data_issues(data_issues):
    """Say what is odd about the data, possible typos first, in a few lines each."""
    if not len(data_issues):
        print("Nothing odd in the data.\n", flush=True)
        return
    print("Before labels are judged:")
    for issue in sorted(data_issues, key=lambda issue: issue.kind != "look_alikes"):
        done = "" if issue.done.startswith("Nothing") else f" {issue.done}"
        if not done and issue.severity != "note" and issue.overrule[:6] == "Say --":
            done = f" {issue.overrule}"
        lines = textwrap.wrap(f"{issue.found}{done}", WIDTH - 3)
        print(MARKS[issue.severity], "\n   ".join(lines))
    print(flush=True)


def print_summary(table, judged):
    """Say how many labels look wrong, and in which classes."""
    n_issues, n_samples = int(judged.is_issue_.sum()), len(table.y)
    rate = judged.noise_rate_
    stated = "not known" if np.isnan(rate) else f"{rate:.1%}"
    print(
        f"{n_issues:,} of {n_samples:,} labels look wrong"
        f" ({n_issues / n_samples:.1%}); estimated noise rate {stated}, by {judged!r}"
    )
    if n_slips := int(judged.is_slip.sum()):
        print(f"{n_slips:,} of them may be another label misspelt")
    if n_aside := int(judged.is_aside.sum()):
        rows = "row" if n_aside == 1 else "rows"
        print(f"{n_aside:,} {rows} of classes too small to judge set aside")
    if judged.n_learned_from < n_samples - n_aside:
        print(f"learned from {judged.n_learned_from:,} rows, and judged all")
    if judged.was_kept:
        print("resumed: labels were judged before")
    for warning in judged.warnings:
        print(f"note: {warning}")
    if table.y_clean is not None:
        print(_truth(table, judged))
    print()
    rows = class_rows(judged)
    print(_class_table(rows))
    print()
    for doubt in doubts_of(
        (name, total, n, None if other is None else other[0])
        for name, total, n, other in rows
    ):
        print(textwrap.fill(doubt, WIDTH), end="\n\n")


def class_rows(judged):
    """Return for each class its name, samples, issues, and what most look like."""
    classes, totals = np.unique(judged.read_as, return_counts=True)
    codes = np.searchsorted(classes, judged.read_as[judged.is_issue_])
    n_issues = np.bincount(codes, minlength=len(classes))
    all_suggested = judged.suggested_labels_[judged.is_issue_]
    rows = []
    for i in np.argsort(-n_issues, kind="stable"):
        suggested = all_suggested[codes == i]
        # a budget may flag labels that nothing better is suggested for
        better, counts = np.unique(
            suggested[suggested != classes[i]], return_counts=True
        )
        best = counts.argmax() if len(counts) else None
        looks_like = (
            None if best is None else (judged.named(better[best]), int(counts[best]))
        )
        name = judged.named(classes[i])
        rows.append((name, int(totals[i]), int(n_issues[i]), looks_like))
    return rows


def _class_table(rows):
    cells = [
        [
            str(name),
            f"{total:,}",
            f"{n:,}",
            f"{n / total:.1%}",
            "–" if other is None else f"{other[0]} ({other[1]:,})",
        ]
        for name, total, n, other in rows[:MOST_CLASSES]
    ]
    titles = ["class", "samples", "issues", "share", "most often looks like"]
    left_out = len(rows) - MOST_CLASSES
    more = f"\n({left_out} more classes)" if left_out > 0 else ""
    return text_table(titles, cells) + more


def _truth(table, judged):
    is_wrong = table.y != table.y_clean
    hits = (is_wrong & judged.is_issue_).sum()
    right = (judged.suggested_labels_ == table.y_clean) & is_wrong
    n_wrong, n_issues = max(1, is_wrong.sum()), max(1, judged.is_issue_.sum())
    return (
        f"by {table.clean_label!r}, {is_wrong.mean():.1%} are wrong: of the"
        f" issues {hits / n_issues:.1%} are real; of the wrong"
        f" labels {hits / n_wrong:.1%} were found, and {right.sum() / n_wrong:.1%}"
        " have the true label suggested"
    )
