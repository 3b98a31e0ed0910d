"""The file or folder that the command line names, and what people say about it."""

from pathlib import Path

from sknoisy._cli._errors import CommandError, command_errors
from sknoisy._cli._images import find_images, read_images
from sknoisy._cli._tool_exports import TOOLS, tool_of
from sknoisy.tables import ParquetRows, TableError, parquet_files, read_table

ROLES = ("ignore", "id", "group", "text", "number", "category", "date")


def read(arguments):
    """Return the table in the file, or of the images, that the arguments name."""
    tool = tool_of(arguments.data)
    if tool == "label_studio" or (tool is not None and arguments.label is None):
        raise CommandError(
            f"{arguments.data} is an export of {TOOLS[tool]}, of tasks that several may"
            f" have labeled: 'sknoisy votes {arguments.data}' makes one label of them."
            " For an audit of single labels make a table with a column of labels of it:"
            f" sknoisy.annotators.read_{tool} reads it"
            f"{', and JSON-MIN and CSV are such tables' * (tool == 'label_studio')}."
        )
    said = {**how_written(arguments), **roles_said(arguments)}
    names = arguments.label, arguments.clean_label
    with command_errors(TableError):
        if Path(arguments.data).is_dir() and parquet_files(arguments.data):
            frame = ParquetRows(arguments.data).take(None)
            return read_table(frame, *names, **said, name=Path(arguments.data).name)
        images = find_images(arguments, said)
        if images is not None:
            return read_images(arguments, images, said)
        return read_table(arguments.data, *names, **said)


def roles_said(arguments):
    """Return the columns that people said what they are of, by role."""
    return {role: _split(getattr(arguments, role, None)) for role in ROLES}


def how_written(arguments):
    """Return what people said of how the file is written, for `read_table`."""
    return {
        "encoding": arguments.encoding,
        "separator": arguments.separator,
        "decimal": arguments.decimal,
        "skip": arguments.skip,
        "header": None if arguments.header is None else arguments.header == "yes",
        "sheet": arguments.sheet,
        "missing": _split(arguments.missing),
    }


def _split(names):
    """Return names between commas; none of them has blanks around it."""
    return None if names is None else [name.strip() for name in names.split(",")]
