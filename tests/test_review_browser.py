"""The review page as people use it, in a headless Chromium."""

import json
import re
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from chromium import Chromium, find_chromium

from sknoisy.cleaning import apply_corrections, review_page

PROGRAM = find_chromium()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="needs Chromium (Debian's package `chromium`)"
)

Y = ["cat", "dog", "cat", "bird", "dog", "cat"]
TEXTS = ["purrs", "barks", "barks, too", "sings", "climbs trees", "sleeps"]
# 2, 4 and 5 are suspicious, in the order 5, 2, 4; 5 has no suggestion
FINDINGS = SimpleNamespace(
    quality_=np.array([0.9, 0.9, 0.2, 0.9, 0.3, 0.1]),
    is_issue_=np.array([False, False, True, False, True, True]),
    suggested_labels_=np.array(["cat", "dog", "dog", "bird", "cat", "cat"]),
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    browser = Chromium(PROGRAM, tmp_path_factory.mktemp("profile"))
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


def export(browser, tmp_path):
    """Export by keyboard and return the path of the file."""
    path = tmp_path / "pets-corrections.csv"
    path.unlink(missing_ok=True)
    browser.press("e")
    end = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < end, "nothing was exported"
        time.sleep(0.01)
    return path


def about(browser):
    return browser.texts("#about h2")[0]


def counts(browser):
    """Return how many samples are reviewed, changed, kept and skipped."""
    return [int(re.search(r"\d+", text)[0]) for text in browser.texts("#counts > *")]


def choose(browser, selector, value):
    browser.run(
        f"(field => {{ field.value = {json.dumps(value)};"
        " field.dispatchEvent(new Event('change')) })"
        f"(document.querySelector({json.dumps(selector)}))"
    )


# ---------------------------------------------------------------- decisions


def test_a_review_by_keyboard_comes_back_into_y(browser, page, tmp_path):
    page()
    assert about(browser) == "Sample 5"
    browser.press("k")
    assert about(browser) == "Sample 2"
    browser.press("a")
    assert about(browser) == "Sample 4"
    browser.press("1")  # bird
    assert counts(browser) == [3, 2, 1, 0]
    assert browser.texts("#counts b") == ["All 3 samples reviewed: export them now"]
    path = export(browser, tmp_path)
    assert path.read_bytes().startswith(
        b"index,given,corrected,decision,fingerprint\r\n"
    )
    decisions = pd.read_csv(path, index_col="index")["decision"]
    assert decisions.to_dict() == {2: "accept", 4: "choose", 5: "keep"}
    assert apply_corrections(Y, path, X=TEXTS) == [
        *("cat", "dog", "dog", "bird", "bird", "cat")
    ]


def test_a_review_by_mouse_does_the_same(browser, page, tmp_path):
    page()
    browser.click("#skip")
    browser.click("#accept")
    browser.click("#classes button:nth-child(1)")
    decisions = pd.read_csv(export(browser, tmp_path), index_col="index")
    assert decisions["decision"].to_dict() == {2: "accept", 4: "choose", 5: "skip"}
    browser.click("#undo")
    assert about(browser) == "Sample 4"
    assert counts(browser) == [2, 1, 0, 1]


def test_a_missing_suggestion_cannot_be_taken(browser, page):
    page()
    assert browser.run("document.querySelector('#accept').disabled")
    browser.press("a")
    assert counts(browser) == [0, 0, 0, 0]


def test_undo_goes_back_one_by_one_and_to_what_was_before(browser, page):
    page()
    browser.press("s", "a")
    browser.press("ArrowUp", "k")  # changed one's mind on sample 2
    assert counts(browser) == [2, 0, 1, 1]
    browser.press("u")
    assert about(browser) == "Sample 2"
    assert counts(browser) == [2, 1, 0, 1]
    browser.press("u", "u", "u")
    assert counts(browser) == [0, 0, 0, 0]
    assert browser.texts("#news") == ["Nothing to undo."]


def test_digits_are_their_own_keys(browser, page, tmp_path):
    y = [3, 0, 7, 3]
    page(["a", "b", "c", "d"], y, [0, 1, 2, 3])
    browser.press("7")
    assert apply_corrections(y, export(browser, tmp_path)) == [7, 0, 7, 3]


def test_among_many_classes_one_is_found_by_name(browser, page, tmp_path):
    classes = ["bobcat", "catfish", "cat", *(f"class {i}" for i in range(20))]
    names = classes * 2
    page(["a"] * len(names), names, np.arange(len(names)), classes=classes)
    for sought in ("s 13", "CAT", "catf", "obc"):
        browser.press("c", *sought, "Enter")
    assert about(browser) == "Sample 4"
    assert browser.run("document.activeElement.tagName") == "BODY"
    back = apply_corrections(names, export(browser, tmp_path))
    assert back[:4] == ["class 13", "cat", "catfish", "bobcat"]
    browser.press("c", *"xyz", "Enter", "Escape", "k")  # there is no such class
    assert about(browser) == "Sample 5"


def test_decisions_are_told_to_screen_readers(browser, page):
    page()
    browser.press("s", "a")
    assert browser.texts("#news") == ["Changed to dog. 1 sample left."]


NASTY = ['a,"b"', "two\r\nlines", " spaces ", "=1+1", "<b>&amp;</b>", "ünï 🐈", ""]


def test_every_label_survives_the_way_through_the_browser(browser, page, tmp_path):
    page(["x"] * len(NASTY), NASTY, np.arange(len(NASTY)))
    for i in range(len(NASTY)):
        browser.click(f"#classes button:nth-child({(i + 1) % len(NASTY) + 1})")
    back = apply_corrections(NASTY, export(browser, tmp_path))
    ordered = sorted(NASTY)
    expected = [ordered[(i + 1) % len(NASTY)] for i in range(len(NASTY))]
    assert back == expected


# ---------------------------------------------------------------- progress


def test_progress_is_kept_for_these_data_and_no_others(browser, page):
    page()
    browser.press("s", "a")
    page()
    assert counts(browser) == [2, 1, 0, 1]
    assert about(browser) == "Sample 4"
    page(only_issues=False)  # a page made anew, with more on it
    assert counts(browser) == [2, 1, 0, 1]
    page(y=Y[::-1])
    assert counts(browser) == [0, 0, 0, 0]


def test_decisions_of_another_page_on_the_data_are_exported_too(
    browser, page, tmp_path
):
    page()
    browser.press("s", "a")
    page(max_items=1)
    path = export(browser, tmp_path)
    assert pd.read_csv(path)["index"].tolist() == [2, 5]


def test_an_export_is_taken_up_elsewhere(browser, page, tmp_path):
    page()
    browser.press("s", "a")
    path = export(browser, tmp_path)
    browser.run("localStorage.clear()")
    page()
    browser.press("k")  # sample 5, which is skipped in the file
    upload(browser, path)
    browser.until("document.querySelector('#news').textContent.includes('loaded')")
    assert browser.texts("#news") == [
        "1 decision loaded. 1 stay as they were made here."
    ]
    assert counts(browser) == [2, 1, 1, 0]


def test_labels_of_every_kind_are_taken_up_elsewhere(browser, page, tmp_path):
    page(["x"] * len(NASTY), NASTY, np.arange(len(NASTY)))
    browser.press(*"k" * len(NASTY))
    path = export(browser, tmp_path)
    kept = path.read_bytes()
    browser.run("localStorage.clear()")
    page(["x"] * len(NASTY), NASTY, np.arange(len(NASTY)))
    upload(browser, path)
    browser.until("document.querySelector('#news').textContent.includes('loaded')")
    assert export(browser, tmp_path).read_bytes() == kept


def test_a_file_of_other_data_is_not_taken(browser, page, tmp_path):
    page(y=Y[::-1])
    browser.press("k")
    path = export(browser, tmp_path)
    page()
    upload(browser, path)
    browser.until("!document.querySelector('#notice').hidden")
    assert "belongs to other data" in browser.texts("#notice")[0]
    path.write_text("a,b\r\n1,2\r\n")
    upload(browser, path)
    browser.until("document.querySelector('#notice').innerText.includes('exported')")
    browser.click("#notice button")
    assert browser.run("document.querySelector('#notice').hidden")
    assert counts(browser) == [0, 0, 0, 0]


def upload(browser, path):
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    field = browser.call("DOM.querySelector", nodeId=root, selector="#file")
    browser.call("DOM.setFileInputFiles", files=[str(path)], nodeId=field["nodeId"])


def test_a_browser_that_keeps_nothing_says_so(browser, page):
    script = "Storage.prototype.setItem = () => { throw new Error('full') }"
    added = browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)
    page()
    browser.press("k")
    assert "doesn't keep your progress" in browser.texts("#notice")[0]
    assert counts(browser) == [1, 0, 1, 0]
    browser.press("u")  # else the page would ask whether to leave
    browser.call("Page.removeScriptToEvaluateOnNewDocument", **added)


