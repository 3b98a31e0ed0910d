"""``sknoisy votes``: what people said, what it comes to, and what to ask again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sknoisy._cli._checks import make_folder
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._text_table import text_table
from sknoisy._cli._vote_files import read_votes_of
from sknoisy._files import write_csv

MOST_PEOPLE = 20  # as many rows as a terminal shows at a glance
TOO_FEW_AGREE = 3  # the exit status where --fail-under is not reached


def add_votes(commands, run):
    """Add the subcommand to the parser's."""
    parser = commands.add_parser(
        "votes",
        help="one label out of several people's, and how good each of them is",
        description=(
            "Read what several people said, find the label that they come to"
            " and how far each annotator can be trusted, and write consensus, people,"
            " confusions, who disagrees with whom and what to ask again as CSV, and a"
            " report to read. Exit status: 0, or 2 where the data can't be used, or 3"
            " where people agree less than --fail-under says."
        ),
        epilog=(
            "Examples: sknoisy votes answers.csv --task image --worker who --label"
            " animal; sknoisy votes sheet.xlsx --wide Ann,Bob,Cy; sknoisy votes"
            " export.json"
        ),
    )
    parser.set_defaults(run=run, parser=parser)
    _add_files(parser)
    _add_options(parser)


def _add_files(parser):
    parser.add_argument(
        "data",
        metavar="DATA",
        nargs="+",
        help="a table with a line for each vote, or with a column for each annotator"
        " (--wide): CSV of any kind, Excel, Parquet, JSON; or what Label Studio,"
        " Prodigy, doccano (files of several people) or Argilla exports as JSON",
    )
    for option, what in (("task", "what was voted on"), ("worker", "who voted")):
        parser.add_argument(
            f"--{option}",
            metavar="NAME",
            help=f"the column that names {what} (default: as crowd-kit, Mechanical"
            " Turk or Toloka name it)",
        )
    parser.add_argument(
        "--label",
        metavar="NAME",
        help="the column of the votes, or the question, where a tool has asked several",
    )
    parser.add_argument(
        "--wide",
        metavar="NAMES",
        help="the columns, by commas, each of which holds one annotator's votes",
    )
    parser.add_argument("--encoding", metavar="NAME", help="how letters are written")
    parser.add_argument("--separator", metavar="MARK", help="between cells")


def _add_options(parser):
    parser.add_argument(
        "--features",
        metavar="FILE",
        help="numbers of each task, its name in a column as in --task: a classifier"
        " votes, too",
    )
    parser.add_argument(
        "--method",
        choices=("dawid_skene", "glad", "majority", "one_coin"),
        default="dawid_skene",
        help="how votes become a label (default: %(default)s)",
    )
    parser.add_argument(
        "--unlabeled", metavar="WORD", help="what stands for no vote, besides nothing"
    )
    parser.add_argument(
        "--repeated",
        choices=("refuse", "first", "last"),
        default="refuse",
        help="which of several votes by one on one task counts (default: %(default)s)",
    )
    parser.add_argument(
        "--ask",
        type=int,
        default=100,
        metavar="N",
        help="how many tasks to propose for another vote (default: %(default)s)",
    )
    parser.add_argument(
        "--fail-under",
        type=float,
        metavar="ALPHA",
        help="exit with status 3 where Krippendorff's alpha is below this",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        *("-o", "--out"),
        default="sknoisy-votes",
        metavar="DIR",
        help="where to write what was found (default: %(default)s)",
    )


def votes(arguments):
    """Do what the command line asks for; return the exit status."""
    from sknoisy.annotators import annotator_agreement, annotator_report, ask_next

    if arguments.ask < 1:
        raise CommandError(f"--ask {arguments.ask}: it must be at least 1.")
    found = read_votes_of(arguments)
    print(found)
    with command_errors(ValueError, about=f"{arguments.data[0]}: "):
        consensus, pred_probs = _find_consensus(found, arguments)
        report = annotator_report(found, consensus)
        batch = ask_next(found, pred_probs, n=arguments.ask)
    several = (found.per_sample > 1).any()
    alpha = annotator_agreement(found) if several else float("nan")
    if several:
        print(f"Krippendorff's alpha {alpha:.2f}")
    else:
        print("note: no task has several votes, which would tell how good people are")
    _print_people(report)
    folder = make_folder(arguments.out)
    with command_errors(OSError, about="--out: "):
        written = [*_write(folder, found, consensus, report, batch)]
        written += _write_report(folder, found, consensus, pred_probs, arguments)
    print(f"Written to {folder}: {', '.join(written)}")
    print(f"Open {folder / 'report.html'} in a browser to read what was found.")
    return _status(alpha, arguments.fail_under)


def _write_report(folder, found, consensus, pred_probs, arguments):
    """Write page and JSON; return their names."""
    from sknoisy.reporting import votes_report

    report = votes_report(
        found,
        consensus,
        pred_probs=pred_probs,
        title=Path(arguments.data[0]).name,
        n_ask=arguments.ask,
    )
    report.save_html(folder / "report.html")
    report.save_json(folder / "report.json")
    return ["report.html", "report.json"]


