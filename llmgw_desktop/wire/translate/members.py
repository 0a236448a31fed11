"""Members of a caller's JSON, checked once where they are read: MalformedRequest names the place.

A member that is null counts as absent, as vendors take it. Which members there are, and what they
mean, is known to the codecs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport

Fields = Mapping[str, Any]

_LARGEST = 1 << 53
"""From here on not every whole number has a place among those with a point."""
LEAST = -_LARGEST
_DIGITS = re.compile(r"-?[0-9]{1,15}")
_LONGEST_SHOWN = 60


def as_object(value: object, path: str) -> dict[str, Any]:
    if type(value) is dict:
        return value
    raise MalformedRequest("must be an object", path=path)


def as_list(value: object, path: str) -> list[Any]:
    if type(value) is list:
        return value
    raise MalformedRequest("must be a list", path=path)


def as_text(value: object, path: str) -> str:
    if type(value) is str:
        return value
    raise MalformedRequest("must be a string", path=path)


def text_in(parent: Fields, name: str, path: str = "") -> str:
    value = parent.get(name)
    # a path is written only where it is needed: a long conversation has thousands of members
    return value if type(value) is str else as_text(value, joined(path, name))


def name_in(parent: Fields, name: str, path: str = "") -> str:
    """A string that is not empty."""
    value = parent.get(name)
    if type(value) is str and value:
        return value
    raise MalformedRequest("is required, as a string", path=joined(path, name))


def needed_object(parent: Fields, name: str, path: str = "") -> dict[str, Any]:
    value = parent.get(name)
    return value if type(value) is dict else as_object(value, joined(path, name))


def maybe_text(parent: Fields, name: str, path: str = "") -> str | None:
    value = parent.get(name)
    return value if value is None or type(value) is str else as_text(value, joined(path, name))


def maybe_object(parent: Fields, name: str, path: str = "") -> dict[str, Any] | None:
    value = parent.get(name)
    return value if value is None or type(value) is dict else as_object(value, joined(path, name))


def maybe_flag(parent: Fields, name: str, path: str = "") -> bool | None:
    value = parent.get(name)
    if value is None or type(value) is bool:
        return value
    raise MalformedRequest("must be true or false", path=joined(path, name))


def maybe_number(parent: Fields, name: str, path: str = "") -> float | None:
    value = parent.get(name)
    if value is None or type(value) in (int, float):
        return value
    raise MalformedRequest("must be a number", path=joined(path, name))


def maybe_whole(
    parent: Fields, name: str, path: str = "", *, least: int = LEAST, in_words: bool = False
) -> int | None:
    """64.0 is one; "64" where the protocol writes numbers `in_words` too."""
    value = parent.get(name)
    if value is None:
        return None
    if (type(value) is float and value.is_integer()) or (
        in_words and type(value) is str and _DIGITS.fullmatch(value)
    ):
        value = int(value)
    if type(value) is not int or abs(value) > _LARGEST:
        raise MalformedRequest("must be a whole number", path=joined(path, name))
    if value < least:
        raise MalformedRequest(f"must be at least {least}", path=joined(path, name))
    return value


def one_of(parent: Fields, name: str, words: Fields, path: str = "") -> Any:
    """What the word stands for."""
    value = text_in(parent, name, path)
    if value not in words:
        raise MalformedRequest(f"must be one of {', '.join(words)}", path=joined(path, name))
    return words[value]


def maybe_one_of(parent: Fields, name: str, words: Fields, path: str = "") -> Any | None:
    return None if parent.get(name) is None else one_of(parent, name, words, path)


def elements_of(value: object, path: str) -> Iterator[tuple[Any, str]]:
    """Those of a list, each with its path."""
    for at, element in enumerate(as_list(value, path)):
        yield element, f"{path}[{at}]"


def objects_of(value: object, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Those of a list of objects, each with its path."""
    for at, element in enumerate(as_list(value, path)):
        spot = f"{path}[{at}]"
        yield element if type(element) is dict else as_object(element, spot), spot


def elements_in(parent: Fields, name: str, path: str = "") -> Iterable[tuple[Any, str]]:
    """As `elements_of`; none where there is no list."""
    value = parent.get(name)
    return () if value is None else elements_of(value, joined(path, name))


def objects_in(parent: Fields, name: str, path: str = "") -> Iterable[tuple[dict[str, Any], str]]:
    """As `objects_of`; none where there is no list."""
    value = parent.get(name)
    return () if value is None else objects_of(value, joined(path, name))


def texts_in(parent: Fields, name: str, path: str = "") -> tuple[str, ...]:
    if parent.get(name) is None:
        return ()
    return tuple([as_text(element, spot) for element, spot in elements_in(parent, name, path)])


def lose_others(
    parent: Fields, known: Set[str], report: LossReport, place: str = "", *, empty_says: bool = True
) -> None:
    """Members that nobody here reads are lost by their names; null says nothing, and where clients
    send back what they got (`empty_says` false) neither does what is empty, false or zero."""
    if parent.keys() <= known:
        return
    for name, value in parent.items():
        if name not in known and (value is not None if empty_says else value):
            report.lost(Feature.FIELD, joined(place, name))


def not_known(word: object, path: str) -> MalformedRequest:
    """Of a word, such as a type, that stands for nothing here."""
    return MalformedRequest(f"'{str(word)[:_LONGEST_SHOWN]}' is not known here", path=path)


def joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
