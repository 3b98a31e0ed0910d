"""``sknoisy apply``: the file with people's corrections, and all else as it was."""

from pathlib import Path

import numpy as np

from sknoisy._cli._apply_folder import write_folder
from sknoisy._cli._checks import check_two_labels
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._read import how_written, read
from sknoisy._files import set_aside
from sknoisy.cleaning import apply_corrections
from sknoisy.tables import TableError, change_labels

__all__ = ["apply"]


def apply(arguments):
    """Do what the command line asks for; return the exit status."""
    check_two_labels(arguments)
    is_folder = Path(arguments.data).is_dir()
    if arguments.plan is not None and not is_folder:
        raise CommandError("--plan is for a folder of images: leave it out.")
    table = read(arguments)
    with command_errors(ValueError, TypeError, OSError):
        corrected = np.asarray(apply_corrections(table.y, arguments.corrections))
    changed = np.flatnonzero(corrected != table.y)
    write = write_folder if is_folder else _write_file
    written = write(arguments, table, corrected, changed)
    print(
        f"{len(changed):,} of {len(table.y):,} labels corrected; all else is as it was."
        f"\n{written}"
    )
    return 0


def _write_file(arguments, table, corrected, changed):
    """Write a table of text anew; return what to say of it."""
    path = Path(arguments.data)
    changes = {
        int(table.rows[i]): (str(table.y[i]), str(corrected[i])) for i in changed
    }
    with command_errors(TableError):
        written = change_labels(
            path, arguments.label, changes, **how_written(arguments)
        )
    out = path.with_name(f"{path.stem}-corrected{path.suffix}")
    out = Path(arguments.out) if arguments.out else out
    with command_errors(OSError, about="--out: "), set_aside(out) as aside:
        aside.write_bytes(written)
    return f"Written to {out}"
