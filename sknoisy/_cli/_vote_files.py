"""Files of votes: a line a vote, a column a person, or what a tool exports."""

import warnings
from collections import Counter
from contextlib import contextmanager, nullcontext

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._tool_exports import tool_of

__all__ = ["read_votes_of"]

OPTIONS = {  # what errors say of parameters, and what they are here
    "sample=": "--task ",
    "annotator=": "--worker ",
    "label=": "--label ",
    "control=": "--label ",
    "question=": "--label ",
    "unlabeled=": "--unlabeled ",
    "repeated='first' or 'last'": "--repeated first or last",
}
UNTOLD = "can't be told from"
SHAPES = (
    "There may be a line for each vote, with columns that --task, --worker and --label"
    " name; or a column for each annotator, which --wide names{}; or what Label Studio,"
    " Prodigy, doccano and Argilla export as JSON."
)
MOST_LABELS = 50  # of columns that may hold votes


def read_votes_of(arguments):
    """Return the votes of the files that arguments name."""
    with _as_options(arguments), command_errors(ValueError, OSError), _notes():
        tool = tool_of(arguments.data[0])
        if tool == "doccano":  # writes a file for each person
            return _of_tool(tool, list(arguments.data), arguments)
        if len(arguments.data) > 1:
            raise CommandError(
                "several files are read of doccano alone, one a person: name one."
            )
        if tool is not None:
            return _of_tool(tool, arguments.data[0], arguments)
        return _of_columns(arguments) if arguments.wide else _of_lines(arguments)


def _of_tool(tool, path, arguments):
    from sknoisy import annotators

    read = getattr(annotators, f"read_{tool}")
    names = {"label_studio": "control", "argilla": "question"}
    named = {}
    if arguments.label is not None and tool in names:
        named = {names[tool]: arguments.label}
    elif arguments.label is not None:
        raise CommandError(
            f"--label {arguments.label}: {tool} has one label a task; leave it out."
        )
    return read(path, **named).to_votes(repeated=arguments.repeated)


def _of_lines(arguments):
    from sknoisy.annotators import read_votes

    return read_votes(
        arguments.data[0],
        sample=arguments.task,
        annotator=arguments.worker,
        label=arguments.label,
        unlabeled=arguments.unlabeled,
        repeated=arguments.repeated,
        encoding=arguments.encoding,
        separator=arguments.separator,
    )


def _of_columns(arguments):
    from sknoisy.annotators import Votes

    frame = _frame_of(arguments)
    people = [name.strip() for name in arguments.wide.split(",") if name.strip()]
    names = list(map(str, frame.columns))
    missing = [name for name in people if name not in names]
    if missing:
        raise CommandError(f"--wide {missing[0]!r} is no column: there are {names}.")
    task = arguments.task
    if task is not None and task not in names:
        raise CommandError(f"--task {task!r} is no column: there are {names}.")
    if task is None:  # the first that names rows; else they are counted
        others = (name for name in names if name not in people)
        task = next((name for name in others if frame[name].is_unique), None)
    votes = frame[people].replace("", None)
    samples = range(1, len(frame) + 1) if task is None else frame[task].tolist()
    return Votes.from_wide(
        votes.to_numpy(dtype=object),
        samples=list(samples),
        annotators=people,
        unlabeled=arguments.unlabeled,
    )


def _frame_of(arguments):
    from sknoisy.tables import read_frame

    return read_frame(
        arguments.data[0],
        encoding=arguments.encoding,
        separator=arguments.separator,
    )


def _columns_of_people(frame):
    """Return the columns that hold the same few labels, as votes of people do."""
    words = {name: set(frame[name].astype(str)) - {""} for name in frame.columns}
    few = {n: w for n, w in words.items() if 1 < len(w) <= MOST_LABELS}
    alike = [
        [name for name, other in few.items() if len(own & other) > len(own | other) / 2]
        for own in few.values()
    ]
    return max(alike, key=len, default=[])


@contextmanager
def _as_options(arguments):
    """Say in errors what parameters are called here, and what can be read."""
    try:
        yield
    except CommandError as error:
        told = str(error)
        for ours, theirs in OPTIONS.items():
            told = told.replace(ours, theirs)
        if UNTOLD in told:
            told = f"{told} {SHAPES.format(_proposal(arguments))}"
        raise CommandError(told) from error


def _proposal(arguments):
    people = _columns_of_people(_frame_of(arguments))
    if len(people) < 2:
        return ""
    return f", here maybe --wide {','.join(people)!r}"


class _notes(nullcontext):
    """What is warned of inside is printed as a note."""

    def __enter__(self):
        self.caught = warnings.catch_warnings(record=True)
        self.seen = self.caught.__enter__()
        warnings.simplefilter("always", UserWarning)

    def __exit__(self, *error):
        self.caught.__exit__(*error)
        for message, n in Counter(str(one.message) for one in self.seen).items():
            print(f"note: {message}" + (f" ({n} times)" if n > 1 else ""))