def test_another_tab_on_the_data_is_followed(browser, page):
    page()
    browser.run(
        '(key => { localStorage.setItem(key, \'[[5, "cat", "cat", "keep"]]\');'
        " dispatchEvent(new StorageEvent('storage', { key })) })"
        "('sknoisy review ' + JSON.parse("
        "document.querySelector('#data').textContent).fingerprint)"
    )
    assert counts(browser) == [1, 0, 1, 0]


# ---------------------------------------------------------------- finding samples


def rows(browser):
    return browser.run("[...document.querySelectorAll('[role=option]')].length")


def test_search_finds_texts_labels_and_numbers(browser, page):
    page()
    for sought, n_found in [("barks", 1), ("BIRD", 0), ("dog", 2), ("5", 1), ("", 3)]:
        browser.run("document.querySelector('#search').value = ''")
        browser.press("/", *sought)
        browser.run(
            "document.querySelector('#search').dispatchEvent(new Event('input'))"
        )
        assert rows(browser) == n_found, sought
        browser.press("Escape")


def test_class_and_state_narrow_the_queue(browser, page):
    page()
    choose(browser, "#class", "given:1")  # cat
    assert rows(browser) == 2
    choose(browser, "#class", "suggested:1")
    assert rows(browser) == 1
    assert about(browser) == "Sample 4"
    choose(browser, "#class", "")
    choose(browser, "#state", "open")
    browser.press("k")
    assert rows(browser) == 2
    choose(browser, "#state", "keep")
    assert about(browser) == "Sample 4"
    assert rows(browser) == 1
    assert browser.texts("#found") == ["1 sample of 3"]


