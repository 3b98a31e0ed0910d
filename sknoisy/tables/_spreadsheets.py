"""Excel workbooks: the first sheet that holds cells, or the one that was said."""

import io
import warnings

from sknoisy._table_errors import TableError, as_table_errors, listed, need
from sknoisy.tables._cells import as_column
from sknoisy.tables._grid import make_frame
from sknoisy.tables._loaded import Loaded

__all__ = ["read_excel"]


def read_excel(data, name, options):
    """Return the table in a workbook; cells keep the types that they have there."""
    openpyxl = need("openpyxl", f"{name}: an Excel file")
    notes: list[str] = []
    # a damaged file makes openpyxl raise whatever its XML makes of it
    with (
        as_table_errors(Exception, about=f"{name} can't be read: "),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of styles and extensions that it skips
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = {title: book[title] for title in book.sheetnames}
        sheets = {t: s for t, s in sheets.items() if hasattr(s, "iter_rows")}
        rows = _rows_of(sheets, options.sheet, name, notes)
        book.close()
    return Loaded(frame=make_frame(rows, options, name, as_column, notes), notes=notes)


def _rows_of(sheets, wanted, name, notes):
    if wanted is not None and wanted not in sheets:
        raise TableError(f"{name} has no sheet {wanted!r}; it has: {listed(sheets)}.")
    for title in [wanted] if wanted is not None else sheets:
        rows = _cells(sheets[title])
        if rows:
            others = [other for other in sheets if other != title]
            if others and wanted is None:
                notes.append(
                    f"sheet {title!r} read; there are others: {listed(others)}"
                    " (--sheet names one)"
                )
            return rows
    raise TableError(f"{name} is empty.")


def _cells(sheet):
    sheet.reset_dimensions()  # what programs write there may be wrong
    rows = [
        (i, list(row)) for i, row in enumerate(sheet.iter_rows(values_only=True), 1)
    ]
    rows = [(i, [_no_blank(cell) for cell in row]) for i, row in rows]
    while rows and not any(cell is not None for cell in rows[-1][1]):
        rows.pop()
    return rows


def _no_blank(cell):
    # an empty text is what formulas write for nothing
    return None if cell == "" else cell
