"""What the benchmarks share: timing in turns, rows that survive a stop, tables."""

import argparse
import csv
import gc
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from threadpoolctl import threadpool_limits

RESULTS = Path(__file__).parent / "results"


def make_parser(doc, **more):
    """Return a parser that knows what every benchmark knows."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.ArgumentDefaultsHelpFormatter, **more
    )
    parser.add_argument(
        "--out", type=Path, default=RESULTS, help="folder for tables and rows"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few seconds, to see that it runs"
    )
    return parser


def parse_choices(doc, argv, **choices):
    """Return what the command line asks for, of a benchmark that goes over choices.

    Parameters
    ----------
    doc : str

    argv : list of str or None

    **choices : iterable of str
        The names there are, by option: ``methods=["a", "b"]`` makes ``--methods``.
    """
    parser = make_parser(doc)
    for option, names in choices.items():
        parser.add_argument(f"--{option}", nargs="+", help=some_of(names))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument(
        "--only-tables", action="store_true", help="from the rows that there are"
    )
    return parser.parse_args(argv)


def some_of(names):
    """Return the help of an option that takes names; `%` is argparse's own sign."""
    return f"some of {list(names)}".replace("%", "%%")


def check_names(names, known, what):
    """Return `names`, or all that are known if there are none."""
    strangers = sorted(set(names or []) - set(known))
    if strangers:
        raise SystemExit(f"unknown {what} {strangers}: choose from {sorted(known)}")
    return list(names or known)


def use_one_thread():
    """Let nothing compute on two threads, so that CPU seconds mean something."""
    torch.set_num_threads(1)
    threadpool_limits(1)  # BLAS, and the OpenMP of scikit-learn's gradient boosting


def cpu_seconds(function):
    """Return the CPU time that a call takes, and what it gives."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def time_in_turns(functions, *, rounds, repeats=1):
    """Return CPU seconds of each function in each round, as arrays by name.

    All run in every round, in an order that turns round by round, so that whatever
    slows the machine for a while slows all of them. A first round isn't counted.

    Parameters
    ----------
    functions : dict of str to callable

    rounds : int

    repeats : int, default=1
        Calls in a row that are timed as one, for functions of microseconds.

    Returns
    -------
    seconds : dict of str to ndarray of shape (rounds,)
    """
    names = list(functions)
    seconds = {name: [] for name in names}
    gc.collect()
    gc.freeze()  # or each collection goes through all that torch has loaded
    for i in range(-1, rounds):
        for name in names if i % 2 else reversed(names):
            spent, _ = cpu_seconds(lambda f=functions[name]: _repeat(f, repeats))
            if i >= 0:
                seconds[name].append(spent / repeats)
            gc.collect()
    gc.unfreeze()
    return {name: np.array(values) for name, values in seconds.items()}


def paired_ratio(seconds, over):
    """Return median and quartiles of the ratios within rounds."""
    low, middle, high = np.percentile(seconds / over, [25, 50, 75])
    return middle, low, high


class Rows:
    """A CSV file that grows by one finished row at a time.

    A benchmark that was stopped goes on where it was: it skips what `has` knows.

    Parameters
    ----------
    path : path-like

    keys : list of str
        Columns that say what was run, with which settings.

    values : list of str
        Columns that say what came out.
    """

    def __init__(self, path, *, keys, values):
        self.path, self.keys, self.columns = Path(path), keys, [*keys, *values]
        self.rows = self._read()
        self._known = {self._key(row) for row in self.rows}

    def has(self, **key):
        """Whether there is a row with this key."""
        return self._key(key) in self._known

    def append(self, **row):
        """Write one row, at once."""
        new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow(row)
        self.rows.append({name: str(value) for name, value in row.items()})
        self._known.add(self._key(row))

    def select(self, **wanted):
        """Return the rows whose columns have these values."""
        wanted = {name: str(value) for name, value in wanted.items()}
        return [row for row in self.rows if wanted.items() <= row.items()]

    def _read(self):
        if not self.path.exists():
            return []
        with self.path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != self.columns:
                raise SystemExit(
                    f"{self.path} has columns {reader.fieldnames}, not {self.columns}:"
                    " move it away, or choose another --out"
                )
            return list(reader)

    def _key(self, row):
        return tuple(str(row[name]) for name in self.keys)


def run_missing(jobs, rows, run):
    """Run each job whose row is missing, and append what it gives as its row.

    Parameters
    ----------
    jobs : list of dict
        A value for each of the columns ``rows.keys``.

    rows : Rows

    run : callable
        Takes a job by keyword and gives a dict with the other columns.
    """
    todo = [job for job in jobs if not rows.has(**job)]
    say(f"{rows.path.name}: {len(jobs) - len(todo)} rows present, {len(todo)} to run")
    start = time.process_time()
    for i, job in enumerate(todo, start=1):
        rows.append(**job, **run(**job))
        spent = time.process_time() - start
        left = spent / i * (len(todo) - i)
        what = " ".join(str(value) for value in job.values())
        say(
            f"[{i}/{len(todo)}] {what}; CPU min {spent / 60:.1f}, to go {left / 60:.1f}"
        )


def run_and_write(args, rows, make, write):
    """Run what is missing, unless only tables are asked for; then write the tables.

    Parameters
    ----------
    args : what `parse_choices` gave

    rows : Rows

    make : callable
        Without arguments; returns the jobs, and what runs one of them.

    write : callable
        Takes the path of the tables, beside that of the rows, and the rows.
    """
    use_one_thread()
    if not args.only_tables:
        jobs, run = make()
        run_missing(jobs, rows, run)
    write(rows.path.with_suffix(".md"), rows)


def say(line):
    """Report progress, out of the way of what is printed."""
    print(line, file=sys.stderr, flush=True)


def markdown_table(header, rows, *, left=1):
    """Return a table as Markdown; columns after the first `left` are set right."""
    rules = [":--" if i < left else "--:" for i in range(len(header))]
    lines = [header, rules, *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def write_text(path, *parts):
    """Write paragraphs to a file and print them."""
    text = "\n\n".join(parts) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(text, end="")
    say(f"written: {path}")


def mean_and_deviation(values, digits=1):
    """Return e.g. ``83.1 ± 0.4``, without the deviation of a single value."""
    text = f"{np.mean(values):.{digits}f}"
    if len(values) == 1:
        return text
    return f"{text} ± {np.std(values, ddof=1):.{digits}f}"


def best_in_bold(header, cells, lines, columns):
    """Return a table of means in Markdown, the best of each column in bold.

    Parameters
    ----------
    header : str
        Of the first column.

    cells : dict of list of float
        By line and column; an empty list where nothing was run.

    lines, columns : iterable
        Columns without any value are left out.
    """
    columns = [c for c in columns if any(cells[line, c] for line in lines)]
    best = {c: max(np.mean(cells[n, c]) for n in lines if cells[n, c]) for c in columns}
    table = []
    for line in lines:
        texts = []
        for column in columns:
            values = cells[line, column]
            text = mean_and_deviation(values) if values else ""
            is_best = values and np.mean(values) == best[column]
            texts.append(f"**{text}**" if is_best else text)
        table.append([line, *texts])
    return markdown_table([header, *columns], table)


def software(*packages):
    """Return one line about what ran: interpreter and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {versions},"
        f" {platform.system()} {platform.machine()}, one thread."
    )


def _repeat(function, repeats):
    for _ in range(repeats):
        function()
