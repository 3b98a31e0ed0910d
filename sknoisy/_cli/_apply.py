"""``sknoisy apply``: the file with people's corrections, and all else as it was."""

from pathlib import Path

import numpy as np

from sknoisy._cli._checks import check_two_labels
from sknoisy._cli._errors import command_errors
from sknoisy._cli._read import how_written, read
from sknoisy._files import set_aside
from sknoisy.cleaning import apply_corrections
from sknoisy.tables import TableError, change_labels

__all__ = ["apply"]


def apply(arguments):
    """Do what the command line asks for; return the exit status."""
    check_two_labels(arguments)
    path = Path(arguments.data)
    table = read(arguments)
    with command_errors(ValueError, TypeError, OSError):
        corrected = np.asarray(apply_corrections(table.y, arguments.corrections))
    changed = np.flatnonzero(corrected != table.y)
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
    n = len(changed)
    print(
        f"{n:,} of {len(table.y):,} labels corrected; all else is as it was."
        f"\nWritten to {out}"
    )
    return 0
