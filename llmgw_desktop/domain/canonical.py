"""JSON in the one way in which it can be written: RFC 8785, without fractions.

Keys are sorted by their UTF-16 code units, nothing stands between tokens, texts are UTF-8 with the
shortest escapes. Numbers are whole and at most 2^53 - 1; what would be a fraction is written as a
text by whoever makes the value.
"""

import json

LARGEST = 2**53 - 1


def canonical(value: object) -> bytes:
    """Raises ValueError for what has no canonical form here."""
    return _written(value).encode("utf-8", "strict")


def _written(value: object) -> str:
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() if abs(value) <= LARGEST:
            return str(int(value))
        case list() | tuple():
            return f"[{','.join(map(_written, value))}]"
        case dict() if all(isinstance(key, str) for key in value):
            members = (
                f"{_written(key)}:{_written(value[key])}" for key in sorted(value, key=_utf16)
            )
            return f"{{{','.join(members)}}}"
        case _:
            raise ValueError(f"{type(value).__name__} {value!r:.40} has no canonical form.")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")
