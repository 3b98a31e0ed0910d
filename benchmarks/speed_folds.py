"""CPU time of networks that judge out of fold, beside one plain fit.

The folds of a cross-fit, or of a detector, train in lock-step. A subclass of the
classifier, which might do anything, is fitted one fold after another: it must find the
same. All take their turn in every round, on one thread.
"""

from _common import (
    make_parser,
    markdown_table,
    paired_ratio,
    say,
    software,
    time_in_turns,
    use_one_thread,
    write_text,
)
from losses_fashion_mnist import pooled

from sknoisy import (
    ConfidentLearning,
    NoisyLabelClassifier,
    SymmetricNoise,
    TransitionCorrectedClassifier,
)
from sknoisy.datasets import fetch_fashion_mnist

NOISE, ROWS = 0.3, 5_000
NETWORKS = {
    "MLP 256-256 (as it comes)": {},
    "MLP 64-64": {"module__hidden": (64, 64)},
}
HEADER = ["network", "what", "folds", "of one fit", "of the fastest", "bound", ""]
AGREEMENT = ["network", "labels flagged", "by one fold after another", "other labels"]
PLAIN, CORRECTED = "one fit", "`TransitionCorrectedClassifier()`"
TOGETHER, APART = "`ConfidentLearning`", "`ConfidentLearning`, one fold after another"
# what is timed, in how many folds, and what it may cost
KINDS = {CORRECTED: ("3 and 1", 1.9), TOGETHER: ("5", 2.8), APART: ("5", None)}


class Apart(NoisyLabelClassifier):
    """The same, of which nobody can know what it does."""


def contestants(X, y, **options):
    """Return functions of no argument, by what they fit."""
    options = {"device": "cpu", "random_state": 0, **options}

    def detect(kind):
        return ConfidentLearning(kind(loss="ce", **options), random_state=0).fit(X, y)

    return {
        PLAIN: lambda: NoisyLabelClassifier(loss="ce", **options).fit(X, y),
        CORRECTED: lambda: TransitionCorrectedClassifier(**options).fit(X, y),
        TOGETHER: lambda: detect(NoisyLabelClassifier),
        APART: lambda: detect(Apart),
    }


def lines(network, seconds):
    """Return a line for each of what a network does."""
    for what, (folds, bound) in KINDS.items():
        ratio, low, high = paired_ratio(seconds[what], seconds[PLAIN])
        say(f"{network}, {what}: {ratio:.2f}")
        yield [
            network,
            what,
            folds,
            f"{ratio:.2f} ({low:.2f}–{high:.2f})",
            f"{seconds[what].min() / seconds[PLAIN].min():.2f}",
            "" if bound is None else f"≤ {bound}",
            "" if bound is None else "pass" if ratio <= bound else "**miss**",
        ]


def agreement(network, functions):
    """Return how many labels are flagged together, and apart, and how many differ."""
    ours, theirs = (functions[name]().is_issue_ for name in (TOGETHER, APART))
    return [network, ours.sum(), theirs.sum(), (ours != theirs).sum()]


def main(argv=None):
    """Measure, print, write ``speed_folds.md``."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args(argv)
    use_one_thread()
    data, n_rows = fetch_fashion_mnist(), 600 if args.quick else ROWS
    X = pooled(data.X_train[:n_rows], 2).reshape(n_rows, -1)
    y = data.y_train[:n_rows]
    y = SymmetricNoise(NOISE, random_state=0).fit_corrupt(y)
    more = {"max_epochs": 20} if args.quick else {}
    rounds = 1 if args.quick else args.rounds
    speed, agree = [], []
    for network, options in NETWORKS.items():
        functions = contestants(X, y, **options, **more)
        speed += lines(network, time_in_turns(functions, rounds=rounds))
        agree.append(agreement(network, functions))
    write_text(
        args.out / "speed_folds.md",
        "# What networks that judge out of fold cost beside one fit",
        f"{n_rows:,} clothes of Fashion-MNIST, 14×14 pixels as a table, {NOISE:.0%}"
        " symmetric noise. Batches and epochs as they come, 40 with 5,000 rows; the"
        " cross-fit of `TransitionCorrectedClassifier` ends its folds where they"
        " foretell held-out labels best, and then trains on all rows for as many epochs"
        " as that tells, which may be more than the 40. CPU time of"
        f" `fit` on one torch thread, median of {rounds} rounds in which all take their"
        " turn; in brackets the quartiles of the ratio, and beside it the ratio of the"
        ' fastest rounds. One fit is one of `NoisyLabelClassifier(loss="ce")`.',
        markdown_table(HEADER, speed, left=2),
        "Labels that `ConfidentLearning` flags, folds together and apart:",
        markdown_table(AGREEMENT, agree, left=1),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


if __name__ == "__main__":
    main()
