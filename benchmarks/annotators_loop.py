"""Which samples to ask people about again: right labels gained for each label bought.

Simulated crowds with two votes on each sample; answers to what is asked come from
people of the same crowd. The yardstick is the true label, which no strategy sees.
"""

import numpy as np
from _common import (
    Rows,
    make_parser,
    markdown_table,
    mean_and_deviation,
    run_missing,
    software,
    use_one_thread,
    write_text,
)

from sknoisy.annotators import LabelingLoop, Votes

KEYS = ["seed", "crowd", "strategy"]
SHARES = [0.0, 0.25, 0.5, 1.0, 2.0]  # labels bought, by samples
VALUES = [f"at_{share}" for share in SHARES]
STRATEGIES = ["random", "least_confidence", "gain"]
CROWDS = {  # samples, people, classes, shares of classes, Beta of accuracies
    "plain": (300, 20, 4, None, (6, 3)),
    "two classes": (300, 20, 2, None, (6, 3)),
    "rare classes": (300, 20, 3, (0.8, 0.15, 0.05), (6, 2)),
    "ten classes": (300, 20, 10, None, (5, 4)),
}


def vote(y, right, c, rng):
    """Return a label of somebody who is right so often."""
    return y if rng.random() < right else (y + rng.integers(1, c)) % c


def run(*, seed, crowd, strategy):
    """Return the columns `VALUES` of one job."""
    n, m, c, shares, accuracy = CROWDS[crowd]
    rng = np.random.default_rng(seed)
    right, y = rng.beta(*accuracy, m), rng.choice(c, p=shares, size=n)
    lines = [
        (i, j, vote(y[i], right[j], c, rng))
        for i in range(n)
        for j in rng.choice(m, size=2, replace=False)
    ]
    samples, people, labels = np.array(lines).T
    parts = samples, people, labels
    votes = Votes.from_long(*parts, unlabeled=None, classes=range(c))
    step = n // 12
    loop = LabelingLoop(
        votes,
        budget=int(n * SHARES[-1]),
        batch_size=step,
        strategy=strategy,
        random_state=seed,
    )
    found = {0.0: accuracy_of(loop, y)}
    for batch in loop:
        wide = loop.votes.to_wide(-1)[batch.rows]
        who = [rng.choice(np.flatnonzero(row < 0)) for row in wide]
        answers = [
            vote(y[i], right[j], c, rng) for i, j in zip(batch.rows, who, strict=True)
        ]
        loop.tell(batch.samples, loop.votes.annotators[who], answers)
        found[round(loop.n_asked / n, 2)] = accuracy_of(loop, y)
    return {f"at_{share}": round(found[share], 4) for share in SHARES}


def accuracy_of(loop, y):
    """Return the share of consensus labels that are right."""
    return (loop.consensus.labels == y).mean()


def write_tables(path, rows):
    """Write what the rows say."""
    header = ["crowd", "strategy", *(f"{share:g} a sample" for share in SHARES)]
    lines = []
    for crowd in CROWDS:
        for strategy in STRATEGIES:
            found = rows.select(crowd=crowd, strategy=strategy)
            if found:
                cells = [[100 * float(row[v]) for row in found] for v in VALUES]
                lines.append([crowd, strategy, *map(mean_and_deviation, cells)])
    seeds = sorted({row["seed"] for row in rows.rows}, key=int)
    write_text(
        path,
        "# Asking again: what a label more is worth",
        "Percent of consensus labels that are right, mean ± standard deviation over the"
        f" seeds {', '.join(seeds)}, after so many labels bought for each sample on"
        " average. Everything starts from two votes on each; who answers is drawn from"
        " those who haven't seen the sample; consensus by `dawid_skene`, told nothing.",
        markdown_table(header, lines, left=2),
        software("scikit-learn", "numpy"),
    )


def main(argv=None):
    """Run what is missing, then write the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    args = parser.parse_args(argv)
    use_one_thread()
    rows = Rows(args.out / "annotators_loop.csv", keys=KEYS, values=VALUES)
    seeds = [0] if args.quick else args.seeds
    crowds = ["two classes"] if args.quick else list(CROWDS)
    jobs = [
        {"seed": seed, "crowd": crowd, "strategy": strategy}
        for seed in seeds
        for crowd in crowds
        for strategy in STRATEGIES
    ]
    run_missing(jobs, rows, run)
    write_tables(args.out / "annotators_loop.md", rows)


if __name__ == "__main__":
    main()