def test_arrows_walk_and_n_jumps_to_what_is_open(browser, page):
    page()
    browser.press("ArrowDown", "ArrowDown", "ArrowDown")
    assert about(browser) == "Sample 4"
    browser.press("ArrowUp")
    assert about(browser) == "Sample 2"
    browser.press("s")  # on to what is open further down
    assert about(browser) == "Sample 4"
    browser.press("Home")
    assert about(browser) == "Sample 5"
    browser.press("n")
    assert about(browser) == "Sample 4"


def test_five_thousand_samples_stay_quick(browser, page):
    n = 5000
    X = np.random.default_rng(0).integers(0, 256, (n, 8, 8), dtype=np.uint8)
    page(X, np.arange(n) % 10, np.arange(n), max_items=n)
    assert rows(browser) < 40
    assert browser.run("document.querySelectorAll('*').length") < 500
    browser.press("End")
    assert about(browser) == "Sample 4999"
    assert rows(browser) < 40
    took = browser.run(
        "(() => { const start = performance.now();"
        " for (let i = 0; i < 20; i++) document.querySelector('#keep').click();"
        " return (performance.now() - start) / 20 })()"
    )
    assert took < 100  # milliseconds; 3 on an idle machine


# ---------------------------------------------------------------- what is seen


WICKED = "<img src=x onerror='pwned=1'></script ></script/><script>pwned=1</script>"


@pytest.mark.parametrize("kind", ["text", "table"])
def test_nothing_that_stands_in_the_data_is_run(kind, browser, page):
    X = [WICKED, "b"]
    if kind == "table":
        X = pd.DataFrame({WICKED: X}, index=[WICKED, "b"])
    page(X, [WICKED, "other"], [0, 1], title=WICKED)
    assert browser.run("typeof pwned") == "undefined"
    assert browser.run("document.querySelectorAll('img, script').length") == 2
    assert WICKED in browser.texts("#exhibit")[0]
    assert browser.texts("h1") == [WICKED] == browser.texts("#keep b")
    browser.press("k")
    assert browser.run("document.title") == WICKED


def test_a_script_smuggled_in_would_not_run_either(browser, tmp_path):
    path = review_page(["a", "b"], [0, 1], [0, 1], tmp_path / "p.html")
    page = path.read_text(encoding="utf-8")
    path.write_text(page.replace("</body>", "<script>pwned = 1</script></body>"))
    browser.open(path)
    assert browser.run("typeof pwned") == "undefined"
    assert "Content Security Policy" in str(browser.messages)
    browser.messages.clear()


def test_images_are_shown_whole_and_large_enough(browser, page):
    page(np.random.default_rng(0).random((6, 28, 40)))
    browser.until("document.querySelector('#exhibit img').complete")
    width, height = browser.run(
        "(box => [box.width, box.height])"
        "(document.querySelector('#exhibit img').getBoundingClientRect())"
    )
    assert 300 < width <= 9 * 40
    assert height > 200
    assert browser.run("document.querySelector('#exhibit img').alt") == (
        "Sample 5, labeled cat"
    )


