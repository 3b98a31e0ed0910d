"""Two people at one review page: votes, a consensus, and a corrected file."""

import shutil

import numpy as np
import pytest
from review_browser_helpers import FINDINGS, TEXTS, Y
from test_review_browser import export

from sknoisy._cli import main
from sknoisy.annotators import majority_vote
from sknoisy.cleaning import (
    apply_corrections,
    read_corrections,
    review_page,
    write_corrections,
)


@pytest.mark.slow
def test_two_reviewers_votes_consensus_and_apply(browser, tmp_path):
    data = tmp_path / "pets.csv"
    rows = [f'"{text}",{label}' for text, label in zip(TEXTS, Y, strict=True)]
    data.write_text("\n".join(["what,species", *rows]))
    page = review_page(TEXTS, Y, FINDINGS, tmp_path / "pets.html")
    files = {}
    for who, keys in {"Ann": "ka1", "Bob": "kak"}.items():  # of samples 5, 2 and 4
        browser.open(page)
        browser.run("localStorage.clear()")
        browser.open(page)
        for key in keys:
            browser.press(key)
        files[who] = tmp_path / f"{who}.csv"
        shutil.move(export(browser, tmp_path), files[who])
    with pytest.raises(ValueError, match="Sample 4 is"):
        apply_corrections(Y, [*files.values()])
    votes = read_corrections(Y, files, given_by="file")
    assert votes.samples.tolist() == [2, 4, 5]
    assert votes.to_wide().tolist() == [
        ["dog", "dog", "cat"],
        ["bird", "dog", "dog"],
        ["cat", "cat", "cat"],
    ]
    y = np.array(Y)
    y[votes.samples] = majority_vote(votes).labels
    corrections = write_corrections(tmp_path / "agreed.csv", Y, y)
    asked = [str(data), str(corrections), "--label", "species"]
    assert main(["apply", *asked, "--out", str(tmp_path / "new.csv")]) == 0
    before, after = data.read_text(), (tmp_path / "new.csv").read_text()
    assert after == before.replace('"barks, too",cat', '"barks, too",dog')


def test_reviews_become_votes(tmp_path):
    y = [3, 1, 2, 2]
    ann = write_corrections(tmp_path / "ann.csv", y, [3, 2, 2, 2], rows=[0, 1])
    bob = write_corrections(tmp_path / "bob.csv", y, [3, 1, 2, 3])
    votes = read_corrections(y, [ann, bob])
    assert votes.annotators.tolist() == ["ann", "bob"]
    assert votes.samples.tolist() == [0, 1, 3]
    assert votes.to_wide().tolist() == [[3, None], [2, None], [None, 3]]
    with_given = read_corrections(y, {"A": ann, "B": bob}, given_by="file")
    assert with_given.to_wide()[:, 2].tolist() == [3, 1, 2]


def test_files_of_other_data_and_of_nobody_are_refused(tmp_path):
    path = write_corrections(tmp_path / "a.csv", ["x", "y"], ["x", "x"])
    with pytest.raises(ValueError, match="was made"):
        read_corrections(["x", "z"], [path])
    nobody = write_corrections(tmp_path / "b.csv", ["x", "y"], ["x", "y"])
    with pytest.raises(ValueError, match="Nothing was decided"):
        read_corrections(["x", "y"], [nobody])
    with pytest.raises(ValueError, match="Two files have one name"):
        read_corrections(["x", "y"], [path, tmp_path / "folder" / "a.csv"])
    with pytest.raises(ValueError, match="y_corrected 1"):
        write_corrections(tmp_path / "c.csv", ["x", "y"], ["x"])
