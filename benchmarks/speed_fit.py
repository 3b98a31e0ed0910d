"""CPU time of fit, predict_proba and import, as ratios measured in turns.

The limit is what a good engineer writes by hand for one network in memory: the same
network, the same fused optimizer, the same number of steps, batches gathered by row
numbers in a new order every epoch, and nothing else.
"""

import subprocess
import sys
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
from skorch import NeuralNetClassifier
from torch.nn import functional as F

from sknoisy import NoisyLabelClassifier
from sknoisy.modules import MLP, Dropout, LeNet5

BATCH = 128
PREDICTION_BATCH = 4096
LR, WEIGHT_DECAY = 1e-3, 1e-2
HEADER = ["what", "against", "ours", "other", "ratio", "of the fastest", "bound", ""]


@dataclass
class Workload:
    """Something to train on for so many epochs, and what is to be reached."""

    name: str
    X: np.ndarray
    y: np.ndarray
    epochs: int
    bound: float
    skorch_bound: float | None = None
    dropout: bool = False

    @property
    def options(self):
        """What ours is told about its network; it comes with dropout."""
        if self.dropout:
            return {}
        return {"dropout": 0.0, "input_dropout": 0.0}

    def make_network(self):
        """Return sknoisy's network for these samples, of torch's own layers."""
        X = torch.from_numpy(self.X)
        over = 0 if X.ndim == 2 else tuple(range(X.ndim))
        scale = X.std(over)
        facts = {
            "n_classes": int(self.y.max()) + 1,
            "feature_mean": X.mean(over),
            "feature_scale": scale.where(scale > 0, 1),
        }
        if X.ndim == 2:
            return with_torch_dropout(
                MLP(n_features=X.shape[1], **facts, **self.options)
            )
        return with_torch_dropout(LeNet5(input_shape=tuple(X.shape[1:]), **facts))


def with_torch_dropout(network):
    """Put torch's own dropout where sknoisy has its own."""
    for i, layer in enumerate(network):
        if isinstance(layer, Dropout):
            network[i] = torch.nn.Dropout(layer.p)
    return network


def make_workloads(quick=False):
    """Return the workloads of the table."""
    rng = np.random.default_rng(0)
    n, n_images = (600, 100) if quick else (50_000, 3_000)
    digits, digit_labels = load_digits(return_X_y=True)
    if quick:
        digits, digit_labels = digits[:300], digit_labels[:300]

    def table(n_rows):
        X = rng.standard_normal((n_rows, 100), dtype=np.float32)
        return X, rng.integers(10, size=n_rows)

    images = rng.random((n_images, 28, 28), dtype=np.float32)
    return [
        Workload(f"MLP 100-256-256-10, {n:,} rows", *table(n), 1, 1.10, 1.5),
        Workload(
            f"MLP 100-256-256-10 with its dropout, {n:,} rows",
            *table(n),
            1,
            1.10,
            1.5,
            dropout=True,
        ),
        Workload(
            "MLP 64-256-256-10, digits",
            digits.astype(np.float32),
            digit_labels,
            2 if quick else 10,
            1.10,
            1.5,
        ),
        Workload(
            "MLP 100-256-256-10, 500 rows",
            *table(500),
            2 if quick else 20,
            1.25,
            1.5,
        ),
        Workload(
            f"LeNet-5 with its dropout, {n_images:,} images 28×28",
            images,
            rng.integers(10, size=n_images),
            1,
            1.10,
            dropout=True,
        ),
    ]


def fit_ours(work):
    """Fit as a user does; the loss, the split and the epochs are said aloud."""
    return NoisyLabelClassifier(
        loss="ce",
        max_epochs=work.epochs,
        batch_size=BATCH,
        lr=LR,
        optimizer="adamw",
        weight_decay=WEIGHT_DECAY,
        early_stopping=False,
        validation_fraction=None,
        device="cpu",
        random_state=0,
        **{f"module__{name}": value for name, value in work.options.items()},
    ).fit(work.X, work.y)


def fit_by_hand(work):
    """Write the loop down."""
    torch.manual_seed(0)
    X, y = torch.from_numpy(work.X), torch.from_numpy(work.y)
    network = work.make_network().train()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=LR, weight_decay=WEIGHT_DECAY, fused=True
    )
    for _ in range(work.epochs):
        for rows in torch.randperm(len(X)).split(BATCH):
            optimizer.zero_grad()
            logits = network(X.index_select(0, rows))
            F.cross_entropy(logits, y.index_select(0, rows)).backward()
            optimizer.step()
    return network


def fit_skorch(work):
    """Take skorch as it comes: its split, its loader, its callbacks; quiet."""
    torch.manual_seed(0)
    return NeuralNetClassifier(
        work.make_network(),
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.AdamW,
        optimizer__weight_decay=WEIGHT_DECAY,
        lr=LR,
        batch_size=BATCH,
        max_epochs=work.epochs,
        verbose=0,
        callbacks__print_log=None,
    ).fit(work.X, work.y)


