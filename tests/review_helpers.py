"""Pets to review, and what a page about them holds."""

import base64
import io
import json
from html.parser import HTMLParser

import matplotlib.image
import numpy as np

X = np.arange(12.0).reshape(6, 2)
Y = np.array(["cat", "dog", "cat", "dog", "cat", "bird"])
QUALITY = np.array([0.9, 0.1, 0.5, 0.1, 0.05, 0.8])


class Scripts(HTMLParser):
    """The elements of a page that a browser would take for scripts."""

    def __init__(self, page):
        super().__init__()
        self.found, self.tags, self._inside = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "script":
            self.found.append([dict(attrs), ""])
            self._inside = True

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "script"

    def handle_data(self, data):
        if self._inside:
            self.found[-1][1] += data


def content_of(path):
    """Return what a page holds as data."""
    (attrs, data), (_, _) = Scripts(path.read_text(encoding="utf-8")).found
    assert attrs == {"type": "application/json", "id": "data"}
    return json.loads(data)


def decode(uri_or_bytes):
    """Read a PNG with somebody else's reader."""
    content = uri_or_bytes
    if isinstance(content, str):
        content = base64.b64decode(content.removeprefix("data:image/png;base64,"))
    return np.rint(255 * matplotlib.image.imread(io.BytesIO(content), format="png"))
