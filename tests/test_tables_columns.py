"""Columns: what each is taken for and why, and who may overrule it."""

import sys

import numpy as np
import pandas as pd
import pytest

from sknoisy.detectors import TrueLabelPosterior
from sknoisy.tables import TableError, describe_columns, make_vectorizer, read_table

N = 60
rng = np.random.default_rng(0)
SIZE = rng.normal(size=N).round(3)
KIND = np.array(["ant", "bee", "wasp"] * (N // 3))


def role_of(cells, name="x", **how):
    (column,) = describe_columns(pd.DataFrame({name: cells}), **how)
    return column.role, column.reason


def texts(*patterns, n=N):
    return [patterns[i % len(patterns)] for i in range(n)]


@pytest.mark.parametrize(
    ("cells", "values", "how"),
    [
        (["$1,000.50", "$20.00"], [1000.5, 20], "'$1,000.50', read as 1000.5"),
        (["1.234,5", "2,5"], [1234.5, 2.5], "'1.234,5', read as 1234.5"),
        (["12%", "3 %"], [12, 3], "'12%', read as 12"),
        (["1,000", "2,500"], [1000, 2500], "'1,000', read as 1000"),
        (["(3)", "4"], [-3, 4], "'(3)', read as -3"),
        (["1 234,5", "2"], [1234.5, 2], "'1 234,5', read as 1234.5"),
        (["1\u202f234", "2"], [1234, 2], "read as 1234"),
        (["1'000.5", "3"], [1000.5, 3], "read as 1000.5"),
        (["−5", "7 €"], [-5, 7], "read as -5"),
        (["1e3", ".5"], [1000, 0.5], "numbers"),
        (["NA", "3"], [np.nan, 3], "numbers"),
    ],
)
def test_numbers_in_other_notations_are_numbers(cells, values, how):
    role, reason = role_of(texts(*cells))
    assert role == "number"
    assert how in reason
    frame = pd.DataFrame({"x": texts(*cells), "y": KIND})
    read = read_table(frame, "y").X["x"][:2]
    np.testing.assert_array_equal(read, values)


def test_doubtful_numbers_follow_the_rest_of_the_file():
    doubtful = pd.DataFrame({"x": texts("1,000", "2,500"), "z": texts("1,5", "2,75")})
    assert "read as 1" in describe_columns(doubtful)[0].reason.split("; ")[0]
    assert "read as 1000" in role_of(texts("1,000", "2,500"), decimal=".")[1]
    points = pd.DataFrame({"x": texts("1.000", "2.500"), "z": texts("1,5", "2,75")})
    assert "'1.000', read as 1000" in describe_columns(points)[0].reason


@pytest.mark.parametrize(
    ("cells", "role", "reason"),
    [
        (texts("01", "02", "10"), "category", "codes since they lead with zeros"),
        (texts("1.5", "2,5"), "category", "2 different words"),
        (texts("192.168.0.1", "10.0.0.1"), "category", "2 different words"),
        (texts("red", "green"), "category", "2 different words: 'red', 'green'"),
        ([True, False] * 30, "category", "true or false"),
        (pd.Categorical(KIND), "category", "declared so"),
        (texts("2020-01-05", "2020-03-01"), "date", "written as '2020-01-05'"),
        (texts("31.12.2020", "01.02.2021"), "date", "written as '31.12.2020'"),
        (texts("3/4/2020", "5/6/2020"), "date", "could be the other way round"),
        (texts("Mar 12, 2020", "Apr 1, 2021"), "date", "written as 'Mar 12, 2020'"),
        (pd.date_range("2020", periods=N), "date", "dates"),
        ([f"word {i} of a long text {i}" for i in range(N)], "id", "numbered texts"),
        ([f"{'ab' * i} of a rather long text" for i in range(N)], "text", "6 words"),
        ([f"a{i * 7919 % 997}" for i in range(N)], "id", "60 different words in 60"),
        (range(N), "row number", "it counts the rows from 0"),
        (["7"] * N, "constant", "always '7'"),
        ([None] * N, "empty", "0 cells filled"),
        (["", " "] * 30, "empty", "0 cells filled"),
        ([*["1"] * 57, "low", "n/a", "2"], "number", "1 other word taken for gaps: 'l"),
        ([np.inf, *range(1, N)], "number", "1 infinite value taken for gaps"),
    ],
)
def test_what_a_column_is_taken_for(cells, role, reason):
    found, why = role_of(cells)
    assert found == role
    assert reason in why


@pytest.mark.parametrize(
    ("name", "cells", "role"),
    [
        ("Unnamed: 0", np.arange(N), "row number"),
        ("Unnamed: 0", np.arange(N) * 3 + 1, "row number"),  # rows were taken out
        ("rownames", rng.permutation(N), "row number"),
        ("index", np.arange(N) * 2, "row number"),
        ("Sample Number", [*range(20), *range(20), *range(20)], "row number"),
        ("rownames", [f"Miss {chr(65 + i)} of {i}" for i in range(N)], "id"),
        ("customer_id", rng.permutation(10 * N)[:N], "id"),
        ("PassengerId", rng.permutation(10 * N)[:N], "id"),
        ("e-mail", [f"m{i}@home" for i in range(N)], "id"),
        ("patient_id", np.repeat(np.arange(N // 2), 2) * 7, "group"),
        ("Subject", [f"s{i // 2}" for i in range(N)], "group"),
        # measurements that only look like them
        ("size", np.arange(N) * 3 + 1, "number"),
        ("rank", rng.permutation(N), "number"),
        ("year", 1950 + np.arange(N), "number"),
        ("department_id", rng.integers(0, 4, N), "number"),
        ("time", np.linspace(0, 1, N), "number"),
        ("zip_code", np.repeat(np.arange(N // 2), 2) * 701, "number"),
        ("station_code", [f"s{i // 2}" for i in range(N)], "category"),
    ],
)
def test_names_tell_ids_and_row_numbers_from_measurements(name, cells, role):
    assert role_of(cells, name)[0] == role


def test_a_saved_index_and_ids_are_no_features_but_come_back(tmp_path):
    frame = pd.DataFrame({"size": SIZE, "code": [f"c{i}x" for i in range(N)]})
    frame.assign(kind=KIND).to_csv(tmp_path / "data.csv")
    table = read_table(tmp_path / "data.csv", "kind")
    assert list(table.X) == ["size"]
    assert table.ids[:2].tolist() == ["c0x", "c1x"]
    assert "column 'Unnamed: 0' left out: row number, it counts the" in table.notes[0]
    frame.drop(columns="code").assign(kind=KIND)[::2].to_csv(tmp_path / "data.csv")
    assert read_table(tmp_path / "data.csv", "kind").ids[:2].tolist() == ["0", "2"]


def test_everything_can_be_overruled():
    frame = pd.DataFrame({"n": range(N), "c": texts("1", "2"), "t": texts("a b", "c")})
    frame = frame.assign(g=np.arange(N) // 2, d=texts("2020-01", "2021-02"), kind=KIND)
    table = read_table(
        frame, "kind", number="n", category=["c"], text="t", group="g", date="d"
    )
    roles = {column.name: column.role for column in table.columns}
    assert roles == {
        "n": "number",
        "c": "category",
        "t": "text",
        "g": "group",
        "d": "date",
    }
    assert list(table.X) == ["n", "c", "t", "d"]
    assert table.groups.tolist() == [str(i // 2) for i in range(N)]
    table = read_table(frame, "kind", ignore=["n", "c", "t"], id="d", number="g")
    assert list(table.X) == ["g"]
    assert table.ids.tolist() == frame["d"].tolist()
    with pytest.raises(TableError, match="no column beside the labels to learn from"):
        read_table(frame, "kind", ignore=list("ncgtd"))


def test_columns_that_know_the_label_are_no_features():
    wrong = KIND.copy()
    wrong[::5] = "ant"
    frame = pd.DataFrame({"size": SIZE, "given": wrong, "true": KIND})
    frame["code"] = pd.Series(wrong).map({"ant": 3, "bee": 1, "wasp": 2})
    table = read_table(frame, "given")
    assert list(table.X) == ["size"]
    reasons = {column.name: column.reason for column in table.columns}
    assert "the same as the label in 87% of rows" in reasons["true"]
    assert reasons["code"].startswith("the label in other words: each of its values")
    assert "code" in read_table(frame, "given", category="code").X


def test_zeros_and_ones_beside_zeros_and_ones_are_features():
    label = rng.integers(0, 2, N)
    other = np.where(rng.random(N) < 0.15, 1 - label, label)
    table = read_table(
        pd.DataFrame({"size": SIZE, "smokes": other, "ill": label}), "ill"
    )
    assert list(table.X) == ["size", "smokes"]
    table = read_table(
        pd.DataFrame({"size": SIZE, "rater": other, "ill": label}), "ill"
    )
    assert list(table.X) == ["size"]


VOTES = pd.DataFrame(
    [
        (f"t{i}", f"w{(i + j) % 9}", "ab"[(i + j) % 2])
        for i in range(40)
        for j in range(3)
    ],
    columns=["task", "worker", "label"],
)


@pytest.mark.parametrize(
    "frame",
    [
        VOTES,
        VOTES.set_axis(["item", "annotator", "label"], axis=1),
        VOTES.assign(seconds=rng.normal(size=len(VOTES))),
        VOTES.assign(worker=VOTES["worker"].str[1:].astype(int)),
        VOTES.rename(columns={"worker": "email"}).rename(columns={"email": "user"}),
    ],
)
def test_a_table_of_votes_is_refused_with_a_pointer(frame):
    with pytest.raises(TableError, match=r"a table of votes.*annotators.pivot_votes\("):
        read_table(frame, "label")


def test_a_table_with_users_is_no_table_of_votes():
    frame = VOTES.drop(columns="task").assign(size=rng.normal(size=len(VOTES)))
    assert "size" in read_table(frame, "label").X


# --- features as numbers ---


@pytest.fixture(scope="module")
def mixed():
    """A frame with every kind of column, gaps in each."""
    long = [" ".join(rng.choice(["big", "small", "red", "old"], 5)) for _ in range(N)]
    frame = pd.DataFrame(
        {
            "size": SIZE,
            "colour": texts("red", "green", "blue"),
            "name": [f"{'xyz'[i % 3]}{i // 2}" for i in range(N)],
            "when": pd.date_range("2020", periods=N),
            "words": [f"{text} {i}" for i, text in enumerate(long)],
        }
    )
    frame.iloc[::9] = None
    return frame


@pytest.mark.parametrize("for_", ["trees", "linear", "network", "boosting"])
def test_every_model_gets_numbers_of_every_column(for_, mixed):
    said = {"words": "text", "name": "category"}
    columns = describe_columns(mixed, said=said)
    vectorizer = make_vectorizer(mixed, for_=for_, columns=columns, random_state=0)
    X = vectorizer.fit_transform(mixed)
    assert X.shape[0] == N
    if for_ == "boosting":
        assert X["category__colour"].dtype == "category"
        assert X["number__size"].isna().any()
    else:
        assert np.isfinite(X.toarray() if hasattr(X, "toarray") else X).all()
    other = mixed.assign(colour="violet", name="new", words=None).sample(
        7, random_state=0
    )
    assert vectorizer.transform(other).shape == (7, X.shape[1])


def test_no_category_is_before_another():
    frame = pd.DataFrame({"colour": texts("red", "green", "blue")})
    for for_ in ("trees", "linear", "network"):
        X = make_vectorizer(frame, for_=for_).fit_transform(frame)
        X = X.toarray() if hasattr(X, "toarray") else X
        distances = np.linalg.norm(X[:3, None] - X[None, :3], axis=2)
        np.testing.assert_allclose(distances[~np.eye(3, dtype=bool)], np.sqrt(2))


def test_texts_alone_are_counted_by_words_and_pieces():
    frame = pd.DataFrame({"text": texts("good film", "bad film")})
    columns = describe_columns(frame, said={"text": "text"})
    X = make_vectorizer(frame, columns=columns)
    counts = X.fit_transform(frame)
    names = X[-1].get_feature_names_out()
    assert {"words text__good film", "pieces text__goo"} <= set(names)
    assert counts.shape == (N, len(names))


def test_no_feature_and_no_frame_are_told():
    with pytest.raises(TableError, match=r"no column is a feature: x: row number \("):
        make_vectorizer(pd.DataFrame({"x": range(N)}))
    with pytest.raises(
        TableError, match="expected a data frame, but it is of type list"
    ):
        make_vectorizer([1, 2])
    with pytest.raises(ValueError, match="for_='tree' is not one of"):
        make_vectorizer(pd.DataFrame({"x": SIZE}), for_="tree")
    vectorizer = make_vectorizer(pd.DataFrame({"x": SIZE, "z": SIZE})).fit(
        pd.DataFrame({"x": SIZE, "z": SIZE})
    )
    with pytest.raises(TableError, match="the table: there is no column 'z'"):
        vectorizer.transform(pd.DataFrame({"x": SIZE}))


def test_names_of_any_type_and_level_are_texts():
    frame = pd.DataFrame({0: SIZE, 1: KIND})
    assert list(read_table(frame, 1, number=0).X) == ["0"]
    frame.columns = pd.MultiIndex.from_tuples([("a", "size"), ("a", "kind")])
    assert list(read_table(frame, "a.kind").X) == ["a.size"]
    with pytest.raises(TableError, match="the frame: columns share a name: 1"):
        read_table(pd.DataFrame({1: SIZE, "1": KIND}), "1")


def test_breeds_are_no_ranks():
    # forests that were given breeds from A to Z called wrong what they couldn't cut off
    draw = np.random.default_rng(0)
    parts = ["la", "bra", "dor", "bea", "gle", "pu", "mi", "sia", "per", "bo", "xer"]
    breeds = np.array(["".join(draw.choice(parts, 3)) for _ in range(60)])
    species = draw.choice(["bird", "cat", "dog"], 60)
    breed = draw.integers(0, 60, 1200)
    name = ["".join(draw.choice(parts, 2)) for _ in breed]
    given = species[breed].copy()
    wrong = draw.random(1200) < 0.03
    given[wrong] = np.where(given[wrong] == "cat", "dog", "cat")
    frame = pd.DataFrame({"breed": breeds[breed], "name": name})
    X = make_vectorizer(frame, random_state=0).fit_transform(frame)
    found = TrueLabelPosterior(random_state=0).fit(X, given).is_issue_
    assert (found & wrong).sum() >= 0.9 * wrong.sum()
    assert (found & ~wrong).sum() <= 0.1 * wrong.sum()


@pytest.mark.parametrize("kind", [str, int])
def test_words_for_missing_values_are_gaps_in_all_columns(kind):
    sizes = [kind(-999 if i % 5 == 0 else i * 7 % 11) for i in range(N)]
    colours = texts("red", "none", "blue", "red")
    frame = pd.DataFrame({"size": sizes, "colour": colours, "kind": KIND})
    table = read_table(frame, "kind", missing=["-999", "none"])
    assert np.isnan(table.X["size"]).sum() == N / 5
    assert set(table.X["colour"].dropna()) == {"red", "blue"}
    assert read_table(frame, "kind").X["size"].min() == -999


@pytest.mark.parametrize(
    ("module", "name", "needs"),
    [
        ("pandas", "data.csv", "data.csv: reading it needs pandas"),
        ("openpyxl", "data.xlsx", "data.xlsx: an Excel file needs openpyxl"),
        ("pyarrow", "data.parquet", "data.parquet: reading it needs pyarrow"),
        ("zstandard", "data.csv.zst", "data.csv.zst: a .zst file needs zstandard"),
        ("skrub", None, "a table with dates needs skrub"),
    ],
)
def test_what_is_not_installed_is_named(module, name, needs, tmp_path, monkeypatch):
    frame = pd.DataFrame({"size": SIZE, "kind": KIND})
    dates = pd.DataFrame({"when": pd.date_range("2020", periods=N)})
    writers = {"xlsx": frame.to_excel, "parquet": frame.to_parquet}
    if name is not None:
        writers.get(name[5:], frame.to_csv)(tmp_path / name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(TableError, match=needs) as told:
        make_vectorizer(dates) if name is None else read_table(tmp_path / name, "kind")
    assert str(told.value).endswith('install it with pip install "sknoisy[tables]".')


def test_numbers_are_shown_as_numbers_unless_that_takes_digits_from_them(tmp_path):
    rows = [f"{i / 8},{20130000 + i},{'$'}{i},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "n.csv").write_text("\n".join(["size,day,price,kind", *rows]))
    table = read_table(tmp_path / "n.csv", "kind", number="day")
    assert table.shown["size"].dtype == float
    assert table.shown["day"].tolist()[1] == "20130001"
    assert table.shown["price"].tolist()[1] == "$1"


def test_numbers_with_a_decimal_comma_are_shown_as_numbers(tmp_path):
    cells = [str(i / 8).replace(".", ",") for i in range(40)]
    rows = [
        f"{c};{c if i % 5 else ''};{c if i % 20 else '?'};{c} kg;{'ab'[i % 2]}"
        for i, c in enumerate(cells)
    ]
    rows = ["size;gaps;strange;weight;kind", *rows]
    (tmp_path / "n.csv").write_text("\n".join(rows))
    table = read_table(tmp_path / "n.csv", "kind")
    assert table.shown["size"].tolist() == [i / 8 for i in range(40)]
    assert table.shown["gaps"].dtype == float
    assert table.shown["weight"].tolist()[1] == "0,125 kg"


@pytest.mark.parametrize("k", [2, 3])
def test_columns_of_a_table_that_was_appended_to_itself_are_what_they_were(k):
    frame = pd.DataFrame(
        {
            "rownames": rng.permutation(N) * 3,
            "customer_id": rng.permutation(10 * N)[:N],
            "visit": [f"v{i}x" for i in range(N)],
            "patient_id": np.repeat(np.arange(N // 2), 2) * 7,
            "size": SIZE,
        }
    )
    once, several = describe_columns(frame), describe_columns(pd.concat([frame] * k))
    assert [column.role for column in once] == [
        "row number",
        "id",
        "id",
        "group",
        "number",
    ]
    assert several == once
    some_twice = describe_columns(pd.concat([frame, frame[:20]]))
    assert [column.role for column in some_twice] == [column.role for column in once]


def test_a_design_whose_rows_come_again_is_no_list_of_ids():
    frame = pd.DataFrame({"dose": np.tile(np.arange(12), 20), "arm": ["a", "b"] * 120})
    assert [column.role for column in describe_columns(frame)] == ["number", "category"]


def test_a_misspelt_label_does_not_make_its_copy_a_feature():
    given = KIND.astype(object)
    frame = pd.DataFrame(
        {
            "size": SIZE,
            "code": pd.Series(given).map({"ant": 3, "bee": 1, "wasp": 2}),
            "kind": given,
        }
    )
    assert list(read_table(frame, "kind").X) == ["size"]
    frame.loc[7, "kind"] = "bbee"
    assert list(read_table(frame, "kind").X) == ["size"]
    frame.loc[8:40:4, "kind"] = "ant"  # these may be wrong: the other column knows
    assert list(read_table(frame, "kind").X) == ["size", "code"]


def test_a_label_below_the_header_is_found(tmp_path):
    lines = [
        "a,a,b",
        "x,z,kind",
        *(f"{x},{x},{kind}" for x, kind in zip(SIZE, KIND, strict=True)),
    ]
    (tmp_path / "data.csv").write_text("\n".join(lines))
    with pytest.raises(TableError, match="row holds 'kind': say --skip 1"):
        read_table(tmp_path / "data.csv", "kind")
    assert list(read_table(tmp_path / "data.csv", "kind", skip=1).X) == ["x", "z"]
