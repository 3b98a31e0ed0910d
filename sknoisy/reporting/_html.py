"""The page: every text escaped, pictures inside, nothing that runs or loads."""

from html import escape
from importlib.resources import files

from sknoisy._thumbnails import to_data_uri

__all__ = ["as_html"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
SVG = "image/svg+xml"
MOST_CLASSES = 100  # in the table; a report of 700 is read by programs


def as_html(content, pictures, images):
    """Return the page.

    Parameters
    ----------
    content : dict

    pictures : dict
        Bytes of SVG files by their titles.

    images : list of str
        Addresses of what the worst samples look like, or none.
    """
    title = escape(content["title"])
    parts = [
        _head(content),
        _data_issues(content),
        _classes(content),
        _mixups(content),
        pictures_of(pictures),
        _worst(content, images),
        _columns(content),
        _made_by(content),
    ]
    return page_of(title, filter(None, parts))


def page_of(title, parts):
    """Return a page of sections; `title` is escaped already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_style()}</style></head>\n"
        f"<body><main>\n{''.join(parts)}</main></body></html>\n"
    )


def _style():
    folder = files("sknoisy.reporting").joinpath("_template")
    return folder.joinpath("report.css").read_text(encoding="utf-8")


def _head(content):
    if "n_samples" not in content:
        return f"<h1>{escape(content['title'])}</h1>"
    n, n_issues = content["n_samples"], content["n_issues"]
    numbers = [
        (f"{n_issues:,}", f"of {n:,} labels look wrong"),
        (_share(content["share_of_issues"]), "of all labels"),
        (_share(content["noise_rate"]), "estimated to be wrong"),
        (f"{content['n_classes']:,}", "classes"),
    ]
    tiles = "".join(
        f"<div><b>{escape(value)}</b><span>{escape(text)}</span></div>"
        for value, text in numbers
        if value
    )
    said = ""
    reliability = content["reliability"]
    if reliability is not None and not reliability["is_reliable"]:
        why = escape(", and ".join(reliability["reasons"]))
        said += (
            f'<p class="warn">Don’t rely on these findings: {why or "see below"}.</p>'
        )
    said += "".join(
        f'<p class="warn">{escape(doubt)}</p>' for doubt in content.get("doubts", [])
    )
    if content["n_learned_from"] < n:
        said += (
            f"<p>Learned from {content['n_learned_from']:,} rows; all were judged.</p>"
        )
    head = f"<header><h1>{escape(content['title'])}</h1>"
    return f'{head}<div class="tiles">{tiles}</div>{said}</header>\n'


def _data_issues(content):
    if "data_issues" not in content:
        return ""
    found = sorted(
        content["data_issues"], key=lambda issue: issue["kind"] != "look_alikes"
    )
    items = "".join(map(_data_issue, found)) or "<p>Nothing odd in the data.</p>"
    return section("First, the data", items, "What may make findings wrong.")


def _data_issue(issue):
    rows = (("It means", "meaning"), ("Done", "done"), ("You can", "overrule"))
    told = "".join(
        f"<div><dt>{name}</dt><dd>{escape(issue[key])}</dd></div>" for name, key in rows
    )
    severity = escape(issue["severity"])
    return (
        f'<details class="{severity}"><summary><span class="chip">{severity}</span>'
        f"<span>{escape(issue['found'])}</span></summary><dl>{told}</dl></details>\n"
    )


def _classes(content):
    rows = content.get("classes", [])
    if not rows:
        return ""
    most = max(max(row["n_issues"] for row in rows), 1)
    body = "".join(
        f"<tr><th>{escape(row['name'])}</th>"
        f'<td data-label="samples">{row["n_samples"]:,}</td>'
        f'<td data-label="issues">{row["n_issues"]:,}</td>'
        f'<td data-label="share">{_share(row["n_issues"] / row["n_samples"])}</td>'
        f'<td class="bar">{_bar(row["n_issues"], most)}</td>'
        f'<td data-label="looks most like">{_looks_like(row)}</td></tr>'
        for row in rows[:MOST_CLASSES]
    )
    head = "".join(
        f"<th>{name}</th>"
        for name in ("class", "samples", "issues", "share", "", "looks most like")
    )
    more = len(rows) - MOST_CLASSES
    rest = f"<p>{more:,} more classes are in report.json.</p>" if more > 0 else ""
    table = f'<table class="stacked"><thead><tr>{head}</tr></thead>{body}</table>'
    return section("Classes", f'<div class="wide">{table}</div>{rest}')


def _looks_like(row):
    if row["looks_like"] is None:
        return "–"
    return f"{escape(row['looks_like'])} ({row['n_looks_like']:,})"


def _bar(n, most):
    width = round(100 * n / most, 1)
    return (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="8"/></svg>'
    )


def _mixups(content):
    rows = content.get("mixups", [])
    items = "".join(
        f'<li><span><span class="given">{escape(row["given"])}</span> →'
        f' <span class="suggested">{escape(row["suggested"])}</span></span>'
        f" <b>{row['n']:,}</b></li>"
        for row in rows
    )
    told = "Given label, and what it looks like instead."
    return (
        section("Mixed up most often", f'<ul class="pairs">{items}</ul>', told)
        if rows
        else ""
    )


def pictures_of(pictures):
    items = "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<img alt="{escape(title)}" src="{to_data_uri(svg, SVG)}"></figure>'
        for title, svg in pictures.items()
    )
    return section("Pictures", f'<div class="pictures">{items}</div>') if items else ""


def _worst(content, images):
    worst = content.get("worst", [])
    if not worst:
        return ""
    pictures = images if images else [None] * len(worst)
    cards = "".join(map(_card, range(1, len(worst) + 1), worst, pictures))
    n = content["n_issues"]
    told = f"The first {len(worst):,} of {n:,}." if n > len(worst) else ""
    return section("Suspects, and why", f'<div class="cards">{cards}</div>', told)


def _card(rank, item, image):
    same = item["given"] == item["suggested"]
    other = (
        "" if same else f' → <span class="suggested">{escape(item["suggested"])}</span>'
    )
    why = "".join(f"<li>{escape(sentence)}</li>" for sentence in item["why"])
    return (
        f"<article><h3>{rank}. {escape(item['name'])}</h3>"
        f'<p class="labels"><span class="given">{escape(item["given"])}</span>{other}'
        f"<small>trust {_trust(item['quality'])}</small></p>"
        f"{_exhibit(item, image)}<ul>{why}</ul>{_similar(item)}</article>\n"
    )


def _trust(quality):
    return "below 0.001" if 0 < quality < 0.001 else f"{quality:.2g}"


def _exhibit(item, image):
    if image is not None:
        return (
            f'<img class="sample" alt="{escape(item["name"])}" src="{escape(image)}">'
        )
    if "text" in item:
        return f'<blockquote dir="auto">{escape(item["text"])}</blockquote>'
    cells = "".join(
        f"<div><dt>{escape(cell['column'])}</dt>"
        f'<dd dir="auto">{escape(cell["value"]) or "<i>missing</i>"}</dd></div>'
        for cell in item.get("cells", [])
    )
    return f'<dl class="cells">{cells}</dl>' if cells else ""


def _similar(item):
    if not item["similar"]:
        return ""
    rows = "".join(
        f'<li><span class="{_side(near["given"], item)}">{escape(near["given"])}</span>'
        f" {escape(near['name'])}</li>"
        for near in item["similar"]
    )
    return f"<details><summary>Rows most like it</summary><ol>{rows}</ol></details>"


def _side(label, item):
    sides = {item["given"]: "given", item["suggested"]: "suggested"}
    return sides.get(label, "other")


def _columns(content):
    rows = content.get("columns", [])
    if not rows:
        return ""
    body = "".join(
        f"<tr><th>{escape(row['name'])}</th><td>{escape(row['role'])}</td>"
        f"<td>{escape(row['reason'])}</td></tr>"
        for row in rows
    )
    table = f'<div class="wide"><table class="columns">{body}</table></div>'
    notes = "".join(f"<li>{escape(note)}</li>" for note in content.get("notes", []))
    notes = f"<ul>{notes}</ul>" if notes else ""
    inner = f"<details><summary>{len(rows):,} columns</summary>{table}</details>{notes}"
    return section("What each column was taken for", inner)


def _made_by(content):
    if "detector" not in content:
        return ""
    return (
        f"<footer>Judged by <code>{escape(content['detector'])}</code>,"
        f" {escape(content['made_by'])}. Nothing was changed: a suspect is no proof."
        "</footer>\n"
    )


def section(title, inner, told=""):
    told = f"<p>{escape(told)}</p>" if told else ""
    return f"<section><h2>{escape(title)}</h2>{told}{inner}</section>\n"


def _share(part):
    if part is None:
        return ""
    return "below 0.1 %" if 0 < part < 0.0005 else f"{100 * part:.1f} %"
