"""CPU time and memory of label-quality functions, beside cleanlab's.

Both get the same float32 probabilities, and cleanlab ``n_jobs=1``: its processes would
cost more CPU time, not less. Memory is what is allocated at the same time beyond the
input, as tracemalloc counts it; for probabilities in a file, what a process of its own
holds more than before, by the kernel's count.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _common import (
    cpu_seconds,
    make_parser,
    markdown_table,
    paired_ratio,
    say,
    software,
    time_in_turns,
    use_one_thread,
    write_text,
)

from sknoisy.quality import find_label_issues, get_label_quality_scores

NOISE = 0.2
SCORE_BOUND = 10
MEMORY_BOUND = 0.5
BYTES_A_SAMPLE = 11
FILTERS = [
    "prune_by_noise_rate",
    "prune_by_class",
    "both",
    "confident_learning",
    "predicted_neq_given",
    "low_normalized_margin",
    "low_self_confidence",
]
SCORES = [
    {"method": "self_confidence"},
    {"method": "normalized_margin"},
    {"method": "confidence_weighted_entropy"},
    {"method": "self_confidence", "adjust_pred_probs": True},
    {"method": "normalized_margin", "adjust_pred_probs": True},
]
TIMES = ["what", "probabilities", "ours", "cleanlab", "ratio", "of the fastest"]
TIMES += ["bound", ""]
MEMORY = ["what", "probabilities", "ours, MB", "cleanlab, MB", "ratio", "bound", ""]
FILE = ["who", "CPU time", "memory of its own, MB", "with pages of the file, MB"]
FILE += ["bytes a sample", "bound", ""]


@dataclass
class Workload:
    """How many probabilities, how sure the model is, and what is measured on them."""

    n_samples: int
    n_classes: int
    lift: float
    bound: float
    filters: list
    scores: list
    note: str = ""

    def __str__(self):
        """Return what the tables call it."""
        return f"{self.n_samples:,} × {self.n_classes:,}{self.note}"


def make_workloads(quick=False):
    """Return the workloads of the tables."""
    if quick:
        return [Workload(600, 5, 4.0, 5, FILTERS, SCORES)]
    first = FILTERS[:1]
    return [
        Workload(1_000_000, 10, 4.0, 5, FILTERS, SCORES),
        Workload(1_000_000, 10, 2.0, 5, first, [], ", unsure model"),
        Workload(100_000, 100, 6.0, 4, first, SCORES),
        Workload(50_000, 1_000, 8.0, 4, first, SCORES),
    ]


def make_problem(n_samples, n_classes, lift, seed=0):
    """Return labels, a fifth of them redrawn, and float32 probabilities."""
    rng = np.random.default_rng(seed)
    true = rng.integers(n_classes, size=n_samples)
    redrawn = rng.random(n_samples) < NOISE
    labels = np.where(redrawn, rng.integers(n_classes, size=n_samples), true)
    probs = rng.standard_normal((n_samples, n_classes), dtype=np.float32)
    probs[np.arange(n_samples), true] += lift
    np.exp(probs, out=probs)
    probs /= probs.sum(axis=1, keepdims=True)
    return labels, probs


def their_issues(labels, probs, **options):
    """Call cleanlab's find_label_issues, in this process."""
    from cleanlab.filter import find_label_issues

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one for every small class
        return find_label_issues(labels, probs, n_jobs=1, **options)


def their_scores(labels, probs, **options):
    """Call cleanlab's get_label_quality_scores."""
    from cleanlab.rank import get_label_quality_scores

    return get_label_quality_scores(labels, probs, **options)


def time_line(what, work, calls, bound, rounds):
    """Return one line of the table of times."""
    seconds = time_in_turns(calls, rounds=rounds)
    ours, theirs = seconds["ours"], seconds["theirs"]
    ratio, low, high = paired_ratio(theirs, ours)
    say(f"{what}, {work}: {ratio:.1f}")
    return [
        what,
        str(work),
        f"{np.median(ours) * 1e3:.0f} ms",
        f"{np.median(theirs) * 1e3:.0f} ms",
        f"{ratio:.1f} ({low:.1f}–{high:.1f})",
        f"{theirs.min() / ours.min():.1f}",
        f"≥ {bound} × faster" if bound else "",
        verdict(ratio >= bound) if bound else "",
    ]


def memory_line(what, work, calls):
    """Return one line of the table of what is allocated at once."""
    ours, theirs = peak_bytes(calls["ours"]), peak_bytes(calls["theirs"])
    return [
        what,
        str(work),
        f"{ours / 1e6:.0f}",
        f"{theirs / 1e6:.0f}",
        f"{ours / theirs:.2f}",
        f"≤ {MEMORY_BOUND}",
        verdict(ours <= MEMORY_BOUND * theirs),
    ]