def predict_by_hand(network, X):
    """Return probabilities, numpy in and numpy out."""
    network.eval()
    with torch.inference_mode():
        batches = torch.from_numpy(X).split(PREDICTION_BATCH)
        return torch.cat([network(x).softmax(dim=1) for x in batches]).numpy()


IMPORT = """
import sys, time
start = time.process_time()
import sknoisy
print(time.process_time() - start, "torch" in sys.modules)
"""


def import_ours():
    """Return CPU seconds of ``import sknoisy`` in a new interpreter."""
    answer = subprocess.run(
        [sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True
    )
    seconds, has_torch = answer.stdout.split()
    return float(seconds), has_torch == "True"


def fit_lines(work, rounds):
    """Return the lines of the table for one workload."""
    contestants = {"ours": fit_ours, "hand": fit_by_hand}
    if work.skorch_bound:
        contestants["skorch"] = fit_skorch
    seconds = time_in_turns(
        {name: lambda f=f: f(work) for name, f in contestants.items()},
        rounds=rounds,
    )
    ours = seconds["ours"]
    name = f"fit: {work.name}, {work.epochs} epoch{'s' * (work.epochs > 1)}"
    lines = [line(name, "hand-written loop", ours, seconds["hand"], work.bound)]
    if work.skorch_bound:
        how_much_faster = line(
            name,
            "skorch, as it comes",
            ours,
            seconds["skorch"],
            work.skorch_bound,
            True,
        )
        lines.append(how_much_faster)
    return lines


def prediction_lines(work, rounds, quick):
    """Return the lines of the table for predict_proba."""
    network, clf = fit_by_hand(work), fit_ours(work)
    lines = []
    for n, repeats in [(1_000, 1)] if quick else [(1_000, 50), (50_000, 2)]:
        X = np.resize(work.X, (n, work.X.shape[1]))
        seconds = time_in_turns(
            {
                "ours": lambda X=X: clf.predict_proba(X),
                "hand": lambda X=X: predict_by_hand(network, X),
            },
            rounds=rounds,
            repeats=repeats,
        )
        name = f"predict_proba: MLP 100-256-256-10, {n:,} rows"
        lines.append(line(name, "plain torch", seconds["ours"], seconds["hand"], 1.15))
    return lines


def import_line(rounds):
    """Return the line of the table for the import."""
    answers = [import_ours() for _ in range(rounds)]
    seconds = float(np.median([spent for spent, _ in answers]))
    no_torch = not any(has_torch for _, has_torch in answers)
    met = "pass" if seconds <= 0.3 and no_torch else "**miss**"
    torch_too = "without torch" if no_torch else "with torch"
    what = f"`import sknoisy`, CPU seconds, {torch_too}"
    return [what, "", seconds_text(seconds), "", "", "", "≤ 0.3 s", met]


def line(what, against, ours, theirs, bound, at_least=False):
    """Return one line: ours over theirs, or how much faster ours is."""
    above, below = (theirs, ours) if at_least else (ours, theirs)
    ratio, low, high = paired_ratio(above, below)
    met = ratio >= bound if at_least else ratio <= bound
    say(f"{what}, {against}: {ratio:.2f}")
    return [
        what,
        against,
        seconds_text(np.median(ours)),
        seconds_text(np.median(theirs)),
        f"{ratio:.2f} ({low:.2f}–{high:.2f})",
        f"{above.min() / below.min():.2f}",
        f"≥ {bound} × faster" if at_least else f"≤ {bound}",
        "pass" if met else "**miss**",
    ]


def seconds_text(seconds):
    """Return a time in the unit that suits it."""
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def main(argv=None):
    """Measure, print, write ``speed_fit.md``."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument(
        "--only", default="", help="lines that contain this, printed but not written"
    )
    args = parser.parse_args(argv)
    use_one_thread()
    rounds = 1 if args.quick else args.rounds
    works = make_workloads(args.quick)
    lines = [
        found
        for work in works
        if args.only in f"fit: {work.name}"
        for found in fit_lines(work, rounds)
    ]
    if args.only in "predict_proba":
        lines += prediction_lines(works[0], rounds, args.quick)
    if args.only in "import":
        lines.append(import_line(min(rounds, 7)))
    table = markdown_table(HEADER, lines, left=2)
    if args.only:
        print(table)
        return
    write_text(
        args.out / "speed_fit.md",
        "# Speed",
        f"CPU time on one torch thread, median of {rounds} rounds in which all take"
        " their turn; in brackets the quartiles of the ratio, and beside it the ratio"
        " of the fastest rounds, which a busy machine disturbs least. Ours divided by"
        " the other or, where the bound is a lower one, the other divided by ours."
        " The hand-written loop has the same network (standardized input; where it"
        " says so, dropout, torch's own layer instead of ours), the same fused AdamW,"
        " the same steps and gathers its batches from memory; it has no schedule, no"
        " validation and no checks. skorch trains on 80 % of the rows and validates on"
        " the others, as it does by default.",
        table,
        software("torch", "skorch", "scikit-learn", "numpy"),
    )


if __name__ == "__main__":
    main()
