"""Columns of text, as wide as they need to be."""


def text_table(titles, rows):
    """Return lines: first and last column to the left, numbers between to the right."""
    columns = list(zip(titles, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines = [_line(cells, widths) for cells in (titles, *rows)]
    rule = "-" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:]])


def _line(cells, widths):
    padded = [
        cell.ljust(width) if i in (0, len(cells) - 1) else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "   ".join(padded).rstrip()
