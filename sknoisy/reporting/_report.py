"""The report on the labels of some data, as a page and as JSON."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sknoisy._data_types import ArrayLike, Estimator, FilePath, MatrixLike
from sknoisy._files import set_aside
from sknoisy._ranges import check_count
from sknoisy.cleaning import Vocabulary
from sknoisy.data_issues import DataIssues, find_data_issues
from sknoisy.reporting._content import as_usual, make_content
from sknoisy.reporting._html import as_html
from sknoisy.reporting._pictures import draw_pictures
from sknoisy.reporting._subject import Subject, subject_of

__all__ = ["AuditReport", "audit_report", "report_on_some"]


@dataclass(frozen=True)
class AuditReport:
    """What was found about the labels of some data.

    Parameters
    ----------
    content : dict
        All that is told, as JSON can hold it: title, numbers, `data_issues`,
        `classes`, `mixups` and the `worst` labels with the reasons.

    pictures : dict, default={}
        Pictures as bytes of SVG files, by their titles.

    images : list of str, default=[]
        Addresses of what the worst samples look like, where they are images.

    See Also
    --------
    audit_report : Makes it.

    Examples
    --------
    >>> from sknoisy.reporting import AuditReport
    >>> report = AuditReport({"title": "Pets"})
    >>> report.to_dict()["title"]
    'Pets'
    """

    content: dict
    pictures: dict = field(default_factory=dict)
    images: list = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return all that is told, but the pictures."""
        return self.content

    def to_json(self, **options: Any) -> str:
        """Return the same as JSON.

        Parameters
        ----------
        **options : dict
            Of :func:`json.dumps`, such as ``indent=2``.

        Returns
        -------
        text : str
        """
        options = {"ensure_ascii": False, "allow_nan": False, **options}
        return json.dumps(self.content, **options)

    def to_html(self) -> str:
        """Return a page that stands by itself, pictures included, as text."""
        return as_html(self.content, self.pictures, self.images)

    def save_json(self, path: FilePath) -> Path:
        """Write a JSON file.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        path : pathlib.Path
        """
        return _save(path, self.to_json(indent=1) + "\n")

    def save_html(self, path: FilePath) -> Path:
        """Write the page. It needs no network, and runs nothing.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        path : pathlib.Path
        """
        return _save(path, self.to_html())


def audit_report(
    X: MatrixLike,
    y: ArrayLike | None,
    detector: Estimator,
    *,
    data_issues: DataIssues | None = None,
    ids: ArrayLike | None = None,
    title: str = "Labels",
    n_worst: int = 100,
) -> AuditReport:
    """Report on labels: numbers, what is odd about the data, suspects, and why.

    For each of the worst labels the report names the most similar rows with their
    labels, and the probabilities of the true label by features and given label.

    Parameters
    ----------
    X : array-like of length n_samples, DataFrame or Table
        What the detector was fitted on, before it was turned into numbers: people are
        shown it, and similar rows are looked for by it. Or what
        :func:`~sknoisy.tables.read_table` returns.

    y : array-like of shape (n_samples,) or None
        Given labels. None: those of the table.

    detector : detector
        A fitted detector of label issues.

    data_issues : DataIssues, default=None
        What is odd about the data. None: :func:`~sknoisy.data_issues.find_data_issues`
        has a look.

    ids : array-like of length n_samples, default=None
        What to call each row. None: names that a table or a frame has.

    title : str, default="Labels"
        Title of the page.

    n_worst : int >= 1, default=100
        How many labels are shown at most, the least trusted first.

    Returns
    -------
    report : AuditReport

    Raises
    ------
    ValueError
        If lengths don't agree.

    sklearn.exceptions.NotFittedError
        If the detector isn't fitted.

    See Also
    --------
    sknoisy.cleaning.review_page : A page on which people decide.
    sknoisy.data_issues.find_data_issues : Looks at the data alone.

    Notes
    -----
    Similar rows are looked for among 30,000 rows at most, by features that are scaled
    to comparable spreads; of texts by their words. Pictures need matplotlib; without
    it there are none.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknoisy.detectors import NeighborConsensus
    >>> from sknoisy.reporting import audit_report
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> y = y.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    >>> y[7] = "virginica"
    >>> report = audit_report(X, y, NeighborConsensus().fit(X, y), n_worst=1)
    >>> worst = report.to_dict()["worst"][0]
    >>> worst["name"], worst["given"], worst["suggested"]
    ('row 7', 'virginica', 'setosa')
    >>> worst["why"][0]
    'Of the 5 rows most like it 5 are setosa, none virginica.'
    """
    check_count(n_worst=n_worst)
    subject = subject_of(X, y, detector, ids)
    if data_issues is None:
        data_issues = find_data_issues(X, None if y is None else subject.y)
    if not isinstance(data_issues, DataIssues):
        raise TypeError(
            f"data_issues is of type {type(data_issues).__name__}; expected what"
            " find_data_issues returns, or None."
        )
    content, images = make_content(subject, data_issues, str(title), n_worst)
    return AuditReport(
        content, draw_pictures(subject, as_usual(subject, data_issues)), images
    )


def report_on_some(few, judged, whole, places, data_issues, title, n_worst=100):
    """Return an `AuditReport` on samples of which only few are in memory.

    Parameters
    ----------
    few : Table
        Some of the samples, the worst among them; similar ones are looked for here.

    judged, whole : objects with labels and what was found of them
        Of these, and of all, as codes of `whole.names`, which are counted.

    places : ndarray of int
        The place of each of the few among all.

    data_issues, title, n_worst
        As for `audit_report`.
    """
    vocabulary = Vocabulary.of(whole.names)
    counted = Subject(
        X=None,
        shown=None,
        y=whole.labels,
        detector=whole,
        names=vocabulary.names,
        texts=vocabulary.texts,
        given=whole.labels,
        suggested=whole.suggested_labels_,
        quality=whole.quality_,
        is_issue=whole.is_issue_,
        worst_first=places[:0],
        pred_probs=None,
        ids=[],
    )
    subject = subject_of(few, None, judged, None, places)
    content, images = make_content(subject, data_issues, title, n_worst, counted)
    return AuditReport(
        content, draw_pictures(counted, as_usual(counted, data_issues)), images
    )


def _save(path, text):
    path = Path(path)
    # half of a surrogate pair is no character, and can stand in no file
    with set_aside(path) as aside:
        aside.write_bytes(text.encode("utf-8", "replace"))
    return path
