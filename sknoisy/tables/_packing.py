"""Files out of their wrapping: gzip, bzip2, xz, Zstandard, and zips of one file."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import PurePath

from sknoisy._table_errors import TableError, as_table_errors, listed, need

__all__ = ["unpack"]

MAGIC = {
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
}
BROKEN = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)
MOST_WRAPPINGS = 3


def unpack(name, data):
    """Return the name and the bytes of what is inside, by what the bytes say."""
    for _ in range(MOST_WRAPPINGS):
        kind = next((k for magic, k in MAGIC.items() if data.startswith(magic)), None)
        with as_table_errors(*BROKEN, about=f"{name} can't be unpacked: "):
            if kind is not None:
                name, data = _without(name, kind), _decompress(data, kind, name)
            elif data.startswith(b"PK\x03\x04") and _is_plain_zip(data):
                name, data = _only_member(name, data)
            else:
                break
    return name, data


def _decompress(data, kind, name):
    if kind == "zst":
        zstandard = need("zstandard", f"{name}: a .zst file")
        with as_table_errors(zstandard.ZstdError, about=f"{name} can't be unpacked: "):
            reader = zstandard.ZstdDecompressor()
            return reader.stream_reader(data, read_across_frames=True).read()
    return {"gz": gzip, "bz2": bz2, "xz": lzma}[kind].decompress(data)


def _without(name, ending):
    path = PurePath(name)
    return path.stem if path.suffix.lower().lstrip(".").startswith(ending) else name


def _is_plain_zip(data):
    """Whether a zip is no format of its own: Excel, OpenDocument, NPZ and torch are."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = file.namelist()
    own = {"[Content_Types].xml", "mimetype"}
    return not any(
        n in own or n.endswith((".npy", "/data.pkl", "/version")) for n in names
    )


def _only_member(name, data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        inside = [
            info.filename
            for info in file.infolist()
            if not info.is_dir()
            and not info.filename.startswith("__MACOSX/")
            and not PurePath(info.filename).name.startswith(".")
        ]
        if len(inside) != 1:
            raise TableError(
                f"{name} holds {len(inside)} files, and which one is meant can't be"
                f" told: {listed(inside) or 'none'}. Unpack it, and name the table."
            )
        return PurePath(inside[0]).name, file.read(inside[0])
