"""``sknoisy compare``: read, make noise, cross-validate every method, report."""

import sys
from contextlib import contextmanager

import numpy as np
from sklearn.pipeline import Pipeline

from sknoisy._cli._checks import check_numbers, check_two_labels, make_folder
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._folds import Labels, run_folds
from sknoisy._cli._journal import Journal, keys_of
from sknoisy._cli._methods import choose_methods, without_slow
from sknoisy._cli._noise import parse_noise
from sknoisy._cli._preprocessing import scaled
from sknoisy._cli._read import read
from sknoisy._cli._report import Report
from sknoisy._cli._scoring import check_scoring, choose_scorer
from sknoisy._cli._tables import check_table, digits
from sknoisy._cli._threads import held_to
from sknoisy._duplicates import find_copies
from sknoisy._folds import make_folds
from sknoisy._unlabeled import settled

DIGITS_NOISE, DIGITS_FOLDS, FILE_FOLDS = "symmetric:0.4", 3, 5


def compare(arguments):
    """Do what the command line asks for; return the exit status."""
    n_folds = _check_arguments(arguments)
    methods = choose_methods(arguments.methods, arguments.auto)
    check_scoring(arguments.scoring)
    noise = parse_noise(_noise_spec(arguments), arguments.seed)
    table = check_table(_read(arguments), n_folds, f"--folds {n_folds}")
    methods = without_slow(methods, table, arguments.methods)
    scorer = choose_scorer(arguments.scoring, table)
    labels = _labels(table, noise)
    splits = _splits(table, labels, n_folds, arguments.seed)
    estimators = {
        name: settled(method.pipeline(table, arguments.seed), table.y)
        for name, method in methods.items()
    }
    report = Report(
        table,
        labels,
        estimators,
        noise_spec=_noise_spec(arguments),
        n_folds=n_folds,
        score=arguments.scoring.replace("_", " "),
        folder=make_folder(arguments.out),
        html=arguments.html,
    )
    report.print_head()
    journal = _journal(report, splits, arguments)
    with held_to(arguments.threads, arguments.jobs), _told_how_to_go_on(journal):
        results = run_folds(
            estimators,
            table.X,
            labels,
            splits,
            scorer,
            arguments.jobs,
            journal,
            report.write_so_far,
        )
    return report.finish(results)


def _journal(report, splits, arguments):
    settings = {"scoring": arguments.scoring, "noise": report.noise_spec}
    keys = keys_of(report.estimators, report.table.X, report.labels, splits, settings)
    with command_errors(OSError, about="--out: "):
        journal = Journal(report.folder, keys, resume=arguments.resume)
    if journal.outcomes:
        n = len(journal.outcomes)
        print(f"resumed: {n} of {len(keys) * len(splits)} fits were done before\n")
    return journal


@contextmanager
def _told_how_to_go_on(journal):
    try:
        yield
    except KeyboardInterrupt:
        n = len(journal.outcomes)
        print(
            f"\n{n} fits are kept in {journal.path}: the same command with --resume"
            " goes on from there.",
            file=sys.stderr,
        )
        raise


def _check_arguments(arguments):
    """Check numbers and combinations; return the number of folds."""
    n_folds = arguments.folds
    if n_folds is None:
        n_folds = DIGITS_FOLDS if arguments.data is None else FILE_FOLDS
    if n_folds < 2:
        raise CommandError(f"--folds {n_folds}: there must be at least 2.")
    check_numbers(arguments)
    if arguments.data is None and (arguments.label or arguments.clean_label):
        raise CommandError("--label and --clean-label belong to a file: name it, too.")
    if arguments.clean_label and _noise_spec(arguments) != "none":
        raise CommandError(
            "--noise makes wrong labels out of clean ones, and with --clean-label the"
            " file has both already: leave out one of the two."
        )
    check_two_labels(arguments)
    return n_folds


def _noise_spec(arguments):
    if arguments.noise is not None:
        return arguments.noise
    return DIGITS_NOISE if arguments.data is None else "none"


def _read(arguments):
    if arguments.data is None:
        return digits()
    return read(arguments)


def _labels(table, noise):
    if noise is not None:
        X = Pipeline(scaled(table)).fit_transform(table.X)
        with command_errors(ValueError, about=f"{table.name}: "):
            given = settled(noise, table.y).fit(X, table.y).corrupt(table.y, X)
        return Labels(given, table.y, "made")
    if table.y_clean is not None:
        return Labels(table.y, table.y_clean, "found")
    return Labels(table.y, None, "unknown")


def _splits(table, labels, n_folds, seed):
    together = _copies(table, n_folds) if table.groups is None else table.groups
    with command_errors(ValueError, about=f"{table.name}: "):
        return make_folds(n_folds, labels.given, together, random_state=seed)


def _copies(table, n_folds):
    """Return a number a row, the same for copies, and say so; None without any."""
    codes = find_copies(table.X)
    if codes is None:
        return None
    different, firsts = np.unique(codes, return_index=True)
    _, counts = np.unique(table.y[firsts], return_counts=True)
    if counts.min() < n_folds:  # too few to keep them apart
        return None
    table.notes.append(
        f"{len(codes) - len(different):,} rows are copies of others: each is in the"
        " fold of its copies, so that nobody is tested on what it has learned"
    )
    return codes
