"""``sknoisy apply``: the file with people's corrections, and all else as it was."""

from pathlib import Path

import numpy as np

from sknoisy._cli._checks import check_two_labels
from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._read import how_written, read
from sknoisy._files import set_aside
from sknoisy.cleaning import apply_corrections
from sknoisy.tables import TableError
from sknoisy.tables._formats import format_of
from sknoisy.tables._packing import unpack
from sknoisy.tables._rewrite import with_labels

__all__ = ["apply"]


def apply(arguments):
    """Do what the command line asks for; return the exit status."""
    check_two_labels(arguments)
    path = Path(arguments.data)
    table = read(arguments)
    with command_errors(OSError, about=f"{path} can't be read: "):
        data = path.read_bytes()
    _check_is_text(path, data)
    with command_errors(ValueError, TypeError, OSError):
        corrected = np.asarray(apply_corrections(table.y, arguments.corrections))
    changed = np.flatnonzero(corrected != table.y)
    changes = {
        int(table.rows[i]): (str(table.y[i]), str(corrected[i])) for i in changed
    }
    with command_errors(TableError):
        written = with_labels(
            data, arguments.label, changes, name=path.name, **how_written(arguments)
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


def _check_is_text(path, data):
    with command_errors(TableError):
        inner, unpacked = unpack(path.name, data)
        is_text = format_of(inner, unpacked) == "text"
    if unpacked is not data and unpacked != data:
        raise CommandError(f"{path.name} is packed: unpack it first.")
    if not is_text:
        raise CommandError(
            f"{path.name} is no text file such as CSV, and those alone are written."
            " Apply the corrections in Python, with sknoisy.cleaning.apply_corrections,"
            " and save the table from there."
        )