def test_a_row_shows_names_values_and_where_they_stand(browser, page):
    frame = pd.DataFrame(
        {"size": [1.0, 2, 3, 4, 5, np.nan], "hue": ["red", *["blue"] * 5]}
    )
    page(frame)
    assert browser.texts("#exhibit dt") == ["size", "hue"]
    assert browser.texts("#exhibit dd:first-of-type") == [
        "missing",
        "blue in 83 % of rows",
    ]
    browser.press("ArrowDown")
    marks = browser.run(
        "[...document.querySelectorAll('.track i')]"
        ".map(mark => [mark.className, mark.style.left])"
    )
    # of 1 to 5, cats have 1 and 3, dogs have 2 and 5
    assert marks == [["given", "30%"], ["suggested", "60%"], ["dot suggested", "50%"]]


def test_an_empty_page_says_so(browser, page):
    page(detector=[1] * 6, is_issue=np.zeros(6, dtype=bool))
    assert browser.texts("#about") == ["No label is under suspicion."]
    browser.press("a", "k", "s", "u", "n", "1", "ArrowDown", "e")
    assert counts(browser) == [0, 0, 0, 0]


SHOWN = {
    "images": np.random.default_rng(0).random((6, 28, 28)),
    "table": pd.DataFrame(
        np.random.default_rng(0).normal(size=(6, 30)),
        columns=[f"a_rather_long_name_of_a_column_{j}" for j in range(30)],
    ),
    "text": [f"{'word ' * 300} {'x' * 300}"] * 6,
}


@pytest.mark.parametrize("kind", sorted(SHOWN))
@pytest.mark.parametrize("size", [(1280, 800), (820, 1100), (360, 640)])
def test_the_page_fits_every_screen(kind, size, browser, page):
    browser.look(*size)
    page(SHOWN[kind], class_names={"cat": "a class with a name that is quite long"})
    inside = (
        "(selector => [...document.querySelectorAll(selector)].every(element => {"
        " const box = element.getBoundingClientRect();"
        " return box.width > 0 && box.left >= 0 && box.right <= innerWidth + 1"
        " && box.top >= 0 && box.bottom <= innerHeight + 1 }))"
    )
    assert browser.run("document.documentElement.scrollWidth") <= size[0]
    assert browser.run("document.documentElement.scrollHeight") <= size[1]
    assert browser.run(f"{inside}('#keep, #accept, #skip, #undo, #export, #exhibit')")
    assert browser.run("document.querySelector('#exhibit').clientHeight") > 100
    assert browser.run(
        "(box => box.scrollWidth <= box.clientWidth)"
        "(document.querySelector('#exhibit'))"
    )


def test_a_phone_shows_the_list_when_asked(browser, page):
    browser.look(390, 844)
    page()
    assert browser.run("document.querySelector('aside').clientHeight") == 0
    browser.click("#list")
    browser.click("[role=option]:nth-child(3)")
    assert about(browser) == "Sample 4"
    assert browser.run("document.querySelector('aside').clientHeight") == 0


# ---------------------------------------------------------------- for everybody


CONTRASTS = """
(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) =>
    [r, g, b]
      .map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const [r, g, b, alpha = 1] = numbers(getComputedStyle(e).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest("script, .unseen, dialog, :disabled")) continue;
    if (!element.checkVisibility()) continue;
    const text = luminance(numbers(getComputedStyle(element).color));
    const paper = luminance(behind(element));
    const ratio = (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
    found.push([element.outerHTML.slice(0, 80), ratio]);
  }
  return found;
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_what_is_behind_it(dark, browser, page):
    browser.look(1280, 800, dark=dark)
    page(SHOWN["table"], only_issues=False)
    browser.press("k", "a", "s", "a")
    found = browser.run(CONTRASTS)
    assert len(found) > 50
    faint = [text for text, ratio in found if ratio < 4.5]  # WCAG 2.2, level AA
    assert not faint


def test_everything_to_operate_has_a_name_and_can_be_reached(browser, page):
    page()
    browser.call("Accessibility.enable")
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    browser.call("Accessibility.disable")
    roles = {"button", "combobox", "listbox", "option", "searchbox", "progressbar"}
    named = [
        (node["role"]["value"], node.get("name", {}).get("value"))
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in roles
    ]
    assert {role for role, _ in named} == roles
    assert all(name for _, name in named), named
    reached = browser.run(
        "[...document.querySelectorAll('button, input, select, [tabindex]')]"
        ".filter(e => e.checkVisibility() && !e.disabled).every(e => e.tabIndex >= 0)"
    )
    assert reached


def test_the_keys_are_told(browser, page):
    page()
    browser.press("?")
    assert browser.run("document.querySelector('#keys').open")
    told = " ".join(browser.texts("#keys dt"))
    assert set("AKSUNE/↓↑") <= set(told)
    assert "1 – 3" in told
    browser.press("k")  # of no effect behind the dialog
    browser.press("Escape")
    assert counts(browser) == [0, 0, 0, 0]
