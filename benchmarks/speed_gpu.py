"""Training on a GPU against loops written by hand, and many networks stacked.

The loops have the same network, the same fused optimizer, batches gathered on the
device in a new order every epoch, and nothing else. All take their turn in every round;
time is that of the wall, after the device is done. ``--quick`` goes through all of it
in tiny sizes, on a CPU where there is no GPU, and says nothing about speed.
"""

import time

import numpy as np
import torch
from _common import (
    make_parser,
    markdown_table,
    paired_ratio,
    say,
    software,
    use_one_thread,
    write_text,
)
from sklearn.model_selection import GridSearchCV
from torch.nn import functional as F

from sknoisy import BatchedGridSearchCV, NoisyLabelClassifier
from sknoisy.modules import MLP, SmallResNet

LR, WEIGHT_DECAY = 1e-3, 1e-2
HEADER = ["what", "against", "ours", "other", "ratio", "bound", ""]
ROUNDS = 5


def device():
    """Return where it runs."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def wait():
    """Wait for the device."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def in_turns(functions, rounds):
    """Return the wall time of each function in each round; the first isn't counted."""
    seconds = {name: [] for name in functions}
    for number in range(rounds + 1):
        for name, function in functions.items():
            wait()
            start = time.perf_counter()
            function()
            wait()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return {name: np.array(values) for name, values in seconds.items()}


def workloads(quick):
    """Yield names, data, networks, batch sizes and epochs."""
    rng = np.random.default_rng(0)
    n_rows, n_images, side = (600, 60, 8) if quick else (1_000_000, 50_000, 32)
    X = rng.standard_normal((n_rows, 100), dtype=np.float32)
    facts = {"n_features": 100, "n_classes": 10, "dropout": 0.0, "input_dropout": 0.0}
    y = rng.integers(10, size=n_rows)
    name = f"MLP 100-256-256-10, {n_rows:,} rows"
    yield name, (X, y), lambda: MLP(**facts), 200 if quick else 4096, 2
    images = rng.random((n_images, side, side, 3), dtype=np.float32)
    y = rng.integers(10, size=n_images)
    name = f"SmallResNet, {n_images:,} images {side}×{side}"
    make = SmallResNet
    given = {"input_shape": (side, side, 3), "n_classes": 10}
    yield name, (images, y), lambda: make(**given), 20 if quick else 512, 1


def by_hand(X, y, network, batch_size, epochs):
    """Train as a good engineer writes it for one network."""
    where = device()
    X, y = torch.from_numpy(X).to(where), torch.from_numpy(y).to(where)
    network = network.to(where).train()
    how = {"lr": LR, "weight_decay": WEIGHT_DECAY, "fused": True}
    optimizer = torch.optim.AdamW(network.parameters(), **how)
    for _ in range(epochs):
        order = torch.randperm(len(X)).to(where)
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            logits = network(X.index_select(0, rows))
            F.cross_entropy(logits, y.index_select(0, rows)).backward()
            optimizer.step()
    return network


def ours(X, y, network, batch_size, epochs, **options):
    """Train as a user does."""
    clf = NoisyLabelClassifier(
        network,
        loss="ce",
        lr_schedule="constant",
        lr=LR,
        weight_decay=WEIGHT_DECAY,
        batch_size=batch_size,
        max_epochs=epochs,
        device=device(),
        random_state=0,
        **options,
    )
    return clf.fit(X, y)


def fit_lines(quick, rounds):
    """Return the lines of single networks: ours, in bfloat16 and compiled beside."""
    lines = []
    kinds = {"ours": {}, "ours, bf16": {"precision": "bf16"}}
    if not quick:
        kinds["ours, compiled"] = {"compile": True}
    for name, data, make, batch_size, epochs in workloads(quick):
        how = batch_size, epochs
        contestants = {"by hand": lambda: by_hand(*data, make(), *how)}  # noqa: B023
        for kind, options in kinds.items():
            contestants[kind] = lambda o=options: ours(*data, make(), *how, **o)  # noqa: B023
        seconds = in_turns(contestants, rounds)
        for kind in kinds:
            bound = 1.03 if kind == "ours" and not quick else None
            lines.append(
                line(
                    f"{name}, {kind}", "loop", seconds[kind], seconds["by hand"], bound
                )
            )
    return lines


def grid_lines(quick):
    """Return the lines of small networks trained together."""
    sizes = {4: None} if quick else {100: 20.0, 1000: 100.0}
    rng = np.random.default_rng(0)
    n = 120 if quick else 2000
    X, y = rng.standard_normal((n, 20), dtype=np.float32), rng.integers(2, size=n)
    clf = NoisyLabelClassifier(
        loss="ce",
        module__hidden=32,
        max_epochs=2 if quick else 20,
        batch_size=128,
        device=device(),
        random_state=0,
    )
    few, lines = 2 if quick else 10, []
    for n_networks, bound in sizes.items():

        def search(kind, n):
            grid = {"lr": np.geomspace(1e-4, 1e-2, n // 2)}
            return kind(clf, grid, cv=2, refit=False).fit(X, y)

        seconds = in_turns(
            {
                "ours": lambda: search(BatchedGridSearchCV, n_networks),  # noqa: B023
                "other": lambda: search(GridSearchCV, few * 2),  # noqa: B023
            },
            1 if quick else 2,
        )
        other = seconds["other"] * n_networks / (2 * few)  # of so many, from a few
        name = f"{n_networks} networks 20-32-2"
        lines.append(
            line(name, "one after another", seconds["ours"], other, bound, faster=True)
        )
    return lines


def line(what, against, mine, other, bound, faster=False):
    """Return a line of the table."""
    pair = (other, mine) if faster else (mine, other)
    ratio, low, high = paired_ratio(*pair)
    say(f"{what}: {ratio:.2f}")
    reached = bound is None or (ratio >= bound if faster else ratio <= bound)
    said = "" if bound is None else f"{'≥' if faster else '≤'} {bound:g}"
    verdict = "" if bound is None else ("pass" if reached else "**miss**")
    times = f"{np.median(mine):.3f} s", f"{np.median(other):.3f} s"
    return [what, against, *times, f"{ratio:.2f} ({low:.2f}–{high:.2f})", said, verdict]


def main(arguments=None):
    """Measure, and write the table."""
    options = make_parser(__doc__).parse_args(arguments)
    use_one_thread()
    if not options.quick and device() == "cpu":
        raise SystemExit("There is no GPU here: --quick goes through it on the CPU.")
    lines = fit_lines(options.quick, 1 if options.quick else ROUNDS)
    lines += grid_lines(options.quick)
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    about = f"{name}; {software('sknoisy', 'torch', 'skorch')}"
    write_text(options.out / "speed_gpu.md", markdown_table(HEADER, lines), about)


if __name__ == "__main__":
    main()
