"""TOML read, with the place of what is wrong in it."""

import re
import tomllib
from typing import Any

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class NotToml(Exception):
    """`str` says why; places are None where nothing tells them."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


def read_toml(text: str) -> dict[str, Any]:
    """Raises NotToml."""
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise NotToml("is nested too deeply") from None
    except ValueError as error:
        # tomllib.TOMLDecodeError, and what int() says of a number with thousands of digits
        message = str(error)
        place = _PLACE.search(message)
        if place is None:
            raise NotToml(f"not valid TOML: {message}") from error
        line, column = place.groups()
        raise NotToml(
            f"not valid TOML: {message[: place.start()]}",
            int(line) if line else text.count("\n") + 1,
            int(column) if column else None,
        ) from error
