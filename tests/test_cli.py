"""The command: tables of every kind go in, a table comes out, or one line says why."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

import sknoisy
import sknoisy._cli._compare as command
from sknoisy._cli import main
from sknoisy._cli._methods import METHODS, QUICK, Method, choose_methods
from sknoisy._cli._preprocessing import as_numbers
from sknoisy._cli._tables import digits
from sknoisy.classifiers import NoisyLabelClassifier
from sknoisy.losses import get_loss_names
from sknoisy.noise import SymmetricNoise
from sknoisy.tables import read_table

N = 120


@pytest.fixture(scope="module")
def frame():
    """A table with every kind of column, gaps, and labels given and true."""
    rng = np.random.default_rng(0)
    size, colour = rng.normal(size=N), rng.choice(["red", "green"], N)
    true = np.where(size + (colour == "red") > 0.5, "yes", "no")
    frame = pd.DataFrame(
        {
            "size": size,
            "count": rng.integers(0, 9, N),
            "colour": colour,
            "flag": rng.random(N) < 0.5,
            "when": pd.date_range("2020-01-01", periods=N),
            "id": [f"row {i}" for i in range(N)],
            "empty": np.nan,
            "true": true,
            "given": SymmetricNoise(0.2, exact=True, random_state=0).fit_corrupt(true),
        }
    )
    frame.loc[::7, "size"] = np.nan
    frame.loc[::11, "colour"] = None
    frame.loc[:2, "given"] = None
    return frame


@pytest.fixture
def folder(frame, tmp_path, monkeypatch):
    """A folder to work in, with the table as CSV."""
    monkeypatch.chdir(tmp_path)
    frame.to_csv("data.csv", index=False)
    return tmp_path


def rows_of(path="sknoisy-compare/comparison.csv"):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(*arguments):
    return main(["compare", *arguments])


# --- what it does ---


def test_without_arguments_it_takes_digits_with_40_percent_symmetric_noise(
    folder, capsys
):
    assert run("--methods", "logistic") == 0
    out = capsys.readouterr().out
    assert "digits: 1,797 samples, 64 features, 10 classes" in out
    assert "noise: symmetric:0.4, drawn once for every sample: 39.6% of" in out
    assert "over 3 folds" in out
    (row,) = rows_of()
    assert float(row["clean_mean"]) > float(row["noisy_mean"]) + 0.2


def test_every_loss_and_the_quick_methods_have_a_name():
    assert set(get_loss_names()) < set(METHODS)
    assert list(choose_methods(None)) == list(QUICK)
    assert {"logistic", "forest", "boosting", "ce"} < set(QUICK)


def test_a_table_with_clean_labels_gets_both_scores_and_is_sorted_by_the_clean(
    folder, capsys, monkeypatch
):
    quick = Method(
        lambda table: NoisyLabelClassifier(loss="ce", max_epochs=2), as_numbers
    )
    monkeypatch.setitem(METHODS, "ce", quick)
    methods = "ce,boosting,forest,logistic"
    arguments = ("--label", "given", "--clean-label", "true", "--methods", methods)
    assert run("data.csv", *arguments, "--folds", "2") == 0
    out, err = capsys.readouterr()
    assert "data.csv: 117 samples, 5 features, 2 classes" in out
    assert "'given', which differs from 'true' for 20.5% of the samples" in out
    assert "note: 3 rows without a label left out" in out
    assert "note: column 'empty' left out: empty, 0 cells filled" in out
    assert "note: column 'id' left out: id, named so, 117 different texts" in out
    assert "note: column 'when': date, written as '2020-01-04'" in out
    rows = rows_of()
    assert {row["method"] for row in rows} == set(methods.split(","))
    means = [float(row["clean_mean"]) for row in rows]
    assert means == sorted(means, reverse=True)
    lines = out.splitlines()
    assert f"* {rows[0]['method']} " in lines[lines.index("") + 3]
    assert "NoisyLabelClassifier(loss='ce', max_epochs=2)" in out
    assert err.splitlines()[-1] == "logistic is done, 0 to go"


def test_without_clean_labels_there_is_a_noisy_score_only(folder, capsys):
    assert run("data.csv", "--label", "given", "--methods", "logistic") == 0
    out = capsys.readouterr().out
    assert "noise: unknown, since there are no clean labels" in out
    assert "clean accuracy" not in out
    (row,) = rows_of()
    assert row["clean_mean"] == row["noise_rate"] == ""
    assert row["folds"] == "5"


@pytest.mark.parametrize("noise", ["pair:0.25", "instance:0.3", "symmetric:0.2"])
def test_noise_makes_the_file_s_labels_the_clean_ones(noise, folder):
    arguments = ("--label", "true", "--methods", "logistic", "--folds", "2")
    assert run("data.csv", *arguments, "--noise", noise) == 0
    (row,) = rows_of()
    assert float(row["noise_rate"]) == pytest.approx(
        float(noise.split(":")[1]), abs=0.1
    )
    assert row["noise"] == noise
    assert float(row["clean_mean"]) > float(row["noisy_mean"])


@pytest.mark.slow
def test_equal_seeds_give_equal_tables_in_processes_too(folder):
    arguments = ("data.csv", "--label", "true", "--noise", "pair:0.2", "--folds", "2")
    tables = []
    for extra in (("--jobs", "1"), ("--jobs", "2"), ("--seed", "1")):
        assert run(*arguments, "--methods", "forest,logistic", *extra) == 0
        tables.append([{**row, "fit_cpu_seconds": ""} for row in rows_of()])
    assert tables[0] == tables[1] != tables[2]


def test_it_draws_a_picture_where_asked(folder):
    arguments = ("data.csv", "--label", "true", "--methods", "logistic", "--folds", "2")
    assert run(*arguments, "--out", "deep/down") == 0
    picture = (folder / "deep" / "down" / "comparison.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


def test_without_matplotlib_it_says_so_and_goes_on(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert run("data.csv", "--label", "true", "--methods", "logistic") == 0
    out = capsys.readouterr().out
    assert "no picture without matplotlib" in out
    assert "Written to sknoisy-compare: comparison.csv\n" in out


def test_other_scores_can_be_compared(folder, capsys):
    arguments = ("--methods", "logistic", "--scoring", "balanced_accuracy")
    assert run("data.csv", "--label", "true", *arguments) == 0
    assert "noisy balanced accuracy" in capsys.readouterr().out


def test_scores_of_one_class_of_two_name_the_class(folder, capsys):
    arguments = ("--methods", "logistic", "--scoring", "f1", "--folds", "2")
    assert run("data.csv", "--label", "true", *arguments) == 0
    assert "note: f1 is that of the class yes\n" in capsys.readouterr().out
    for score, other in [("f1", "f1_macro"), ("roc_auc", "roc_auc_ovr")]:
        assert run("--methods", "logistic", "--scoring", score) == 2
        assert f"digits has 10: take {other}.\n" in capsys.readouterr().err


def test_a_method_that_fails_is_noted_and_the_others_are_told(
    folder, capsys, monkeypatch
):
    def fails(table):
        class Failing(type(METHODS["logistic"].make(table))):
            def fit(self, X, y):
                raise ValueError("not\ntoday")

        return Failing()

    broken = Method(fails, METHODS["forest"].prepare)
    monkeypatch.setitem(METHODS, "forest", broken)
    arguments = ("--label", "true", "--methods", "forest,logistic", "--folds", "2")
    assert run("data.csv", *arguments) == 1
    out = capsys.readouterr().out
    assert "note: forest failed: ValueError: not today\n" in out
    assert [row["method"] for row in rows_of()] == ["logistic"]


def test_warnings_of_a_method_are_notes(folder, capsys):
    sizes = np.random.default_rng(0).normal(size=40)
    pd.DataFrame({"a": sizes, "y": [0] * 37 + [1] * 3}).to_csv("rare.csv")
    assert run("rare.csv", "--label", "y", "--methods", "logistic", "--folds", "4") == 0
    out, err = capsys.readouterr()
    assert "note: 1 of 2 classes have fewer than 4 samples" in out
    assert "Warning" not in err


@pytest.mark.slow
def test_as_a_process_it_is_quiet_but_for_plain_lines(folder):
    command = [sys.executable, "-m", "sknoisy", "compare", "data.csv"]
    path = {**os.environ, "PYTHONPATH": str(Path(sknoisy.__file__).parents[1])}
    how = {"capture_output": True, "text": True, "env": path}
    arguments = ["--label", "true", "--methods", "logistic", "--folds", "2"]
    done = subprocess.run(command + arguments, **how)
    assert done.returncode == 0
    assert done.stderr == "logistic is done, 0 to go\n"
    assert "LogisticRegression(max_iter=1000)" in done.stdout
    assert "\r" not in done.stdout + done.stderr
    wrong = subprocess.run([*command, "--lable"], **how)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("sknoisy compare: error: unrecognized arguments")


def test_help_and_version_load_no_torch():
    script = (
        "import sys; from sknoisy._cli import main\n"
        "try: main(['compare', '--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "--clean-label" in done.stdout


def test_ctrl_c_ends_with_130(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "digits", interrupted)
    assert run("--methods", "logistic") == 130
    assert capsys.readouterr().err == "sknoisy: interrupted\n"


def test_threads_are_as_before_afterwards(folder, monkeypatch):
    import torch

    before, seen = torch.get_num_threads(), []
    monkeypatch.setattr(
        command, "run_folds", lambda *_: seen.append(torch.get_num_threads())
    )
    monkeypatch.setattr(command.Report, "finish", lambda *_: 0)
    assert run("--methods", "logistic", "--threads", "3") == 0
    assert seen == [3]
    assert torch.get_num_threads() == before


# --- what it reads ---


def same_as_csv(table):
    expected = read_table("data.csv", "given", "true")
    pd.testing.assert_frame_equal(table.X, expected.X)
    np.testing.assert_array_equal(table.y, expected.y)
    np.testing.assert_array_equal(table.y_clean, expected.y_clean)
    roles = {column.name: column.role for column in table.columns}
    assert roles == {
        "size": "number",
        "count": "number",
        "colour": "category",
        "flag": "category",
        "when": "date",
        "id": "id",
        "empty": "empty",
    }


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("other.csv", lambda f, name: f.to_csv(name, index=False, sep=";")),
        ("other.tsv", lambda f, name: f.to_csv(name, index=False, sep="\t")),
        ("other.csv.gz", lambda f, name: f.to_csv(name, index=False)),
        ("other.parquet", lambda f, name: f.to_parquet(name)),
        (
            "nullable.PARQUET",
            lambda f, name: f.astype(
                {"count": "Int64", "colour": "category", "flag": "boolean"}
            ).to_parquet(name),
        ),
    ],
    ids=["semicolons", "tabs", "gzip", "parquet", "nullable"],
)
def test_every_way_to_write_a_table_gives_the_same(name, write, frame, folder):
    write(frame, name)
    same_as_csv(read_table(name, "given", "true"))


def test_columns_of_gaps_and_categories_reach_every_kind_of_method(folder):
    table = read_table("data.csv", "given", "true")
    for name in ("gce", "logistic", "forest", "boosting"):
        steps = METHODS[name].prepare(table)
        X = steps[0][1].fit_transform(table.X)
        assert X.shape[0] == len(table.y)
        assert pd.isna(X).any(axis=None) == (name == "boosting")
        n_categories = 2 if name == "boosting" else 5  # of colours two and the gap
        n_of_date = 5  # year, month, day, weekday, seconds
        assert X.shape[1] == 2 + n_categories + n_of_date


def test_npz_files_are_read_by_the_names_of_their_arrays(folder):
    X, y = load_iris(return_X_y=True)
    given = SymmetricNoise(0.2, random_state=0).fit_corrupt(y).astype(float)
    given[:4] = np.nan
    np.savez("plain.npz", X=X, y=y)
    table = read_table("plain.npz")
    np.testing.assert_array_equal(table.X, X)
    np.testing.assert_array_equal(table.y, y)
    np.savez(
        "named.npz", X_train=X.astype(np.float16), given=given, true=y, other=X[:9]
    )
    table = read_table("named.npz", "given", "true")
    assert (table.X.dtype, len(table.X)) == (np.float32, 146)
    np.testing.assert_array_equal(table.y, given[4:])
    np.testing.assert_array_equal(table.y_clean, y[4:])
    assert table.notes == ["4 rows without a label left out"]


def test_images_go_flat_to_all_but_networks(folder):
    table = digits()
    np.savez("images.npz", X=table.X[:60].reshape(-1, 8, 8), y=table.y[:60])
    arguments = ("--methods", "logistic,boosting", "--folds", "2")
    assert run("images.npz", *arguments) == 0
    images = read_table("images.npz")
    assert images.describe().startswith("images.npz: 60 samples, 8 x 8 features")
    assert METHODS["gce"].prepare(images) == []


# --- what it can't use ---


@pytest.fixture
def bad_files(folder, frame):
    frame[["given", "true"]].to_csv("labels.csv", index=False)
    frame.assign(true="yes").to_csv("one_class.csv", index=False)
    frame.assign(true=None).to_csv("no_labels.csv", index=False)
    frame.assign(true=range(N)).to_csv("numbered.csv", index=False)
    for name in ("empty.csv", "broken.parquet", "broken.npz", "notes.md"):
        (folder / name).write_text("" if name == "empty.csv" else "no such thing")
    (folder / "latin.csv").write_bytes(b"\x81\x8d,y\n1,2\n")
    X, y = load_iris(return_X_y=True)
    np.savez("short.npz", X=X, y=y[:-1])
    np.savez("flat.npz", X=X[:, 0], y=y)
    np.savez("words.npz", X=X.astype(str), y=y)
    np.savez("objects.npz", X=X, y=y.astype(object))
    np.savez("gap.npz", X=np.full((150, 2, 2), np.nan), y=y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("nowhere.csv --label y", "nowhere.csv: there is no such file."),
        (". --label y", "is a folder, whose own folders are the labels: label"),
        ("notes.md --label y", "there is no column 'y'. It has: no such thing."),
        ("empty.csv --label y", "empty.csv is empty."),
        ("latin.csv --label y", "latin.csv, line 1: the byte 0x81 is not UTF-8, and"),
        ("broken.parquet --label y", "broken.parquet can't be read: "),
        ("broken.npz", "broken.npz can't be read: "),
        ("data.csv", "say which column of data.csv holds the labels, with --label"),
        ("data.csv --label gvien", "no column 'gvien'; did you mean 'given'? It has:"),
        ("data.csv --label true --clean-label nope", "is no column 'nope'. It has:"),
        ("data.csv --label true --clean-label true", "name the same column"),
        ("data.csv --label true --clean-label flag", "have no label in common"),
        ("data.csv --label size", "'size' holds quantities (102 different numbers"),
        ("data.csv --label id", "'id' holds 120 different values in 120 rows"),
        ("numbered.csv --label true", "'true' holds 120 different values"),
        ("one_class.csv --label true", "'true' holds one class only, yes"),
        ("no_labels.csv --label true", "no_labels.csv has no rows with a label."),
        ("labels.csv --label given --clean-label true", "no column beside the labels"),
        ("short.npz", "'y' has shape (149,), but X has 150 rows: expected (150,)."),
        ("flat.npz", "X must hold numbers, a row for each sample, but its shape is"),
        ("words.npz", "X must hold numbers"),
        ("objects.npz", "objects.npz can't be read: Object arrays cannot be loaded"),
        ("gap.npz", "images with gaps"),
        ("short.npz --label z", "short.npz has no array 'z'. It has: X, y."),
        (
            "--methods gse",
            "--methods='gse' is not a method sknoisy knows; did you mean",
        ),
        ("--methods ,", "--methods=',' is not a method"),
        ("--scoring acuracy", "--scoring='acuracy' is not a scorer sknoisy knows; did"),
        ("--noise symetric:0.4", "did you mean 'symmetric'? It knows: instance, pair"),
        ("--noise symmetric", "'' is not a rate; write the share of wrong labels as"),
        ("--noise pair:much", "--noise pair:much: 'much' is not a rate"),
        ("--noise pair:1.5", "--noise pair:1.5: rate=1.5 is out of range:"),
        ("--noise pair:nan", "--noise pair:nan: 'nan' is not a rate"),
        ("data.csv --label given --clean-label true --noise pair:0.1", "leave out one"),
        ("--label y", "--label and --clean-label belong to a file"),
        ("--folds 1", "--folds 1: there must be at least 2."),
        (
            "--folds 200",
            "--folds 200 needs a class of 200 samples, and none has more than 183.",
        ),
        ("--folds many", "argument --folds: invalid int value: 'many' (see sknoisy"),
        ("--jobs 0", "--jobs 0: it must be 1 or more, or -1 for all processors."),
        ("--threads 0", "--threads 0: it must be at least 1."),
        ("--seed -1", "--seed -1: it must be from 0 to 2**32 - 1."),
        ("--out data.csv", "--out: "),
        ("--outt", "arguments: --outt; did you mean '--out'? (see sknoisy compare"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_code_2(
    arguments, message, bad_files, capsys
):
    assert run(*arguments.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sknoisy compare: error: ")
    assert message in err
    assert err.count("\n") == 1


def test_no_command_is_one_line_too(capsys):
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("sknoisy: error: the following arguments")


@pytest.mark.parametrize(
    ("name", "module", "needs"),
    [("data.csv", "pandas", "pandas"), ("data.parquet", "pyarrow", "pyarrow")],
)
def test_a_missing_reader_is_named(
    name, module, needs, frame, folder, capsys, monkeypatch
):
    if name.endswith("parquet"):
        frame.to_parquet(name)
    monkeypatch.setitem(sys.modules, module, None)
    assert run(name, "--label", "true") == 2
    assert f'needs {needs}; install it with pip install "sknoisy' in (
        capsys.readouterr().err
    )
