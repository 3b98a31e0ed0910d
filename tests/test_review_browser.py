"""The review page as people use it, in a headless Chromium."""

import json
import time

import numpy as np
import pandas as pd
from review_browser_helpers import TEXTS, Y, about, counts

from sknoisy.cleaning import apply_corrections


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


def test_keys_go_to_the_most_frequent_classes_and_not_to_misspelt_ones(
    browser, page, tmp_path
):
    y = [*"aabbccddeeffgghhiijj", *["zebra"] * 20, "Zebra ", "zebrra", "m"]
    page(["x"] * len(y), y, np.arange(len(y)))
    told = [text.split() for text in browser.texts("#classes button")]
    assert told[-2:] == [["Zebra"], ["zebrra"]]  # after "m", which is rare
    assert [line[-1] for line in told[:10]] == list("1234567890")
    assert [line[0] for line in told] == [
        *"abcdefghi",
        "zebra",
        *"jm",
        "Zebra",
        "zebrra",
    ]
    browser.press("0", "2")
    assert apply_corrections(y, export(browser, tmp_path))[:2] == ["zebra", "b"]


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


# ---------------------------------------------------------------- alike samples


def test_one_decision_goes_for_all_alike_and_is_undone_at_once(browser, page):
    y = ["cat", "dog"] * 6
    suggested = np.array(["dog", "cat"] * 6)
    page(
        [f"text {i}" for i in range(12)],
        y,
        np.linspace(0, 1, 12),
        suggested_labels=suggested,
    )
    assert browser.texts("#alike span") == ["All 6 alike"]
    browser.press("l", "a")
    assert counts(browser) == [6, 6, 0, 0]
    browser.press("a")  # for one only again
    assert counts(browser) == [7, 7, 0, 0]
    browser.press("u", "u")
    assert counts(browser) == [0, 0, 0, 0]
    browser.press("l", "l", "k")
    assert counts(browser) == [1, 0, 1, 0]


def test_pairs_of_classes_can_be_filtered_and_decided(browser, page):
    y = ["cat", "dog", "cat", "bird"] * 3
    suggested = np.array(["dog", "cat", "bird", "bird"] * 3)
    page(
        [f"text {i}" for i in range(12)],
        y,
        np.linspace(0, 1, 12),
        suggested_labels=suggested,
    )
    options = browser.texts("#class optgroup:last-child option")
    assert options == ["cat → dog (3)", "dog → cat (3)", "cat → bird (3)"]
    pair = browser.run(
        "document.querySelector('#class optgroup:last-child option').value"
    )
    choose(browser, "#class", pair)
    assert browser.texts("#found") == ["3 samples of 12"]
    browser.press("l", "a")
    assert counts(browser) == [3, 3, 0, 0]


def test_reasons_stand_beside_a_sample(browser, page):
    notes = [""] * 12
    notes[0] = "<b>Written</b> nearly like 'cat'."
    page(
        [f"text {i}" for i in range(12)],
        ["cat", "dog"] * 6,
        np.linspace(0, 1, 12),
        notes=notes,
        n_similar=3,
    )
    said = browser.texts("#why li")
    assert said[0] == "<b>Written</b> nearly like 'cat'."
    assert said[1].startswith("Of the 3 rows most like it")
