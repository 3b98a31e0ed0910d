"""Excel workbooks: the first sheet that holds cells, or the one that was said."""

import io
import re
import warnings
import zipfile

from sknoisy._table_errors import TableError, as_table_errors, counted, listed, need
from sknoisy.tables._cells import as_column
from sknoisy.tables._grid import make_frame
from sknoisy.tables._loaded import Loaded

__all__ = ["read_excel"]

MERGED = re.compile(rb'mergeCell\s[^>]*ref="([A-Z]+)(\d+):[A-Z]+(\d+)"')
NEVER_COMPUTED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")


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
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            rows = _rows_of(sheets, options.sheet, name, notes, file)
        book.close()
    return Loaded(frame=make_frame(rows, options, name, as_column, notes), notes=notes)


def _rows_of(sheets, wanted, name, notes, file):
    if wanted is not None and wanted not in sheets:
        raise TableError(f"{name} has no sheet {wanted!r}; it has: {listed(sheets)}.")
    for title in [wanted] if wanted is not None else sheets:
        rows = _cells(sheets[title])
        if rows:
            # openpyxl doesn't tell of merged cells as it reads row by row
            xml = file.read(sheets[title]._worksheet_path)
            _fill_merged(rows, xml)
            _note_formulas(xml, notes)
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


def _fill_merged(rows, xml):
    """Let a cell that spans several rows be the cell of each of them."""
    for letters, first, last in MERGED.findall(xml):
        j = _number_of(letters)
        first, last = int(first), min(int(last), len(rows))
        for _, cells in rows[first:last]:
            if j < len(cells):
                cells[j] = rows[first - 1][1][j]


def _number_of(letters):
    """Return the number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _note_formulas(xml, notes):
    n = len(NEVER_COMPUTED.findall(xml))
    if n:
        notes.append(
            f"{counted(n, 'cell')} with formulas whose values aren't stored, and empty"
            " here: open the file in a spreadsheet program, and save it"
        )


def _no_blank(cell):
    # an empty text is what formulas write for nothing
    return None if cell == "" else cell
