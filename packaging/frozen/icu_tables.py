"""ICU's tables, which Qt cannot start without, made smaller: only what Qt asks ICU for stays.

Qt has its own words for languages, currencies and units, finds the ends of words and sentences by
itself, and reads old encodings only where it is asked to: no window does. Sorting by language,
upper and lower case, and names of time zones stay.
"""

import re
import struct
import subprocess
from pathlib import Path

_MAGIC = b"CmnD"
_MAGIC_AT = 12
"""How far behind the beginning of the tables."""
_UNUSED = re.compile(r"[^/]+/(?:brkitr|curr|lang|rbnf|region|translit|unit)/|[^/]+/[^/]+\.cnv$")
_ENTRY = struct.Struct("<II")
_LIBRARY = re.compile(r"libicudata\.so\.(\d+)")
_SOURCE = """
.section .rodata
.balign 16
.globl {symbol}
.type {symbol}, @object
.size {symbol}, {size}
{symbol}: .incbin "{data}"
.section .note.GNU-stack,"",@progbits
"""


def smaller_tables(library: Path, folder: Path) -> Path:
    """A library that stands in for this `libicudata.so.NUMBER`, made in `folder` by binutils. Raises
    ValueError where it holds no tables of ICU."""
    match = _LIBRARY.match(library.name)
    if match is None:
        raise ValueError(f"{library} is not ICU's")
    tables = _without_unused(library.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    data, source, made = (folder / f"icu.{kind}" for kind in ("dat", "s", "o"))
    data.write_bytes(tables)
    symbol = f"icudt{match[1]}_dat"
    source.write_text(_SOURCE.format(symbol=symbol, size=len(tables), data=data))
    subprocess.run(["as", source, "-o", made], check=True)
    shared = folder / library.name
    words = ["ld", "-shared", "-soname", library.name, "--build-id=none", "-o", shared, made]
    subprocess.run(words, check=True)
    return shared


def _without_unused(library: bytes) -> bytes:
    """Laid out as ICU reads them: a head, how many there are, where each has its name and its
    bytes, the names in their order, the bytes."""
    found = library.find(_MAGIC)
    if found < _MAGIC_AT:
        raise ValueError("no tables of ICU in it")
    begin = found - _MAGIC_AT
    (size,) = struct.unpack_from("<H", library, begin)
    base = begin + size
    kept = [(name, data) for name, data in _items(library, base) if not _UNUSED.match(name)]
    names = [name.encode() + b"\0" for name, _ in kept]
    name_at = 4 + _ENTRY.size * len(kept)
    data_at = _rounded(name_at + sum(map(len, names)))
    entries, bodies = [], []
    for name, (_, data) in zip(names, kept, strict=True):
        entries.append(_ENTRY.pack(name_at, data_at))
        name_at += len(name)
        bodies.append(data.ljust(_rounded(len(data)), b"\0"))
        data_at += len(bodies[-1])
    told = struct.pack("<I", len(kept)) + b"".join(entries) + b"".join(names)
    return library[begin:base] + told.ljust(_rounded(len(told)), b"\0") + b"".join(bodies)


def _items(library: bytes, base: int) -> list[tuple[str, bytes]]:
    (count,) = struct.unpack_from("<I", library, base)
    entries = [_ENTRY.unpack_from(library, base + 4 + _ENTRY.size * n) for n in range(count)]
    ends = [at for _, at in entries[1:]] + [_end(library, base, entries[-1][1])]
    items = []
    for (name_at, data_at), end in zip(entries, ends, strict=True):
        name = library[base + name_at : library.index(b"\0", base + name_at)].decode()
        items.append((name, library[base + data_at : base + end]))
    return items


def _end(library: bytes, base: int, last: int) -> int:
    """Nobody says where the last one ends: it is the small file of the time zones' kinds, and more
    than it does no harm."""
    return min(last + 64 * 1024, len(library) - base)


def _rounded(size: int) -> int:
    return -(-size // 16) * 16
