"""The report on votes: what they come to, who disagrees, what to ask again."""

from html import escape
from importlib.metadata import version
from typing import Any

import numpy as np

from sknoisy._data_types import ArrayLike
from sknoisy._json import plain
from sknoisy._ranges import check_count
from sknoisy.annotators import (
    Consensus,
    Votes,
    annotator_agreement,
    annotator_report,
    ask_next,
    pairwise_agreement,
)
from sknoisy.reporting._html import page_of, section
from sknoisy.reporting._report import AuditReport

__all__ = ["VotesReport", "votes_report"]

MOST_PEOPLE = 100
MOST_PAIRS = 30


class VotesReport(AuditReport):
    """What was found about votes.

    Parameters
    ----------
    content : dict
        All that is told, as JSON can hold it: `title`, numbers, `classes`, `people`,
        the worst first, `pairs` who disagree most, and `ask`, what to ask again.

    pictures : dict, default={}
        None are drawn of votes.

    images : list of str, default=[]
        Likewise.

    See Also
    --------
    votes_report : Makes it.

    Examples
    --------
    >>> from sknoisy.reporting import VotesReport
    >>> VotesReport({"title": "Pets"}).to_dict()["title"]
    'Pets'
    """

    def to_html(self) -> str:
        """Return a page that stands by itself, as text."""
        content = self.content
        parts = [_head(content), *_tables(content), _made_by(content)]
        return page_of(escape(content["title"]), parts)


def votes_report(
    votes: Votes,
    consensus: Consensus,
    *,
    pred_probs: ArrayLike | None = None,
    title: str = "Votes",
    n_ask: int = 100,
) -> VotesReport:
    """Report on votes: numbers, people, pairs who disagree, what to ask again.

    Parameters
    ----------
    votes : Votes
        Who voted for what.

    consensus : Consensus
        What they come to, by whichever method.

    pred_probs : array-like of shape (n_samples, n_classes), default=None
        A classifier's out-of-fold probabilities, if it has a say in what to ask.

    title : str, default="Votes"
        Title of the page.

    n_ask : int >= 1, default=100
        How many samples to propose for another vote.

    Returns
    -------
    report : VotesReport
        With ``save_html``, ``save_json`` and ``to_dict``.

    See Also
    --------
    audit_report : The same for labels by one person.
    sknoisy.annotators.annotator_report : The table of people alone.

    Examples
    --------
    >>> from sknoisy.annotators import Votes, majority_vote
    >>> from sknoisy.reporting import votes_report
    >>> votes = Votes.from_wide([["a", "a", "b"], ["b", "b", None], ["a", "a", "b"]])
    >>> report = votes_report(votes, majority_vote(votes), n_ask=1)
    >>> report.to_dict()["people"][0]["annotator"]
    2
    """
    check_count(n_ask=n_ask)
    several = bool((votes.per_sample > 1).any())
    shares = np.bincount(consensus.codes[consensus.codes >= 0], minlength=1)
    content: dict[str, Any] = {
        "made_by": f"sknoisy {version('sknoisy')}",
        "title": str(title),
        "n_votes": votes.n_votes,
        "n_samples": votes.n_samples,
        "n_annotators": votes.n_annotators,
        "agreement": plain(annotator_agreement(votes)) if several else None,
        "left_out": dict(votes.left_out),
        "classes": [
            {"name": str(name), "n_samples": int(n), "n_votes": int(given)}
            for name, n, given in zip(
                votes.classes.tolist(),
                np.pad(shares, (0, votes.n_classes - len(shares))),
                np.bincount(votes.label_codes, minlength=votes.n_classes),
                strict=True,
            )
        ],
        "people": _records(annotator_report(votes, consensus)),
        "pairs": _records(pairwise_agreement(votes)),
        "ask": _asked(votes, consensus, ask_next(votes, pred_probs, n=n_ask)),
    }
    return VotesReport(content)


def _records(columns):
    """Return a Bunch of columns as a list of lines."""
    lines = zip(*columns.values(), strict=True)
    return [plain(dict(zip(columns, line, strict=True))) for line in lines]


def _asked(votes, consensus, batch):
    told = zip(batch.rows, batch.scores, batch.annotators, strict=True)
    return [
        plain(
            {
                "sample": votes.samples[row],
                "label": consensus.labels[row],
                "quality": consensus.label_quality[row],
                "votes": ", ".join(map(str, votes[[row]].labels.tolist())),
                "gain": score,
                "ask": who,
            }
        )
        for row, score, who in told
    ]


def _head(content):
    agreement = content["agreement"]
    numbers = [
        (f"{content['n_votes']:,}", "votes"),
        (f"{content['n_samples']:,}", "samples"),
        (f"{content['n_annotators']:,}", "annotators"),
        ("" if agreement is None else f"{agreement:.2f}", "Krippendorff’s alpha"),
    ]
    tiles = "".join(
        f"<div><b>{value}</b><span>{text}</span></div>"
        for value, text in numbers
        if value
    )
    reasons = ", ".join(f"{n:,} {why}" for why, n in content["left_out"].items())
    left = f"<p>Left out: {escape(reasons)}.</p>" if reasons else ""
    title = escape(content["title"])
    return f'<header><h1>{title}</h1><div class="tiles">{tiles}</div>{left}</header>\n'


TABLES = (
    (
        "People",
        "people",
        "The worst first, by the consensus.",
        ("annotator", "n_votes", "quality", "agreement", "worst_class", "mistaken_for"),
        MOST_PEOPLE,
    ),
    (
        "Who disagrees with whom",
        "pairs",
        "On the samples that both have seen.",
        ("first", "second", "n_shared", "agreement", "kappa"),
        MOST_PAIRS,
    ),
    (
        "What to ask again",
        "ask",
        "Where another vote is expected to mend most.",
        ("sample", "label", "quality", "votes", "ask"),
        MOST_PEOPLE,
    ),
    (
        "Classes",
        "classes",
        "Samples by the consensus.",
        ("name", "n_samples", "n_votes"),
        MOST_PEOPLE,
    ),
)


def _tables(content):
    for title, key, about, columns, most in TABLES:
        rows = content[key]
        if rows:
            more = len(rows) - most
            rest = f"<p>{more:,} more are in report.json.</p>" if more > 0 else ""
            yield section(title, _table(rows[:most], columns) + rest, about)


def _table(rows, columns):
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in columns)
    body = "".join(
        "<tr>"
        + f"<th>{_cell(row[columns[0]])}</th>"
        + "".join(f"<td>{_cell(row[name])}</td>" for name in columns[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>{body}</table></div>'
    )


def _cell(value):
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if type(value) is int else escape(str(value))


def _made_by(content):
    return f"<footer>{escape(content['made_by'])}</footer>\n"
