"""The review page as people see it, in a headless Chromium."""

import numpy as np
import pandas as pd
import pytest
from review_browser_helpers import about, counts

from sknoisy.cleaning import review_page

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