def _status(alpha, fail_under):
    """Return 3 where people agree less than is asked for, or nothing tells."""
    if fail_under is None or alpha >= fail_under:
        return 0
    told = "can't be told" if alpha != alpha else f"is {alpha:.2f}"
    print(f"Krippendorff's alpha {told}; --fail-under asks for {fail_under:g}.")
    return TOO_FEW_AGREE


def _find_consensus(found, arguments):
    from sknoisy.annotators import dawid_skene, glad, majority_vote, one_coin

    methods: dict[str, Callable[..., Any]] = {
        "dawid_skene": dawid_skene,
        "glad": glad,
        "majority": majority_vote,
        "one_coin": one_coin,
    }
    consensus = methods[arguments.method](found)
    if arguments.features is None:
        return consensus, None
    return _with_features(found, arguments)


def _with_features(found, arguments):
    """Return the consensus with a classifier, and its out-of-fold probabilities."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from sknoisy.annotators import ConsensusClassifier, crowdlab

    X = _features_of(found, arguments)
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    clf = ConsensusClassifier(logistic, "classifier", random_state=arguments.seed)
    consensus = clf.fit(X, found).consensus_
    smallest = np.unique(consensus.labels, return_counts=True)[1].min()
    folds = StratifiedKFold(max(2, min(5, int(smallest))), shuffle=True, random_state=0)
    pred_probs = cross_val_predict(
        logistic, X, consensus.labels, cv=folds, method="predict_proba"
    )
    known = np.isin(found.classes, np.unique(consensus.labels))
    spread = np.zeros((len(found), found.n_classes))
    spread[:, known] = pred_probs
    crowdlab(found, spread)  # what asks next weighs both; it must be possible
    return consensus, spread


def _features_of(found, arguments):
    from sknoisy.tables import read_frame

    with command_errors(ValueError, OSError):
        frame = read_frame(
            arguments.features,
            encoding=arguments.encoding,
            separator=arguments.separator,
        )
    name = Path(arguments.features).name
    key = arguments.task if arguments.task is not None else "task"
    if key not in frame.columns:
        raise CommandError(
            f"--features {name}: it needs a column {key!r} that names tasks, as DATA"
            " does."
        )
    frame = frame.set_index(key)
    missing = [one for one in found.samples.tolist() if one not in frame.index]
    if missing or not frame.index.is_unique:
        what = (
            f"task {missing[0]!r} isn't in it" if missing else "tasks are there twice"
        )
        raise CommandError(f"--features {name}: {what}.")
    with command_errors(ValueError, about=f"--features {name}: "):
        return frame.loc[found.samples].to_numpy(dtype=np.float64)


def _print_people(report):
    titles = ["annotator", "votes", "quality", "agrees", "worst class", "taken for"]
    rows = [
        [
            str(who),
            f"{n:,}",
            f"{quality:.2f}",
            f"{agrees:.2f}",
            str(worst),
            _text(other),
        ]
        for who, n, quality, agrees, worst, other in zip(
            report.annotator[:MOST_PEOPLE],
            report.n_votes,
            report.quality,
            report.agreement,
            report.worst_class,
            report.mistaken_for,
            strict=False,
        )
    ]
    print()
    print(text_table(titles, rows))
    left = len(report.annotator) - len(rows)
    print(f"({left} better ones)\n" if left else "")


def _text(value):
    return "" if value is None else str(value)


def _write(folder, found, consensus, report, batch):
    """Write the tables; yield their names."""
    from sknoisy.annotators import pairwise_agreement

    shares = zip(
        found.samples.tolist(),
        consensus.labels.tolist(),
        consensus.label_quality,
        found.per_sample.tolist(),
        strict=True,
    )
    rows = [[s, label, f"{q:.4f}", n] for s, label, q, n in shares]
    yield _table(folder, "consensus.csv", ["task", "label", "quality", "votes"], rows)
    yield _columns(folder, "people.csv", report)
    yield _columns(folder, "pairs.csv", pairwise_agreement(found))
    columns = {name: batch[name] for name in ("samples", "scores", "annotators")}
    renamed = zip(("task", "gain", "ask"), columns.values(), strict=True)
    yield _columns(folder, "ask.csv", dict(renamed))
    if consensus.errors is not None:
        yield _table(folder, "confusions.csv", *_confusions(found, consensus))


def _confusions(found, consensus):
    """Return a line for each annotator, true class and label that he has given."""
    head = ["worker", "true", "label", "probability"]
    people, labels, _ = found.pairs
    matrices = consensus.confusion
    rows = [
        [
            found.annotators[j],
            true,
            found.classes[label],
            f"{matrices[j, k, label]:.4f}",
        ]
        for j, label in zip(people.tolist(), labels.tolist(), strict=True)
        for k, true in enumerate(found.classes.tolist())
    ]
    return head, rows


def _columns(folder, name, columns):
    cells = [[_cell(value) for value in values] for values in columns.values()]
    return _table(folder, name, list(columns), zip(*cells, strict=True))


def _cell(value):
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or value != value:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else value


def _table(folder, name, head, rows):
    write_csv(folder / name, [head, *rows])
    return name
