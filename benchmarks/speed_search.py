"""CPU time of a grid search whose networks train together, against one by one.

Four losses on five folds of digits: twenty fits, and their scores; once, with 25
learning rates each, 500. All take their turn in every round, on one thread. Scores come
from the folds alone: nothing is selected.
"""

from dataclasses import dataclass

import numpy as np
import torch
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
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from skorch import NeuralNetClassifier
from torch import nn

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier, SymmetricNoise
from sknoisy.losses import get_loss
from sknoisy.modules import LeNet5

LOSSES = ["ce", "gce", "sce", "mae"]
BATCH = 128  # skorch's own
LR, WEIGHT_DECAY = 5e-3, 1e-2
NOISE = 0.3
OWN = "64-64 with a forward of one's own"
MANY = "MLP 64-64, 500 networks"
HEADER = [
    "network",
    "against",
    "ours",
    "other",
    "faster",
    "of the fastest",
    "bound",
    "",
]
SCORES = ["network", "loss", "together", "one by one", "other seeds, one by one"]


@dataclass
class Workload:
    """A network, for how long it trains, and how much faster a search must be."""

    name: str
    epochs: int
    bound: float
    hidden: tuple = ()
    dropout: float = 0.0
    skorch_bound: float | None = None
    is_own: bool = False
    n_rates: int = 1

    @property
    def module(self):
        """What the classifier is told of its network."""
        if not self.hidden:
            return {"module": LeNet5}
        if self.is_own:
            return {"module": OwnForward}
        share = {"dropout": self.dropout, "input_dropout": self.dropout / 2}
        options = {"hidden": self.hidden, **share}
        return {f"module__{name}": value for name, value in options.items()}

    @property
    def grid(self):
        """What is searched."""
        rates = np.geomspace(1e-3, 2e-2, self.n_rates).tolist()
        return {"loss": LOSSES} | ({"lr": rates} if self.n_rates > 1 else {})


def make_workloads(quick=False):
    """Return the workloads of the table."""
    return [
        Workload("MLP 64-64", 1 if quick else 20, 5.0, (64, 64), 0.0, 10.0),
        Workload(OWN, 1 if quick else 20, 5.0, (64, 64), is_own=True),
        Workload(MANY, 1 if quick else 4, 8.0, (64, 64), n_rates=2 if quick else 25),
        Workload("MLP 64-64 with dropout", 1 if quick else 20, 3.0, (64, 64), 0.5, 6.0),
        Workload("MLP 256-256", 1 if quick else 8, 1.3, (256, 256)),
        Workload("LeNet-5", 1 if quick else 2, 0.97),
    ]


def make_data(quick=False):
    """Return digits with wrong labels: 300 of them, or all."""
    X, y = load_digits(return_X_y=True)
    n = 300 if quick else len(y)
    X, y = X[:n].astype(np.float32), y[:n]
    return X, SymmetricNoise(NOISE, random_state=0).fit_corrupt(y)


def search(kind, work, X, y, seed=0):
    """Fit a search of ours, or of scikit-learn over the same classifier."""
    classifier = NoisyLabelClassifier(
        max_epochs=work.epochs,
        batch_size=BATCH,
        lr=LR,
        weight_decay=WEIGHT_DECAY,
        device="cpu",
        random_state=seed,
        **work.module,
    )
    X = X if work.hidden else X.reshape(-1, 8, 8)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return kind(classifier, work.grid, cv=folds, refit=False).fit(X, y)


class OwnForward(nn.Module):
    """64-64, as people write networks that are no chain."""

    def __init__(self, n_features=64, n_classes=10):
        super().__init__()
        self.first = nn.Linear(n_features, 64)
        self.second = nn.Linear(64, 64)
        self.last = nn.Linear(64, n_classes)

    def forward(self, x):
        """Return logits of pixels from 0 to 16."""
        x = torch.relu(self.first(x / 16 - 0.5))
        return self.last(torch.relu(self.second(x)))


class Reduced(nn.Module):
    """A loss as a criterion of skorch wants it: the mean over a batch."""

    def __init__(self, name):
        super().__init__()
        self.loss = get_loss(name)

    def forward(self, logits, labels):
        """Return the mean."""
        return self.loss(logits, labels).mean()


class ByHand(nn.Sequential):
    """The same network, as a user of skorch writes it."""

    def __init__(self, hidden, dropout):
        layers = [nn.Dropout(dropout / 2)] if dropout else []
        for n_in, n_out in zip((64, *hidden), hidden, strict=False):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
            layers += [nn.Dropout(dropout)] if dropout else []
        super().__init__(*layers, nn.Linear(hidden[-1], 10))


