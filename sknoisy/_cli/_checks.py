"""Checks of what several commands take."""

from pathlib import Path

from sknoisy._cli._errors import CommandError, command_errors


def check_numbers(arguments):
    """Say so if the number of jobs, of threads, or the seed can't be used."""
    if arguments.jobs == 0:
        raise CommandError("--jobs 0: it must be 1 or more, or -1 for all processors.")
    if arguments.threads < 1:
        raise CommandError(f"--threads {arguments.threads}: it must be at least 1.")
    if not 0 <= arguments.seed < 2**32:
        raise CommandError(f"--seed {arguments.seed}: it must be from 0 to 2**32 - 1.")


def check_two_labels(arguments):
    """Say so if given and true labels are the same column."""
    if arguments.clean_label and arguments.clean_label == arguments.label:
        raise CommandError("--label and --clean-label name the same column.")


def make_folder(path):
    """Return the folder to write to, made if it wasn't there."""
    path = Path(path)
    with command_errors(OSError, about="--out: "):
        path.mkdir(parents=True, exist_ok=True)
    return path
