"""A look at data before their labels are judged: silent where nothing is odd."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits, load_iris, make_classification

from sknoisy.data_issues import CHECKS, DataIssues, find_data_issues
from sknoisy.data_issues._report import SEVERITIES
from sknoisy.tables import Table, read_table

N = 400


def labels(rng, names=("ant", "bee", "wasp"), n=N):
    return rng.choice(list(names), n)


# --- data in which nothing is odd ---


def blobs(rng):
    X, y = make_classification(N, 8, n_informative=5, n_classes=3, random_state=0)
    return X, np.array(["ant", "bee", "wasp"])[y]


def two_numbers(rng):
    y = labels(rng)
    return rng.normal(size=(N, 2)) + (y == "bee")[:, None], y


def heavy_tails(rng):
    return rng.lognormal(size=(N, 5)), rng.integers(0, 3, N)


def whole_numbers(rng):
    return rng.poisson(4, size=(N, 6)), labels(rng)


def mixed(rng):
    y = labels(rng)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=N) + (y == "bee"),
            "income": rng.lognormal(9, 1, N).round(2),
            "colour": rng.choice(["red", "green", "blue"], N),
            "when": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 999, N), "D"),
        }
    )
    frame.loc[rng.random(N) < 0.1, "size"] = np.nan
    frame.loc[rng.random(N) < 0.1, "colour"] = None
    return frame, y


def two_categories(rng):
    frame = pd.DataFrame({"sex": labels(rng, "fm"), "class": labels(rng, "123")})
    lived = (frame["sex"] == "f") | (frame["class"] == "1")
    return frame, np.where(lived, "lived", "died")


def texts(rng):
    words = np.array([f"w{i}x{i * i}" for i in range(300)])
    made = [" ".join(rng.choice(words, rng.integers(5, 30))) for _ in range(N)]
    return made, labels(rng)


def images(rng):
    X, y = load_digits(return_X_y=True)
    order = rng.permutation(len(y))[:600]
    return X.reshape(-1, 8, 8)[order], y[order]


def sparse(rng):
    X = rng.poisson(0.2, size=(N, 300)).astype(float)
    return csr_matrix(X), labels(rng)


CLEAN = [blobs, two_numbers, heavy_tails, whole_numbers, mixed, two_categories]
CLEAN += [texts, images, sparse]


@pytest.mark.parametrize("make", CLEAN)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", CHECKS)
def test_a_check_is_silent_where_nothing_is_odd(kind, make, seed):
    X, y = make(np.random.default_rng(seed))
    report = find_data_issues(X, y, checks=[kind])
    assert len(report) == 0, str(report)


# --- data with one odd thing each: the rows that a check must name, if any ---


def plant_typos(rng):
    X, y = mixed(rng)
    y = y.astype("<U9")
    y[y == "wasp"] = "butterfly"
    rows = np.flatnonzero(y == "butterfly")[:3]
    y[rows] = ["buterfly", "buttrefly", "Butterfly"]
    y[5] = "bee "
    return X, y, sorted([5, *rows])


def plant_words_for_nothing(rng):
    X, y = mixed(rng)
    y = y.astype("<U9")
    y[:40:2], y[1:40:2] = "unknown", "?"
    return X, y, range(40)


def plant_several_labels(rng):
    X, y = mixed(rng)
    y = y.astype("<U9")
    y[:10] = "ant|bee"
    return X, y, range(10)


def plant_quantities(rng):
    return rng.normal(size=(N, 4)), rng.normal(size=N), None


def plant_votes(rng):
    frame = pd.DataFrame(
        {
            "task": [f"t{i // 4}" for i in range(N)],
            "worker": [f"w{(i + i // 4) % 23}" for i in range(N)],
        }
    )
    return frame, labels(rng), None


def plant_rare(rng):
    X, y = mixed(rng)
    y[[3, 9]] = "fly"
    return X, y, [3, 9]


def plant_imbalance(rng):
    X, _ = mixed(rng)
    return X, np.where(np.arange(N) % 40 == 0, "yes", "no"), None


def plant_copies(rng):
    X, y = blobs(rng)
    order = rng.permutation(np.repeat(np.arange(N // 2), 2))
    return X[order], y[order], range(N)


def plant_contradictions(rng):
    X, y = blobs(rng)
    X, y = (
        np.vstack([X, X[:7]]),
        np.append(
            y, np.roll(np.unique(y), 1)[np.unique(y, return_inverse=True)[1][:7]]
        ),
    )
    return X, y, [*range(7), *range(N, N + 7)]


def plant_near_copies(rng):
    X, y = blobs(rng)
    X = np.vstack([X, X[:20] + 1e-4 * rng.normal(size=(20, 8))])
    return X, np.append(y, y[:20]), [*range(20), *range(N, N + 20)]


def plant_near_texts(rng):
    X, y = texts(rng)
    X += [text.replace(" ", ", ").upper() + "!" for text in X[:10]]
    return X, np.append(y, y[:10]), [*range(10), *range(N, N + 10)]


def plant_patients(rng):
    X, y = mixed(rng)
    return X.assign(patient_id=rng.integers(1000, 1100, N)), y, None


def plant_leak(rng):
    X, y = mixed(rng)
    code = np.unique(y, return_inverse=True)[1]
    return X.assign(score=code + rng.uniform(-0.4, 0.4, N)), y, None


def plant_coarse(rng):
    frame = pd.DataFrame({"sex": labels(rng, "fm"), "class": labels(rng, "123")})
    return frame, labels(rng), None


def plant_row_numbers(rng):
    X, y = mixed(rng)
    return X.assign(nr=np.arange(N)), y, None


def plant_constant(rng):
    X, y = mixed(rng)
    return X.assign(country="DE", note=np.nan), y, None


def plant_sorted(rng):
    X, y = mixed(rng)
    return X, np.sort(y), None


def plant_drift(rng):
    X, y = mixed(rng)
    return X, np.where(rng.random(N) < np.linspace(0.1, 0.9, N), "ant", "bee"), None


def plant_999(rng):
    X, y = mixed(rng)
    X.loc[[4, 8], "size"] = 999
    return X, y, [4, 8]


def plant_far_rows(rng):
    X, y = blobs(rng)
    X[:3] = 60 * rng.normal(size=(3, 8))
    return X, y, range(3)


def plant_files(**odd):
    """Return a function that plants something about the files of images."""

    def plant(rng):
        X, y = images(rng)
        facts = {"names": [f"{i}.png" for i in range(len(y))], "modes": ["L"] * len(y)}
        facts |= {"sizes": [(8, 8)] * len(y), "unreadable": {}, "loose": []}
        facts |= {"nested": [], "empty": []} | odd
        table = Table("digits", X, y)
        table.files = SimpleNamespace(**facts)
        return table, None, [7] if "nested" in odd else []

    return plant


def plant_sizes(rng):
    table, y, _ = plant_files()(rng)
    table.files.sizes = [(8, 8) if label < 5 else (9, 9) for label in table.y]
    return table, y, []


PLANTED = [
    ("look_alikes", plant_typos),
    ("blank_labels", plant_words_for_nothing),
    ("several_labels", plant_several_labels),
    ("numeric_target", plant_quantities),
    ("votes", plant_votes),
    ("rare_classes", plant_rare),
    ("imbalance", plant_imbalance),
    ("exact_duplicates", plant_copies),
    ("contradictions", plant_contradictions),
    ("near_duplicates", plant_near_copies),
    ("near_duplicates", plant_near_texts),
    ("groups", plant_patients),
    ("leaks", plant_leak),
    ("few_different_rows", plant_coarse),
    ("identifiers", plant_row_numbers),
    ("useless_columns", plant_constant),
    ("row_order", plant_sorted),
    ("row_order", plant_drift),
    ("extreme_values", plant_999),
    ("outliers", plant_far_rows),
    ("unreadable_files", plant_files(unreadable={"a/1.png": "no image"})),
    ("misplaced_files", plant_files(loose=["1.png"], nested=["7.png"])),
    ("empty_classes", plant_files(empty=["wasp"])),
    ("image_kinds", plant_sizes),
]


def test_every_check_has_planted_data():
    assert {kind for kind, _ in PLANTED} == set(CHECKS)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("kind", "plant"), PLANTED)
def test_a_check_finds_what_was_planted_and_says_all_there_is_to_say(kind, plant, seed):
    X, y, rows = plant(np.random.default_rng(seed))
    issue = find_data_issues(X, y, label="insect", checks=[kind])[kind]
    assert issue.severity in SEVERITIES
    for sentence in (issue.found, issue.meaning, issue.done, issue.overrule):
        assert not sentence[0].islower() and sentence[-1] == "."
        assert not {"{", "nan"} & set(sentence.split())
    if rows is not None:
        assert sorted(issue.rows.tolist()) == list(rows)
    said = json.loads(json.dumps(issue.to_dict()))
    assert said["n_rows"] == len(issue.rows)


def test_rows_are_places_in_what_was_passed_where_some_have_no_label():
    X, y, _ = plant_rare(np.random.default_rng(0))
    y = y.astype(object)
    y[[0, 5]] = None, np.nan
    report = find_data_issues(X, y, checks=["rare_classes"])
    assert report["rare_classes"].rows.tolist() == [3, 9]
    assert report.n_samples == N - 2


def test_a_table_is_looked_at_as_it_was_read(tmp_path):
    X, y, _ = plant_row_numbers(np.random.default_rng(0))
    path = tmp_path / "insects.csv"
    X.assign(insect=y, species=y).to_csv(path, index=False)
    report = find_data_issues(read_table(path, "insect"))
    assert report["identifiers"].columns == ("nr",)
    assert report["leaks"].columns == ("species",)
    overruled = read_table(path, "insect", ignore="species", number="nr")
    assert len(find_data_issues(overruled)) == 0


def test_lists_in_cells_are_several_labels():
    y = np.empty(40, dtype=object)
    y[:] = [["a", "b"]] * 4 + ["a", "b"] * 18
    report = find_data_issues(np.random.default_rng(0).normal(size=(40, 3)), y)
    assert report["several_labels"].rows.tolist() == [0, 1, 2, 3]


def test_one_spelling_of_many_is_the_usual_one():
    y = np.array(["Gentoo"] * 60 + ["gentoo"] * 2 + ["gentoo "] + ["Chinstrap"] * 40)
    X = np.random.default_rng(0).normal(size=(len(y), 3))
    issue = find_data_issues(X, y, checks=["look_alikes"])["look_alikes"]
    assert issue.details["instead"] == {"gentoo": "Gentoo", "gentoo ": "Gentoo"}
    both = np.array(["Yes", "yes", "no"] * 30)
    issue = find_data_issues(X[:90], both, checks=["look_alikes"])["look_alikes"]
    assert issue.details["instead"] == {}
    assert issue.details["both_frequent"] == [["Yes", "yes"]]
    words = ["subtropical", "female", "unhealthy", "Fog, Rain"]
    others = ["tropical", "male", "healthy", "Hail, Rain"]
    y = np.array(words * 2 + others * 50)
    assert "look_alikes" not in find_data_issues(np.arange(len(y))[:, None] % 13, y)


def test_the_report_is_a_mapping_a_frame_and_json():
    X, y, _ = plant_row_numbers(np.random.default_rng(0))
    y[[3, 9]] = "fly"
    report = find_data_issues(X, y)
    assert [issue.kind for issue in report] == ["rare_classes", "identifiers"]
    assert len(report) == 2 and "votes" not in report
    frame = report.to_frame()
    assert frame["kind"].tolist() == ["rare_classes", "identifiers"]
    assert frame["n_rows"].tolist() == [2, 0]
    said = json.loads(report.to_json())
    assert said["checked"] == list(CHECKS)
    assert said["issues"][0]["classes"] == ["fly"]
    text = str(report)
    assert text.startswith("1. rare classes (note)\n   1 of 4 classes")
    assert max(map(len, text.splitlines())) <= 88
    with pytest.raises(KeyError, match="looked for, and not found"):
        report["votes"]
    with pytest.raises(KeyError, match="did you mean 'votes'"):
        report["vote"]
    assert str(DataIssues((), ("votes",), 7)) == (
        "Nothing odd in 7 samples (looked for: votes)."
    )


def test_the_most_serious_comes_first():
    X, y, _ = plant_several_labels(np.random.default_rng(0))
    X["nr"] = np.arange(N)
    severities = [issue.severity for issue in find_data_issues(X, y)]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert severities[0] == "serious"


def test_equal_seeds_give_equal_reports():
    X, y = load_iris(return_X_y=True)
    first, second = (find_data_issues(X, y).to_json() for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        ([[1], [2]], [0, 1, 1], {}, "y has 3 labels, but X has 2 rows"),
        ([[1], [2]], [[0, 1], [1, 0]], {}, "must hold one label a sample"),
        ([[1], [2]], [0, 1], {"checks": ["typos"]}, "checks='typos' is not a check"),
        ([1, 2], [0, 1], {}, "expected a data frame, texts, or numbers"),
    ],
)
def test_what_cannot_be_looked_at_is_told(X, y, options, message):
    with pytest.raises(ValueError, match=message):
        find_data_issues(X, y, **options)


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_seconds():
    from time import process_time

    rng = np.random.default_rng(0)
    X = rng.normal(size=(200_000, 12))
    start = process_time()
    find_data_issues(X, rng.integers(0, 16, len(X)))
    assert process_time() - start < 60


@pytest.mark.parametrize("code", [-999.0, 9999.0, 99.0])
def test_a_code_for_a_gap_is_told_however_often_it_stands(code):
    rng = np.random.default_rng(0)
    y, x = rng.integers(0, 2, 200), rng.normal(size=200).round(2)
    x[::3] = code
    frame = pd.DataFrame({"x": x, "z": rng.normal(size=200)})
    found = find_data_issues(frame, y)["extreme_values"]
    assert found.details["values"] == {"x": [code]}
    assert len(found.rows) == 67


def test_a_hill_of_its_own_is_no_code():
    rng = np.random.default_rng(0)
    x = rng.normal(size=200).round(2)
    x[::3] = 1000.0
    frame = pd.DataFrame({"x": x, "z": rng.normal(size=200)})
    assert "extreme_values" not in find_data_issues(frame, rng.integers(0, 2, 200))
