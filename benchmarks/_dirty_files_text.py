"""What `dirty_files.py` says of its rows: by question, then file by file."""

import itertools

import numpy as np
from _common import markdown_table, software, write_text
from _dirty_files_eye import by_eye, read_judged

ABLE = 0.85  # accuracy of a judge on labels as they are
OURS, FOREST = "sknoisy audit", "CleanLearning"
PLANTED = ("symmetric 10 %", "pair 10 %")
VARIED = ("sorted and numbered", "three times over", "in groups")
TYPOS = ("1 misspelt", "3 misspelt", "10 misspelt")
NONE, ANOTHER = "none", "another seed"
MANY = 0.05  # of the labels flagged where none is planted


class Findings:
    """The rows, as figures of files.

    Parameters
    ----------
    rows : Rows

    n_rows : int
        Of each file at most.
    """

    def __init__(self, rows, n_rows):
        self.rows = rows.select(rows=n_rows)
        self.files = sorted({row["file"] for row in self.rows})

    def of(self, file, noise, method):
        """Return the rows of a cell, one a seed."""
        wanted = {"file": file, "noise": noise, "method": method}
        return [row for row in self.rows if wanted.items() <= row.items()]

    def mean(self, figure, file, noise, method):
        """Return the mean of a figure over seeds; NaN where nothing was run."""
        found = [figure(row) for row in self.of(file, noise, method)]
        return float(np.mean(found)) if found else np.nan

    def accuracy(self, file):
        """Return how many labels a forest names, as they are in the file."""
        return self.mean(lambda row: float(row["accuracy"]), file, NONE, FOREST)

    @property
    def able(self):
        """The files whose classes a judge can tell apart."""
        return [file for file in self.files if self.accuracy(file) >= ABLE]


def flagged(row):
    return int(row["n_flagged"]) / int(row["n"])


def recall(row):
    return int(row["n_hits"]) / max(1, int(row["n_wrong"]))


def precision(row):
    return int(row["n_hits"]) / max(1, int(row["n_flagged"]))


def f1(row):
    return 2 * int(row["n_hits"]) / max(1, int(row["n_wrong"]) + int(row["n_flagged"]))


def changed(row):
    return int(row["changed"]) / (int(row["n"]) - int(row["n_wrong"]))


def is_reliable(row):
    return row["reliable"] == "1"


# --- one question each ---


def on_clean(found):
    """Answer: how much is flagged where nothing was planted."""
    shares = {f: found.mean(flagged, f, NONE, OURS) for f in found.files}
    many = [f"{f} ({100 * s:.0f} %)" for f, s in shares.items() if s > MANY]
    known = sum(not np.isnan(s) for s in shares.values())
    median = 100 * np.nanmedian(list(shares.values()))
    text = (
        f"Nothing planted: in {known - len(many)} of {known} files at most 5 % of the"
        f" labels are flagged; median {median:.1f} %."
    )
    return f"{text} More: {', '.join(many)}." if many else text


def on_planted(found):
    """Answer: on how many files are errors found, and few others flagged."""
    for noise in PLANTED:
        good, bad = [], []
        for file in found.able:
            r, p = (found.mean(g, file, noise, OURS) for g in (recall, precision))
            (good if r >= 0.8 and p >= 0.7 else bad).append(
                f"{file} ({r:.2f}, {p:.2f})"
            )
        n = len(good) + len(bad)
        yield (
            f"{noise}, files whose classes a forest tells apart (85 % of the labels as"
            f" they are): recall ≥ .8 at precision ≥ .7 in {len(good)} of {n}; not in"
            f" {', '.join(bad)}."
        )


def on_reliability(found):
    """Answer: is the detector sure of itself where it may be."""
    cells = itertools.product(found.able, [NONE, *PLANTED])
    rows = [row for file, noise in cells for row in found.of(file, noise, OURS)]
    unsure = sorted({row["file"] for row in rows if not is_reliable(row)})
    share = np.mean([is_reliable(row) for row in rows])
    text = f"`reliability_` is true in {100 * share:.0f} % of the runs on those files"
    return (
        f"{text}; at least once false: {', '.join(unsure)}." if unsure else f"{text}."
    )


