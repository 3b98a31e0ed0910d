"""What people say of rows that `dirty_files.py` flags where nothing was planted.

``dirty_files_by_eye.csv`` has a line for each row that was looked at, and before them
one without a row for each file: its `why` holds for all rows that have none of their
own. The judging was done once; the rows are those of seed 0 at that time.
"""

import csv
from collections import Counter

from _common import markdown_table

VERDICTS = {
    "wrong": "what the row says, or what is widely known, contradicts the label",
    "odd": "the label is true",
    "overlap": "the columns don't tell the classes apart",
    "unknown": "nobody could tell from what is shown",
}
COLUMNS = ["file", "row", "given", "suggested", "verdict", "why"]


class Judged:
    """The rows of a file that somebody looked at, and why they were flagged.

    Parameters
    ----------
    lines : list of dict
        With the keys `COLUMNS`; one has no row.
    """

    def __init__(self, lines):
        self.rows = [line for line in lines if line["row"]]
        self.why = next(line["why"] for line in lines if not line["row"])
        self.counts = Counter(row["verdict"] for row in self.rows)

    def of(self, verdict):
        """Return the rows of a verdict."""
        return [row for row in self.rows if row["verdict"] == verdict]


def read_judged(path):
    """Return what was said of each file; nothing where nobody looked."""
    if not path.exists():
        return {}
    lines = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            lines.setdefault(line["file"], []).append(_checked(line, path))
    return {name: Judged(some) for name, some in lines.items()}


def _checked(line, path):
    if line["row"] and line["verdict"] not in VERDICTS:
        raise SystemExit(
            f"{path}: verdict {line['verdict']!r} on row {line['row']} of"
            f" {line['file']}: choose from {sorted(VERDICTS)}"
        )
    return line


def by_eye(judged, shares, many):
    """Return the paragraphs about rows that somebody looked at.

    Parameters
    ----------
    judged : dict of str to Judged
        By file.

    shares : dict of str to float
        How much of each file is flagged where nothing was planted, with the seed
        that flags most.

    many : float
        A share above this needs a reason.
    """
    parts = ["## Rows flagged where nothing was planted, looked at one by one"]
    if judged:
        parts += [_summary(judged), _table(judged, shares), _wrong(judged)]
    above = [file for file, share in shares.items() if share > many]
    if above:
        lines = "\n".join(_reason(file, judged.get(file), shares) for file in above)
        parts += [f"More than {100 * many:.0f} % flagged with some seed:", lines]
    return parts


def _summary(judged):
    counts = sum((one.counts for one in judged.values()), Counter())
    n = counts.total()
    said = "; ".join(
        f"*{verdict}* {counts[verdict]} ({100 * counts[verdict] / n:.0f} %): {meaning}"
        for verdict, meaning in VERDICTS.items()
    )
    return (
        f"{n} rows of {len(judged)} files, counted from 0 (seed 0; in each the 20 least"
        f" trusted of those flagged, or all: `--worst 20`). {said}."
    )


def _table(judged, shares):
    lines = [
        [file, one.why, _percent(shares, file), len(one.rows)]
        + [one.counts[verdict] for verdict in VERDICTS]
        for file, one in judged.items()
    ]
    header = ["file", "why, mostly", "flagged at most, %", "shown", *VERDICTS]
    return markdown_table(header, lines, left=2)


def _percent(shares, file):
    return f"{100 * shares[file]:.1f}" if file in shares else ""


def _wrong(judged):
    named = [
        f"{file}, row {row['row']}: {row['given']}, {row['why'] or one.why}"
        for file, one in judged.items()
        for row in one.of("wrong")
    ]
    return f"Wrong: {'; '.join(named)}." if named else "None is wrong."


def _reason(file, one, shares):
    """Return a line on a file of which many labels are flagged."""
    if one is None:
        return f"- {file} ({_percent(shares, file)} %): nobody has looked at it."
    said = ", ".join(f"{n} {verdict}" for verdict, n in one.counts.most_common())
    rows = ", ".join(row["row"] for row in one.rows)
    return f"- {file} ({_percent(shares, file)} %): {one.why}. {said}: rows {rows}."
