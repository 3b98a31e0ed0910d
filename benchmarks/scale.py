"""How cost grows with data: CPU seconds and memory over four sizes, and slopes.

A slope is that of a straight line through the logarithms: with 1 twice the data cost
twice as much, with 2 four times as much. Each measurement is a process of its own, on
one thread; memory is by how much its peak rises above what it was before.
"""

import ctypes
import resource
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
from _common import make_parser, markdown_table, software, use_one_thread, write_text
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from sknoisy import NoisyLabelClassifier
from sknoisy.data_issues import find_data_issues
from sknoisy.detectors import NeighborConsensus
from sknoisy.quality import find_label_issues

MB = 2**20
WARM = 300  # rows of a first call, which imports what it needs


def mixture(n_rows, n_features=128, n_inner=24, n_classes=10):
    """Return points around centers, spread in fewer directions than there are."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(100, n_features))
    inner = rng.normal(size=(n_rows, n_inner)) @ rng.normal(size=(n_inner, n_features))
    places = rng.integers(100, size=n_rows)
    return (centers[places] + inner / 2).astype(np.float32), places % n_classes


def table(n_rows, n_features=50):
    """Return numbers, some of which tell the class."""
    X = np.random.default_rng(0).standard_normal((n_rows, n_features), np.float32)
    return X, X[:, :5].argmax(axis=1)


def texts(n_rows, n_words=50_000, length=50):
    """Return rows of few words each, all equally frequent: the worst case."""
    rng = np.random.default_rng(0)
    places = np.sort(rng.integers(n_words, size=(n_rows, length)), axis=1)
    starts = np.arange(0, n_rows * length + 1, length)
    values = rng.uniform(0.1, 1.1, n_rows * length).astype(np.float32)
    X = sparse.csr_matrix((values, places.ravel(), starts), shape=(n_rows, n_words))
    X.sum_duplicates()
    return X, (X @ rng.normal(size=(n_words, 10))).argmax(axis=1)


def opinions(n_rows, n_classes=10):
    """Return probabilities of classes, and labels of which a fifth are drawn anew."""
    rng = np.random.default_rng(0)
    true = rng.integers(n_classes, size=n_rows)
    probs = rng.standard_normal((n_rows, n_classes), np.float32)
    probs[np.arange(n_rows), true] += 4
    np.exp(probs, out=probs)
    probs /= probs.sum(axis=1, keepdims=True)
    redrawn = rng.integers(n_classes, size=n_rows)
    return probs, np.where(rng.random(n_rows) < 0.2, redrawn, true)


def epoch(X, y, **options):
    """Train for one epoch in batches of 512."""
    return NoisyLabelClassifier(
        max_epochs=1, batch_size=512, random_state=0, **options
    ).fit(X, y)


def saga(X, y):
    """Let scikit-learn's solver for sparse data go through the rows once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it hasn't converged
        return LogisticRegression(solver="saga", max_iter=1).fit(X, y)


# what, data, work, sizes
ROWS = {
    "neighbors": (
        "`NeighborConsensus`, 128 features",
        mixture,
        lambda X, y: NeighborConsensus().fit(X, y),
        (40_000, 60_000, 80_000, 120_000),
    ),
    "look": (
        "`find_data_issues`, 128 features",
        mixture,
        find_data_issues,
        (25_000, 50_000, 100_000, 200_000),
    ),
    "issues": (
        "`find_label_issues`, 10 classes",
        opinions,
        lambda X, y: find_label_issues(y, X),
        (1_000_000, 2_000_000, 4_000_000, 8_000_000),
    ),
    "table": (
        "one epoch, 50 features",
        table,
        epoch,
        (50_000, 100_000, 200_000, 400_000),
    ),
    "texts": (
        "one epoch, 50 of 50,000 words a row",
        texts,
        epoch,
        (2_500, 5_000, 10_000, 20_000),
    ),
    "saga": (
        "LogisticRegression(saga), one pass over the same",
        texts,
        saga,
        (2_500, 5_000, 10_000, 20_000),
    ),
}


def peak():
    """Return the peak of this process's memory, in MB."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if "VmHWM" in line).split()[1]) / 1024
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MB


def forget_peak():
    """Let the peak be what there is now, where the kernel can: data took more."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # what was freed, but not given back
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measure(name, n_rows):
    """Return CPU seconds, and by how many MB the peak rises, of one piece of work."""
    _, make, work, _ = ROWS[name]
    X, y = make(n_rows)
    few = X[:WARM, :60] if sparse.issparse(X) else X[:WARM]
    work(few, y[:WARM])
    forget_peak()
    before, start = peak(), time.process_time()
    work(X, y)
    return time.process_time() - start, peak() - before


def measured(name, n_rows):
    """Return the same, of a process of its own."""
    command = [sys.executable, __file__, "--one", name, str(n_rows)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(map(float, said.split()[-2:]))


def slope(sizes, values):
    """Return the slope of a line through logarithms."""
    values = np.maximum(values, 1e-3)
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def row_of(name, sizes):
    """Return a line of the table."""
    found = np.array([measured(name, n_rows) for n_rows in sizes])
    print(name, *zip(sizes, found.round(2).tolist(), strict=True), flush=True)
    seconds, memory = found.T
    return [
        ROWS[name][0],
        ", ".join(f"{n:,}" for n in sizes),
        ", ".join(f"{s:.3g}" for s in seconds),
        f"{slope(sizes, seconds):.2f}",
        ", ".join(f"{m:.0f}" for m in memory),
    ]


def main(argv=None):
    """Measure, and write the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--one", nargs=2, metavar=("NAME", "N"), help="one measurement")
    args = parser.parse_args(argv)
    use_one_thread()
    if args.one:
        print(*measure(args.one[0], int(args.one[1])))
        return
    rows = []
    for name in args.rows:
        sizes = ROWS[name][3]
        sizes = [n // 50 for n in sizes[:2]] if args.quick else sizes
        rows.append(row_of(name, sizes))
    header = ["what", "rows", "CPU s", "slope", "MB beyond X"]
    about = software("sknoisy", "torch", "scikit-learn", "faiss-cpu")
    parts = "# Scale", __doc__.strip(), markdown_table(header, rows), about
    write_text(args.out / "scale.md", *parts)


if __name__ == "__main__":
    main()
