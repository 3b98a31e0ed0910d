"""A million votes: CPU time and memory of aggregations, beside crowd-kit's.

10,000 people, 100,000 samples, ten classes. Each line is a process of its own; memory
is what it holds at most beyond what it had imported (torch among it, which votes don't
need), and how much of that came while it was at work.
"""

import json
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from _common import make_parser, markdown_table, software, use_one_thread, write_text

from sknoisy.annotators import Votes, dawid_skene, majority_vote, one_coin

N_VOTES, N_SAMPLES, N_PEOPLE, N_CLASSES = 1_000_000, 100_000, 10_000, 10
OURS = {
    "majority_vote": majority_vote,
    "one_coin": one_coin,
    "dawid_skene": dawid_skene,
}
THEIRS = ("MajorityVote", "DawidSkene")
BOUNDS = {"majority_vote": 1.0, "dawid_skene": 10.0}  # CPU seconds
MOST_MEMORY = 400  # MB


def make_votes(scale):
    """Return samples, people and labels of random votes, and the truth."""
    n_votes, n, m = (max(60, int(k * scale)) for k in (N_VOTES, N_SAMPLES, N_PEOPLE))
    rng = np.random.default_rng(0)
    y, right = rng.integers(N_CLASSES, size=n), rng.beta(3, 4, m)
    keys = np.unique(rng.integers(n * m, size=n_votes))
    while len(keys) < n_votes:
        more = rng.integers(n * m, size=n_votes - len(keys))
        keys = np.unique(np.concatenate([keys, more]))
    samples, people = np.divmod(keys, m)
    is_right = rng.random(n_votes) < right[people]
    wrong = (y[samples] + rng.integers(1, N_CLASSES, n_votes)) % N_CLASSES
    return samples, people, np.where(is_right, y[samples], wrong), y


def measure(name, scale):
    """Print CPU time, memory and share of right labels of one contestant, as JSON."""
    imported = memory(reset=True)
    samples, people, labels, y = make_votes(scale)
    if name in OURS:
        votes = Votes.from_long(samples, people, labels, unlabeled=None)
    else:
        votes = theirs_of(samples, people, labels)
    del samples, people, labels
    before = memory(reset=True)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in OURS:
            found = OURS[name](votes)
            names, found = votes.samples, found.labels
        else:
            found = by_crowd_kit(name.removeprefix("crowd-kit "), votes)
            names, found = found.index.to_numpy(), found.to_numpy()
    spent, peak = time.process_time() - start, memory()
    right = float((found == y[names]).mean())
    print(json.dumps([spent, peak - imported, peak - before, right]))


def theirs_of(samples, people, labels):
    """Return votes as crowd-kit takes them."""
    import pandas as pd

    return pd.DataFrame({"task": samples, "worker": people, "label": labels})


def by_crowd_kit(name, frame):
    """Return the labels of one of crowd-kit's aggregators."""
    from crowdkit import aggregation

    options = {} if name == "MajorityVote" else {"n_iter": 100}
    return getattr(aggregation, name)(**options).fit_predict(frame)


def memory(reset=False):
    """Return the most memory held since the last reset, in MB (what is held, then)."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        status = Path("/proc/self/status").read_text(encoding="ascii")
        line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except OSError:  # not Linux: since the process began
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def line_of(name, scale):
    """Return a line of the table, or None where crowd-kit isn't installed."""
    command = [sys.executable, __file__, "--one", name, "--scale", str(scale)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        if "No module named 'crowdkit'" in done.stderr:
            return None
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    spent, peak, more, right = json.loads(done.stdout.splitlines()[-1])
    bound = BOUNDS.get(name)
    met = "" if bound is None else verdict(spent <= bound and peak <= MOST_MEMORY)
    bound = "" if bound is None else f"{bound:g} s, {MOST_MEMORY} MB"
    return [
        name,
        f"{spent:.2f}",
        f"{peak:.0f}",
        f"{more:.0f}",
        f"{100 * right:.1f}",
        bound,
        met,
    ]


def verdict(met):
    """Return a bound's state as the tables of all benchmarks name it."""
    return "met" if met else "**missed**"


def main(argv=None):
    """Measure all in turn, and write the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--one", help="measure this one, in this process")
    parser.add_argument("--scale", type=float, default=1.0, help="share of all votes")
    args = parser.parse_args(argv)
    use_one_thread()
    if args.one:
        measure(args.one, args.scale)
        return
    scale = 0.001 if args.quick else args.scale
    names = [*OURS, *(f"crowd-kit {name}" for name in THEIRS)]
    lines = [line_of(name, scale) for name in names]
    header = ["", "CPU s", "MB of its own", "of these at work", "% right", "bound", ""]
    write_text(
        args.out / "speed_votes.md",
        "# A million votes: speed and memory",
        f"{scale * N_VOTES:,.0f} votes by {scale * N_PEOPLE:,.0f} people on"
        f" {scale * N_SAMPLES:,.0f} samples, {N_CLASSES} classes; all with their"
        " defaults, crowd-kit's with 100 iterations at most. Each in a process of its"
        " own; *MB of its own* is what it holds at most, votes and all, beyond what it"
        " has imported.",
        markdown_table(header, [line for line in lines if line]),
        software("numpy", "scikit-learn"),
    )


if __name__ == "__main__":
    main()
