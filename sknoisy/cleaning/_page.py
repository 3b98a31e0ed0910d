"""One HTML file out of a template, a style sheet, a script and data."""

import base64
import hashlib
import html
import re
from importlib.resources import files

from sknoisy._files import set_aside

__all__ = ["write_page"]

SCRIPTS = ("decisions.js", "files.js", "card.js", "queue.js", "start.js")


def write_page(path, title, data):
    """Write the page to `path`.

    Parameters
    ----------
    path : pathlib.Path
        Where to.

    title : str
        Title of the page.

    data : str
        What the page shows, as JSON.
    """
    style, script = _read("page.css"), "\n".join(map(_read, SCRIPTS))
    parts = {
        "title": html.escape(title),
        "policy": _policy(style, script),
        "style": style,
        "script": script,
        # the only characters by which data could end the element that holds it
        "data": data.replace("<", "\\u003c").replace(">", "\\u003e"),
    }
    # in one sweep, so that no part is searched for the places of others
    page = re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], _read("page.html"))
    # half of a surrogate pair is no character, and can stand in no file
    with set_aside(path) as aside:
        aside.write_bytes(page.encode("utf-8", "replace"))


def _read(name):
    folder = files("sknoisy.cleaning").joinpath("_review_template")
    return folder.joinpath(name).read_text(encoding="utf-8")


def _policy(style, script):
    """Allow this style and this script, images inside of the page, and no network."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text):
    sha256 = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(sha256).decode('ascii')}"