def peak_bytes(function):
    """Return how many bytes a call had allocated at most."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def verdict(met):
    """Return how a bound was kept, for the last column."""
    return "pass" if met else "**miss**"


def lines_of(work, rounds):
    """Return lines of times and of memory, and how many flags differ."""
    problem = make_problem(work.n_samples, work.n_classes, work.lift)
    times, memory, differ = [], [], 0
    for name in work.filters:
        what, default = f"find_label_issues, {name}", name == FILTERS[0]
        calls = both_on(problem, find_label_issues, their_issues, filter_by=name)
        times.append(time_line(what, work, calls, work.bound * default, rounds))
        differ += np.count_nonzero(calls["ours"]() != calls["theirs"]())
        if default:
            memory.append(memory_line(what, work, calls))
    for options in work.scores:
        adjusted = ", adjusted" * ("adjust_pred_probs" in options)
        what = f"scores, {options['method']}{adjusted}"
        calls = both_on(problem, get_label_quality_scores, their_scores, **options)
        times.append(time_line(what, work, calls, SCORE_BOUND, rounds))
    return times, memory, differ


def both_on(problem, ours, theirs, **options):
    """Return calls of both on the same problem, by who is called."""
    functions = {"ours": ours, "theirs": theirs}
    return {name: lambda f=f: f(*problem, **options) for name, f in functions.items()}


# --- probabilities in a file ---


def write_problem(folder, n_samples, n_classes, lift, n_parts=20):
    """Write a problem to files, part by part."""
    shape = (n_samples, n_classes)
    path = folder / "probs.npy"
    probs = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
    labels = np.empty(n_samples, dtype=np.int64)
    for seed, rows in enumerate(np.array_split(np.arange(n_samples), n_parts)):
        part = slice(rows[0], rows[-1] + 1)
        labels[part], probs[part] = make_problem(len(rows), n_classes, lift, seed)
    probs.flush()
    np.save(folder / "labels.npy", labels)


def file_line(who, folder, n_samples):
    """Return the line of the table for one process that reads from the files."""
    command = [sys.executable, __file__, "--measure", who, "--out", str(folder)]
    output = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(output.stdout)
    say(f"from a file, {who}: {found}")
    ours = who == "sknoisy"
    return [
        who,
        f"{found['seconds']:.1f} s",
        f"{found['own'] / 1e6:.0f}",
        f"{found['all'] / 1e6:.0f}",
        f"{found['own'] / n_samples:.0f}",
        f"≤ {BYTES_A_SAMPLE} bytes a sample" if ours else "",
        verdict(found["own"] <= BYTES_A_SAMPLE * n_samples) if ours else "",
    ]


def measure(who, folder):
    """Print what a call on the files costs: CPU seconds, and bytes above before."""
    find = {"sknoisy": find_label_issues, "cleanlab": their_issues}[who]
    find(*make_problem(200, 3, 4.0))  # whatever is loaded late
    labels = np.load(folder / "labels.npy")
    probs = np.load(folder / "probs.npy", mmap_mode="r")
    with Watch() as watch:
        seconds, is_issue = cpu_seconds(lambda: find(labels, probs))
    found = {"seconds": seconds, "issues": int(is_issue.sum()), **watch.most}
    print(json.dumps(found))


class Watch:
    """A thread that notes how much memory the process holds more than at first."""

    fields = {"own": "RssAnon:", "all": "VmRSS:"}

    def __enter__(self):
        """Note what there is, and look again every few milliseconds."""
        self.first = self.look()
        self.most = dict.fromkeys(self.fields, 0)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *error):
        """Stop looking."""
        self.done.set()
        self.thread.join()

    def run(self):
        """Look until it is done."""
        while not self.done.is_set():
            for name, value in self.look().items():
                self.most[name] = max(self.most[name], value - self.first[name])
            time.sleep(0.003)

    def look(self):
        """Return the bytes that the kernel counts."""
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        counts = {
            line.split()[0]: line.split()[1] for line in lines if line.split()[1:]
        }
        return {name: int(counts[key]) * 1024 for name, key in self.fields.items()}


def main(argv=None):
    """Measure, print, write ``speed_quality.md``."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    use_one_thread()
    if args.measure:
        measure(args.measure, args.out)
        return
    rounds = 1 if args.quick else args.rounds
    found = [lines_of(work, rounds) for work in make_workloads(args.quick)]
    times, memory, differ = zip(*found, strict=True)
    n_samples, n_classes = 10_000 if args.quick else 10_000_000, 10
    with tempfile.TemporaryDirectory() as folder:
        write_problem(Path(folder), n_samples, n_classes, lift=4.0)
        file = [file_line(who, folder, n_samples) for who in ("sknoisy", "cleanlab")]
    write_text(
        args.out / "speed_quality.md",
        "# Label quality: speed and memory",
        f"CPU time on one thread, median of {rounds} rounds in which both take their"
        " turn; cleanlab's divided by ours, in brackets the quartiles of the ratio, and"
        " beside it the ratio of the fastest rounds, which a busy machine disturbs"
        " least. Probabilities are float32, softmax of normal logits of which the true"
        f" class's is lifted; {NOISE:.0%} of the labels are drawn anew. cleanlab runs"
        " with `n_jobs=1`: its processes would cost more CPU time, not less.",
        markdown_table(TIMES, sum(times, []), left=2),
        "Labels, of all lines of `find_label_issues` above, on which the masks differ:"
        f" {sum(differ)}.",
        "The longer the rows, the less scores can gain: with short ones, cleanlab's"
        " time mostly goes into looking at single labels in Python; with long ones,"
        " both read the probabilities, and only ours are checked to sum to one. An"
        " entropy takes a logarithm of every probability, which is most of our time for"
        " it.",
        "Memory allocated at the same time, beyond labels and probabilities:",
        markdown_table(MEMORY, sum(memory, []), left=2),
        f"`find_label_issues` on {n_samples:,} × {n_classes} probabilities in a"
        f" memory-mapped file of {n_samples * n_classes * 4 / 1e6:,.0f} MB, each in a"
        " process of its own; memory is what it held at most beyond what it held before"
        " the call. Pages of the file that were looked at count, too, as long as nobody"
        " else needs the memory; the kernel takes them back when somebody does.",
        markdown_table(FILE, file),
        software("cleanlab", "numpy", "scikit-learn"),
    )


if __name__ == "__main__":
    main()
