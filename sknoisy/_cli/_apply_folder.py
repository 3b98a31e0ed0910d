"""Corrected labels of a folder of images, as a table and as a plan; nothing moves."""

from pathlib import Path, PurePosixPath

from sknoisy._cli._errors import command_errors
from sknoisy._files import write_csv

__all__ = ["moves", "write_folder"]


def write_folder(arguments, table, corrected, changed):
    """Write all paths and labels, and what to move where; return what to say of it.

    Parameters
    ----------
    arguments : Namespace

    table : ImageTable

    corrected : ndarray of shape (n_samples,)
        Labels as people want them.

    changed : ndarray of int
        Places of those that differ.
    """
    folder = Path(arguments.data).resolve()
    out = Path(arguments.out or folder.with_name(f"{folder.name}-corrected.csv"))
    plan = Path(arguments.plan or folder.with_name(f"{folder.name}-moves.csv"))
    rows = zip(table.ids.tolist(), corrected.tolist(), strict=True)
    with command_errors(OSError, about="--out: "):
        write_csv(out, [["path", "label"], *rows])
    steps = moves(folder, table.ids, corrected, changed)
    with command_errors(OSError, about="--plan: "):
        write_csv(plan, [["from", "to"], *steps])
    return (
        f"Written to {out}: paths in {folder.name}, and labels.\n"
        f"Written to {plan}: what to move where, within {folder.name}. Nothing was"
        " moved."
    )


def moves(folder, ids, corrected, changed):
    """Return the path of each image with another label, and where it belongs.

    No two go to one place, and none to where another image is.
    """
    taken, steps = set(ids.tolist()), []
    for row in changed.tolist():
        _, *rest = PurePosixPath(ids[row]).parts
        to = PurePosixPath(str(corrected[row]), *rest)
        number = 1
        while to.as_posix() in taken or (folder / to).exists():
            number += 1
            to = to.with_name(f"{PurePosixPath(rest[-1]).stem}-{number}{to.suffix}")
        taken.add(to.as_posix())
        steps.append([ids[row], to.as_posix()])
    return steps
