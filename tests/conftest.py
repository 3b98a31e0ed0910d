"""What several test files use: data, the benchmarks, a browser."""

import importlib
import json
import signal
import sys

import numpy as np
import pytest
from benchmark_helpers import FOLDER
from chromium import Chromium, find_chromium
from review_browser_helpers import FINDINGS, TEXTS, Y
from sample_helpers import make_images
from sklearn.datasets import load_digits, make_blobs
from sklearn.utils import Bunch

from sknoisy.cleaning import review_page
from sknoisy.noise import AnnotatorNoise


@pytest.fixture(scope="session")
def table():
    """Three classes that a small network tells apart, in five features."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=150)
    return rng.normal(size=(150, 5)) + 3 * np.eye(5)[y], y


@pytest.fixture(scope="session")
def images():
    """Three hundred digits as images."""
    X, y = load_digits(return_X_y=True)
    return X[:300].reshape(-1, 8, 8), y[:300]


@pytest.fixture(scope="module")
def gray_images():
    """Gray images, of which the brighter ones are of class b."""
    return make_images()


@pytest.fixture(scope="module")
def gray_folder(gray_images, tmp_path_factory):
    """A folder for each class of the gray images."""
    from PIL import Image

    root = tmp_path_factory.mktemp("images")
    for i, (image, label) in enumerate(zip(*gray_images, strict=True)):
        (root / label).mkdir(exist_ok=True)
        Image.fromarray(image).save(root / label / f"{i:02}.png")
    return root


@pytest.fixture(scope="session")
def crowd():
    """Blobs, votes on them (some blobs without any), and the truth."""
    X, y = make_blobs(240, n_features=3, centers=3, cluster_std=3, random_state=0)
    noise = AnnotatorNoise([0.2, 0.4, 0.4, 0.6], missing_rate=0.4, random_state=0)
    votes = noise.fit_corrupt(y)
    votes[::20] = -1
    return Bunch(X=X, y=y, votes=votes, given=(votes >= 0).any(axis=1))


@pytest.fixture
def load_benchmark(monkeypatch):
    """Return a function that imports a benchmark as its own script would."""
    if not FOLDER.is_dir():
        pytest.skip("benchmarks/ isn't here")
    monkeypatch.syspath_prepend(str(FOLDER))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(FOLDER) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """A headless Chromium, for the tests of one file."""
    program = find_chromium()
    if program is None:
        pytest.skip("needs Chromium (Debian's package `chromium`)")
    browser = Chromium(program, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def empty_page(tmp_path_factory):
    """A page that only stands for the place where progress is kept."""
    path = tmp_path_factory.mktemp("empty") / "page.html"
    return review_page(["a", "b"], [0, 1], [0, 1], path)


@pytest.fixture
def browser(chromium, empty_page, tmp_path):
    """A browser that has forgotten everything; the page must not complain."""
    downloads = {"behavior": "allow", "downloadPath": str(tmp_path)}
    chromium.call("Browser.setDownloadBehavior", **downloads)
    chromium.look(1280, 800)
    chromium.open(empty_page)
    chromium.run("localStorage.clear()")
    chromium.messages.clear()
    chromium.requests.clear()
    yield chromium
    assert chromium.messages == []
    assert not [r for r in chromium.requests if not r.startswith(("file:", "data:"))]


@pytest.fixture
def page(browser, tmp_path):
    """Write a page and open it."""

    def open_page(X=TEXTS, y=Y, detector=FINDINGS, **options):
        path = review_page(X, y, detector, tmp_path / "pets.html", **options)
        browser.open(path)
        return path

    return open_page


@pytest.fixture
def together(monkeypatch):
    """The numbers of networks that have trained together, call by call."""
    # loads torch: only where it is asked for
    from sknoisy._engine import fits

    calls, real = [], fits.train_in_lockstep

    def counted(trainees, tick):
        calls.append(len(trainees))
        return real(trainees, tick)

    monkeypatch.setattr(fits, "train_in_lockstep", counted)
    return calls


@pytest.fixture
def save_export(tmp_path):
    """Return a function that writes items as JSON, or text as it is."""

    def write(items, name="export.json", lines=False):
        path = tmp_path / name
        text = items if isinstance(items, str) else json.dumps(items)
        if lines:
            text = "\n".join(map(json.dumps, items)) + "\n"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def ctrl_c():
    """Let Ctrl-C interrupt, also where a shell runs the tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
