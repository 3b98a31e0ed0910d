"""Which format a file is in: what its first bytes say, else what its name says."""

import json
import re
from pathlib import PurePath

from sknoisy._table_errors import TableError

__all__ = ["SUFFIXES", "format_of"]

SUFFIXES = {
    "csv": "text",
    "tsv": "text",
    "tab": "text",
    "txt": "text",
    "data": "text",
    "dat": "text",
    "xlsx": "excel",
    "xlsm": "excel",
    "parquet": "parquet",
    "pq": "parquet",
    "feather": "feather",
    "arrow": "feather",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "arff": "arff",
    "libsvm": "svmlight",
    "svmlight": "svmlight",
    "svm": "svmlight",
    "npz": "npz",
    "npy": "npy",
}
MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "feather",
    b"\x93NUMPY": "npy",
}
# what we don't read, and what to do instead
REFUSED = {
    "xls": "the Excel format from before 2007: save it as .xlsx",
    "ods": "an OpenDocument table: save it as .xlsx or as CSV",
    "pt": "a torch file, which may run code when it is loaded: save its arrays with"
    " numpy.savez",
    "pickle": "a pickle, which may run code when it is loaded: save it as Parquet, or"
    " arrays with numpy.savez",
    "hdf": "HDF5: read it with pandas or h5py, and pass the frame, or save it as"
    " Parquet",
    "sqlite": "a data base: export the table as CSV",
    "stat": "a file of a statistics program: read it with pandas, and pass the frame,"
    " or save it as CSV",
    "html": "a web page: save the table on it as CSV",
    "pdf": "a PDF: copy the table into a spreadsheet, and save that",
    "image": "an image: put features of images, or their pixels, into an NPZ file",
}
REFUSED_SUFFIXES = {
    "xls": "xls",
    "ods": "ods",
    "pt": "pt",
    "pth": "pt",
    "pkl": "pickle",
    "pickle": "pickle",
    "joblib": "pickle",
    "h5": "hdf",
    "hdf5": "hdf",
    "db": "sqlite",
    "sqlite": "sqlite",
    "dta": "stat",
    "sav": "stat",
    "sas7bdat": "stat",
    "rds": "stat",
    "rda": "stat",
    "rdata": "stat",
    "html": "html",
    "htm": "html",
    "pdf": "pdf",
    "png": "image",
    "jpg": "image",
    "jpeg": "image",
}
REFUSED_MAGIC = {
    b"\xd0\xcf\x11\xe0": "xls",
    b"\x89HDF": "hdf",
    b"SQLite format 3": "sqlite",
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"<!DOCTYPE": "html",
    b"<!doctype": "html",
    b"<html": "html",
    b"\x80\x04\x95": "pickle",
    b"\x80\x05\x95": "pickle",
}
SVMLIGHT = re.compile(
    rb"[-+]?[\d.]+(?:,[-+\d.]+)* +(?:qid:\d+ +)?\d+:[-+\d.eE]+[ \d:.eE+-]*"
)


def format_of(name, data):
    """Return the format of `data`, a key of the readers, or say why it is none."""
    suffix = PurePath(name).suffix.lower().lstrip(".")
    _refuse(name, suffix, data)
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return "excel" if b"[Content_Types].xml" in data[:4096] else _zip(suffix)
    if suffix in SUFFIXES and SUFFIXES[suffix] not in ("text", "excel"):
        return SUFFIXES[suffix]
    return _by_look(data, suffix)


def _refuse(name, suffix, data):
    kind = next((k for m, k in REFUSED_MAGIC.items() if data.startswith(m)), None)
    if kind is None and not (data.isascii() and suffix not in ("html", "htm")):
        kind = REFUSED_SUFFIXES.get(suffix)
    if kind is not None:
        raise TableError(f"{name} is {REFUSED[kind]}.")


def _zip(suffix):
    return "npz" if suffix in ("npz", "") else SUFFIXES.get(suffix, "npz")


def _by_look(data, suffix):
    """Return the format of a text by its first line."""
    head = data[:8192].lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix == "xlsx":
        return "excel"
    if head.startswith(b"{") or re.match(rb"\[\s*[\[{]", head):
        return "json" if _is_json(head) else "text"
    lines = [line for line in head.splitlines() if line and not line.startswith(b"%")]
    if lines and lines[0].lower().startswith(b"@relation"):
        return "arff"
    lines = [line.split(b"#")[0].strip() for line in lines[:-1] or lines]
    if lines and all(SVMLIGHT.fullmatch(line) for line in lines if line):
        return "svmlight"
    return "text"


def _is_json(head):
    try:
        json.JSONDecoder().raw_decode(head.decode("utf-8", "ignore"))
    except ValueError as error:  # cut off in the middle, or no JSON at all
        return getattr(error, "pos", 0) > 1 or len(head) > 8000
    return True
