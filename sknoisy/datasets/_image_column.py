"""Tables with a column that holds paths of images."""

from pathlib import Path

from sknoisy._samples import IMAGE_SUFFIXES
from sknoisy._table_errors import TableError, counted, listed
from sknoisy.tables import read_frame, read_table

__all__ = ["find_image_column", "rows_with_paths"]

WRITTEN = ("encoding", "separator", "decimal", "skip", "header", "sheet")
LOOKED_AT = 1000  # cells, to know whether a column holds paths
BEGINNING = 2**16  # bytes of a file, in which a path would be seen


def find_image_column(path, **written):
    """Return the column whose cells are paths of images that are there; None if none.

    Parameters
    ----------
    path : Path
        A file. One whose beginning holds no ending of an image isn't read any further.

    **written : dict
        How it is written, as for `read_frame`.

    Raises
    ------
    TableError
        If there are several.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        beginning = file.read(BEGINNING).lower().replace(b"\0", b"")
    if not any(suffix.encode() in beginning for suffix in IMAGE_SUFFIXES):
        return None
    frame = read_frame(path, **written)
    columns = [c for c in frame.columns if _holds_paths(frame[c], path.parent)]
    if len(columns) > 1:
        raise TableError(
            f"{path.name} has several columns of paths, {listed(columns)}: say which"
            " one holds the images, with --images NAME."
        )
    return columns[0] if columns else None


def rows_with_paths(path, label, clean_label, images, reading):
    """Return the table in a file, and the names and paths of the images of its rows.

    Parameters
    ----------
    path : Path

    label, clean_label, images : str or None
        Columns.

    reading : dict
        Further parameters of `read_table`.
    """
    if not path.is_file():
        raise TableError(f"{path}: there is no such file, and no such folder.")
    written = {name: reading[name] for name in WRITTEN if name in reading}
    if images is None:
        images = find_image_column(path, **written)
    if images is None:
        raise TableError(
            f"{path.name} has no column of paths of images that are there, relative to"
            f" {str(path.parent)!r}: say which one it is, with --images NAME."
        )
    texts = [*_as_list(reading.get("text")), images]
    table = read_table(path, label, clean_label, **reading | {"text": texts})
    cells = read_frame(path, **written).loc[table.rows, images].tolist()
    others = [c.name for c in table.columns or [] if c.is_feature and c.name != images]
    table.notes = [note for note in table.notes if "column" not in note.split(":")[0]]
    told = f"images are those in column {images!r}"
    if others:
        told += f"; nothing is learned from {counted(len(others), 'other column')}"
        told += f", {listed(others, 6)}"
    table.notes.append(told)
    names = [str(cell).strip() for cell in cells]
    return table, names, [_placed(name, path.parent) for name in names]


def _as_list(names):
    return [names] if isinstance(names, str) else list(names or [])


def _holds_paths(cells, folder):
    """Whether nearly all cells end like images, and some of them are there."""
    texts = [c.strip() for c in cells.tolist()[:LOOKED_AT] if isinstance(c, str)]
    texts = [text for text in texts if text]
    named = [text for text in texts if text.lower().endswith(IMAGE_SUFFIXES)]
    if not named or len(named) < 0.95 * len(texts):
        return False
    return any(_placed(text, folder).is_file() for text in named[:100])


def _placed(name, folder):
    """Return where the image is: beside the table, or else where one stands now."""
    name = name.replace("\\", "/") if "/" not in name else name
    beside = folder / name
    return Path(name) if not beside.is_file() and Path(name).is_file() else beside
