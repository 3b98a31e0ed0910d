"""The report on several methods: how each does, and what to make of it."""

import io
from html import escape
from importlib.metadata import version
from typing import Any

import numpy as np

from sknoisy._json import plain
from sknoisy.inspection import ComparisonDisplay
from sknoisy.reporting._html import page_of, pictures_of, section
from sknoisy.reporting._report import AuditReport

__all__ = ["ComparisonReport", "comparison_report"]

SCORED = {"clean": "on true labels", "noisy": "on given ones, wrong ones included"}


class ComparisonReport(AuditReport):
    """What cross-validation has said of several methods.

    Parameters
    ----------
    content : dict
        All that is told, as JSON can hold it: `title`, `notes` and `methods`, the best
        first.

    pictures : dict, default={}
        Pictures as bytes of SVG files, by their titles.

    images : list of str, default=[]
        None are shown of methods.

    See Also
    --------
    comparison_report : Makes it.

    Examples
    --------
    >>> from sknoisy.reporting import ComparisonReport
    >>> ComparisonReport({"title": "Pets"}).to_dict()["title"]
    'Pets'
    """

    def to_html(self) -> str:
        """Return a page that stands by itself, pictures included, as text."""
        content = self.content
        notes = "".join(f"<p>{escape(note)}</p>" for note in content["notes"])
        parts = [
            f"<header><h1>{escape(content['title'])}</h1>{notes}</header>\n",
            section("Methods", _table(content["methods"]), content["how_to_read"]),
            pictures_of(self.pictures),
            f"<footer>{escape(content['made_by'])}</footer>\n",
        ]
        return page_of(escape(content["title"]), parts)


def comparison_report(
    results: dict[str, Any],
    *,
    score_name: str = "score",
    score_label: str | None = None,
    title: str = "Methods compared",
    notes: list[str] | tuple[str, ...] = (),
) -> ComparisonReport:
    """Report on several methods: clean and noisy scores, what a fit costs, a picture.

    Parameters
    ----------
    results : dict
        Names of methods and what :func:`~sknoisy.model_selection.noisy_cross_validate`
        returned for them.

    score_name : str, default="score"
        Which score to tell, where results hold several.

    score_label : str, default=None
        What to call it; None takes `score_name`.

    title : str, default="Methods compared"
        Title of the page, such as the data and their noise.

    notes : list of str, default=()
        What else readers should know, a paragraph each.

    Returns
    -------
    report : ComparisonReport
        With ``save_html``, ``save_json`` and ``to_dict``.

    Raises
    ------
    ValueError
        If there are no results.

    See Also
    --------
    sknoisy.inspection.ComparisonDisplay : The picture alone.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknoisy import SymmetricNoise
    >>> from sknoisy.model_selection import noisy_cross_validate
    >>> from sknoisy.reporting import comparison_report
    >>> X, y = load_iris(return_X_y=True)
    >>> noise = SymmetricNoise(0.2, random_state=0)
    >>> bayes = noisy_cross_validate(GaussianNB(), X, y, noise=noise, cv=3)
    >>> report = comparison_report({"bayes": bayes}, title="Iris")
    >>> [row["method"] for row in report.to_dict()["methods"]]
    ['bayes']
    """
    if not results:
        raise ValueError("results is empty: compare one method at least.")
    display = ComparisonDisplay(results, score_name=score_name)
    kinds = ["clean", "noisy"] if display.has_clean else ["noisy"]
    n_folds = len(next(iter(results.values()))[f"test_noisy_{score_name}"])
    label = score_name if score_label is None else score_label
    meanings = {
        "clean": "on true labels",
        "noisy": "on given ones, wrong ones included",
    }
    told = "; ".join(f"{kind}: scored {meanings[kind]}" for kind in kinds)
    content = {
        "made_by": f"sknoisy {version('sknoisy')}",
        "title": str(title),
        "notes": [str(note) for note in notes],
        "score": label,
        "how_to_read": f"{label}, mean ± deviation of {n_folds} folds. {told}.",
        "methods": [
            _row(name, results[name], kinds, score_name) for name in display.names
        ],
    }
    return ComparisonReport(content, _pictures(display, label))


def _row(name, found, kinds, score_name):
    row = {"method": str(name)}
    for kind in kinds:
        scores = np.asarray(found[f"test_{kind}_{score_name}"])
        row |= {f"{kind}_mean": scores.mean(), f"{kind}_std": scores.std()}
    seconds = found.get("fit_cpu_time", found.get("fit_time"))
    return plain(row | {"fit_seconds": np.mean(seconds)})


def _pictures(display, label):
    """Return the picture; none without matplotlib."""
    try:
        import matplotlib
        from matplotlib.figure import Figure  # no pyplot: it would look for a screen
    except ImportError:
        return {}
    content = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "sknoisy"}):
        figure = Figure(figsize=display.figsize, layout="constrained")
        display.plot(figure.subplots(), xlabel=label)
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return {"Scores": content.getvalue()}


def _table(methods):
    kinds = [kind for kind in ("clean", "noisy") if f"{kind}_mean" in methods[0]]
    head = "".join(f"<th>{name}</th>" for name in ("method", *kinds, "seconds a fit"))
    body = "".join(
        f"<tr><th>{escape(row['method'])}</th>"
        + "".join(
            f"<td>{row[f'{kind}_mean']:.3f} ± {row[f'{kind}_std']:.3f}</td>"
            for kind in kinds
        )
        + f"<td>{row['fit_seconds']:.2f}</td></tr>"
        for row in methods
    )
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>{body}</table></div>'
    )
