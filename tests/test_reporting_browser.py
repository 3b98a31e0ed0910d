"""The report as a browser shows it, wide and narrow, light and dark."""

import numpy as np
import pandas as pd
import pytest

from sknoisy.detectors import KDN
from sknoisy.reporting import audit_report

LONG = "a_name_without_any_place_to_break_it_that_is_longer_than_a_phone_is_wide"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    rng = np.random.default_rng(0)
    y = np.array(["ant", "<b>bee</b>", LONG])[np.arange(90) % 3]
    frame = pd.DataFrame({LONG: 5.0 * (np.arange(90) % 3) + rng.normal(size=90)})
    frame["note"] = "<script>document.title = 'run'</script>" * 3
    y[[0, 3, 7]] = LONG
    report = audit_report(frame, y, KDN().fit(frame[[LONG]], y), title="Insects")
    return report.save_html(tmp_path_factory.mktemp("report") / "report.html")


@pytest.mark.parametrize("width", [1300, 400])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_runs_loads_or_is_wider_than_the_window(browser, path, width, dark):
    browser.look(width, 900, dark=dark)
    browser.open(path)
    assert browser.run("document.title") == "Insects"
    assert browser.run("document.documentElement.scrollWidth") <= width
    # nor is any number of a class cut off
    table = "document.querySelector('.stacked').parentElement"
    assert browser.run(f"{table}.scrollWidth <= {table}.clientWidth")
    assert browser.messages == []
    assert all(url.startswith(("file:", "data:")) for url in browser.requests)
    assert browser.texts("article .labels .given")[0] == LONG
    pictures = "[...document.images].every(image => image.naturalWidth > 0)"
    assert browser.run(pictures)


@pytest.mark.parametrize("dark", [False, True])
def test_texts_stand_out_from_what_is_behind(browser, path, dark):
    browser.look(1300, 900, dark=dark)
    browser.open(path)
    light = """(color => {
        const [r, g, b] = color.match(/[\\d.]+/g).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })"""
    ratio = f"""(selector => {{
        const element = document.querySelector(selector);
        let behind = element;
        while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)")
            behind = behind.parentElement;
        const [a, b] = [getComputedStyle(element).color,
                        getComputedStyle(behind).backgroundColor].map({light});
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }})"""
    for selector in ("h1", ".tiles span", ".chip", ".labels .given", ".labels small"):
        assert browser.run(f"{ratio}({selector!r})") >= 4.5, selector