def search_skorch(work, X, y):
    """Fit scikit-learn's search over skorch's classifier, as it comes."""
    classifier = NeuralNetClassifier(
        ByHand,
        module__hidden=work.hidden,
        module__dropout=work.dropout,
        criterion=Reduced,
        criterion__name="ce",
        optimizer=torch.optim.AdamW,
        optimizer__weight_decay=WEIGHT_DECAY,
        lr=LR,
        batch_size=BATCH,
        max_epochs=work.epochs,
        verbose=0,
        callbacks__print_log=None,
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    grid = {"criterion__name": LOSSES}
    return GridSearchCV(classifier, grid, cv=folds, refit=False).fit(X / 16, y)


def speed_lines(work, X, y, rounds):
    """Return the lines of the table for one workload."""
    contestants = {
        "ours": lambda: search(BatchedGridSearchCV, work, X, y),
        "GridSearchCV": lambda: search(GridSearchCV, work, X, y),
    }
    bounds = {"GridSearchCV": work.bound}
    if work.skorch_bound:
        contestants["skorch"] = lambda: search_skorch(work, X, y)
        bounds["skorch"] = work.skorch_bound
    seconds = time_in_turns(contestants, rounds=rounds)
    names = {
        "GridSearchCV": "`GridSearchCV`, same classifier",
        "skorch": "`GridSearchCV`, `skorch.NeuralNetClassifier`",
    }
    return [
        line(work, names[other], seconds["ours"], seconds[other], bound)
        for other, bound in bounds.items()
    ]


def line(work, against, ours, theirs, bound):
    """Return one line: how much faster ours is."""
    ratio, low, high = paired_ratio(theirs, ours)
    say(f"{work.name}, {against}: {ratio:.2f}")
    return [
        f"{work.name}, {work.epochs} epoch{'s' * (work.epochs > 1)}",
        against,
        f"{np.median(ours):.2f} s",
        f"{np.median(theirs):.2f} s",
        f"{ratio:.2f} ({low:.2f}–{high:.2f})",
        f"{theirs.min() / ours.min():.2f}",
        f"≥ {bound:g}",
        "pass" if ratio >= bound else "**miss**",
    ]


def score_lines(work, X, y, n_seeds):
    """Return mean scores of both ways, and their spread over other seeds."""
    ours = scores(search(BatchedGridSearchCV, work, X, y))
    theirs = scores(search(GridSearchCV, work, X, y))
    others = np.array(
        [scores(search(GridSearchCV, work, X, y, s)) for s in range(1, n_seeds + 1)]
    )
    return [
        [work.name, f"`{loss}`", f"{a:.2f}", f"{b:.2f}", f"{o.min():.2f}–{o.max():.2f}"]
        for loss, a, b, o in zip(LOSSES, ours, theirs, others.T, strict=True)
    ]


def scores(found):
    """Return the mean score of each loss, in percent."""
    return 100 * found.cv_results_["mean_test_score"]


def main(argv=None):
    """Measure, print, write ``speed_search.md``."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3, help="other seeds for scores")
    parser.add_argument(
        "--only", default="", help="networks whose name contains this; not written"
    )
    args = parser.parse_args(argv)
    use_one_thread()
    rounds, n_seeds = (1, 1) if args.quick else (args.rounds, args.seeds)
    X, y = make_data(args.quick)
    works = [work for work in make_workloads(args.quick) if args.only in work.name]
    speed = [found for work in works for found in speed_lines(work, X, y, rounds)]
    table = markdown_table(HEADER, speed, left=2)
    if args.only:
        print(table)
        return
    dense = [work for work in works if work.hidden and work.n_rates == 1]
    agreement = [found for work in dense for found in score_lines(work, X, y, n_seeds)]
    write_text(
        args.out / "speed_search.md",
        "# Speed of a search",
        f"`BatchedGridSearchCV` on {len(y):,} digits with {100 * NOISE:.0f} %"
        f" symmetric noise, {len(LOSSES)} losses ({', '.join(LOSSES)}) × 5 folds,"
        f" batches of {BATCH}, without a refit. CPU time on one torch thread, median of"
        f" {rounds} rounds in which all take their turn; in brackets the quartiles of"
        " the ratio, and beside it the ratio of the fastest rounds, which a busy"
        " machine disturbs least. skorch trains a network of the same layers with the"
        " same optimizer, losses, epochs and batch size, and else as it comes: it holds"
        " out a fifth of each training part. Convolutions are fitted one by one on a"
        " CPU: the search must only not be slower, give or take a timer's 3 %.",
        table,
        "Mean accuracy over the folds, by the noisy labels, in percent: of the same"
        f" seed both ways, and the range of {n_seeds} other seed"
        f"{'s' * (n_seeds > 1)}.",
        markdown_table(SCORES, agreement, left=2),
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


if __name__ == "__main__":
    main()