def on_cleanlab(found):
    """Answer: on how many files is F1 higher than cleanlab's."""
    for noise in PLANTED:
        pairs = []
        for file in found.files:
            own, theirs = (found.mean(f1, file, noise, m) for m in (OURS, FOREST))
            if not np.isnan(own + theirs):
                pairs.append((own, theirs))
        if not pairs:
            continue
        own, theirs = np.transpose(pairs)
        yield (
            f"{noise}: F1 {own.mean():.3f}, CleanLearning over a forest"
            f" {theirs.mean():.3f}, means of {len(own)} files; higher in"
            f" {(own > theirs).sum()}, equal in {(own == theirs).sum()}."
        )


def on_variations(found):
    """Answer: what do row numbers, copies and groups change."""
    noise = PLANTED[0]
    for method in VARIED:
        pairs = {
            file: [found.mean(recall, file, noise, m) for m in (OURS, method)]
            for file in found.able
        }
        lost = {f: a - b for f, (a, b) in pairs.items() if not np.isnan(a - b)}
        if not lost:
            continue
        far = [f"{f} ({-d:+.2f})" for f, d in lost.items() if abs(d) > 0.05]
        yield (
            f"{method}: recall changes by at most 5 points in {len(lost) - len(far)} of"
            f" {len(lost)} of those files, by {-np.mean(list(lost.values())):+.3f} in"
            f" the mean{'; more: ' + ', '.join(far) if far else ''}."
        )


def on_typos(found):
    """Answer: do misspelt labels change verdicts on others."""
    for method in TYPOS:
        more = {
            file: found.mean(changed, file, NONE, method)
            - found.mean(changed, file, NONE, ANOTHER)
            for file in found.files
        }
        known = {file: m for file, m in more.items() if not np.isnan(m)}
        if not known:
            continue
        far = [f"{f} ({100 * m:.1f})" for f, m in known.items() if m > 0.01]
        yield (
            f"{method}: verdicts on other rows change by at most 1 % of the rows more"
            f" than with another seed in {len(known) - len(far)} of {len(known)} files"
            f"{'; more: ' + ', '.join(far) if far else ''}."
        )


def most_flagged(found):
    """Return how much of each file is flagged, with nothing planted, at most."""
    shares = {f: [flagged(r) for r in found.of(f, NONE, OURS)] for f in found.files}
    return {file: max(some) for file, some in shares.items() if some}


# --- file by file ---


def file_table(found):
    """Return a line for each file."""
    lines = []
    for file in found.files:
        cells = [f"{found.accuracy(file):.2f}"]
        cells += [f"{100 * found.mean(flagged, file, NONE, OURS):.1f}"]
        for noise in PLANTED:
            cells += [
                f"{found.mean(figure, file, noise, OURS):.2f}"
                for figure in (recall, precision, f1)
            ]
            cells += [f"{found.mean(f1, file, noise, FOREST):.2f}"]
        lines.append([file, *("" if cell == "nan" else cell for cell in cells)])
    header = ["file", "forest's accuracy", "flagged, none planted, %"]
    for kind in ("symmetric", "pair"):
        header += [f"{kind}: recall", "precision", "F1", "cleanlab's F1"]
    return markdown_table(header, lines)


def write_tables(path, rows, n_rows):
    """Write what the rows say."""
    found = Findings(rows, n_rows)
    n_seeds = len({row["seed"] for row in found.rows})
    lines = [
        on_clean(found),
        *on_planted(found),
        on_reliability(found),
        *on_cleanlab(found),
        *on_variations(found),
        *on_typos(found),
    ]
    write_text(
        path,
        "# Real files with planted errors",
        f"{len(found.files)} files, at most {n_rows:,} rows of each, drawn at random;"
        f" classes of fewer than ten of them left out; seeds: {n_seeds}. Real labels"
        " are not all right: what counts as false here may be an error that was there."
        " cleanlab's Datalab, given the same forest's probabilities, flags what its"
        " CleanLearning does.",
        "\n".join(f"- {line}" for line in lines),
        "## File by file",
        file_table(found),
        *by_eye(
            read_judged(path.with_name("dirty_files_by_eye.csv")),
            most_flagged(found),
            MANY,
        ),
        software("scikit-learn", "cleanlab", "numpy"),
    )
