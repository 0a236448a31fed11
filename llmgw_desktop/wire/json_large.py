"""What is kept of a large body: where its top-level members stand. Values are parsed on demand.

A tree of all that a large body says takes many times its size, and as long to throw away as to
make; most requests are passed on with three of their members looked at. How the members are found
is `json_steps.py`'s work.
"""

from collections.abc import Iterator, Mapping
from typing import Any, final

from typing_extensions import override

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.json_values import parse_json

_OUTLINED_VALUE_BYTES = 4096
_OUTLINE_BYTES = 64 * 1024
_ALWAYS_OUTLINED_BYTES = 256
"""What decides about a request is short, and must not be crowded out by what stands before it."""
_EMPTIED: Mapping[int, bytes] = {ord("{"): b"{}", ord("["): b"[]", ord('"'): b'""'}

Span = tuple[int, int]


@final
class LargeObject(Mapping[str, Any]):
    """The top level of a body that was found to be a JSON object."""

    __slots__ = ("_body", "_members", "_spans", "_values")

    def __init__(self, body: bytes, members: list[tuple[Span, Span]]) -> None:
        """`members`: where each key stands, with its quotes, and where its value."""
        self._body = body
        self._members = members
        self._values: dict[str, Any] = {}
        self._spans: dict[str, list[Span]] = {}
        for (start, end), value in members:
            name = body[start:end]
            key = parse_json(name) if b"\\" in name else name[1:-1].decode()
            self._spans.setdefault(key, []).append(value)

    @override
    def __getitem__(self, key: str) -> Any:
        """Of members of one name the last counts. Raises MalformedRequest for a bomb."""
        if key not in self._values:
            start, end = self._spans[key][-1]
            try:
                self._values[key] = parse_json(memoryview(self._body)[start:end])
            except ValueError as error:
                raise MalformedRequest(f"The request body is {error}.") from None
        return self._values[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    @override
    def __len__(self) -> int:
        return len(self._spans)

    @override
    def __contains__(self, key: object) -> bool:
        return key in self._spans

    def place(self, key: str) -> Span:
        """Where the value stands; MalformedRequest when it is missing or given twice."""
        spans = self._spans.get(key, [])
        if len(spans) != 1:
            raise MalformedRequest("must be given once" if spans else "is missing", path=key)
        return spans[0]

    def beginning(self, key: str, most_bytes: int) -> str | None:
        """The text of a value that is longer than this, cut there; None where it is not."""
        start, end = self._spans[key][-1]
        if end - start <= most_bytes:
            return None
        return self._body[start : start + most_bytes].decode(errors="replace")

    def outline(self) -> bytes:
        """A body that says the same in little: long values are empty ones of their kind."""
        room = _OUTLINE_BYTES
        parts = []
        for (key_start, key_end), (start, end) in self._members:
            size = end - start
            if size <= max(min(_OUTLINED_VALUE_BYTES, room), _ALWAYS_OUTLINED_BYTES):
                value = self._body[start:end]
                room -= size
            else:
                value = _EMPTIED.get(self._body[start], b"0")
            parts.append(b"%b:%b" % (self._body[key_start:key_end], value))
        return b"{%b}" % b",".join(parts)


@final
class Spliced:
    """A large body with a few of its bytes written anew, and no copy made of the rest."""

    __slots__ = ("_edits", "original")

    def __init__(self, original: bytes, edits: tuple[tuple[Span, bytes], ...] = ()) -> None:
        """`edits`: what stands in the place of which bytes of the original; none overlap."""
        self.original = original
        self._edits = tuple(sorted(edits, key=lambda edit: edit[0]))

    def __len__(self) -> int:
        return len(self.original) + sum(
            len(new) - (end - start) for (start, end), new in self._edits
        )

    def __bytes__(self) -> bytes:
        return b"".join(self.parts())

    def with_edit(self, span: Span, new: bytes) -> "Spliced":
        return Spliced(self.original, (*self._edits, (span, new)))

    def parts(self) -> list[memoryview]:
        """In order; together they are the body."""
        whole = memoryview(self.original)
        parts: list[memoryview] = []
        done = 0
        for (start, end), new in self._edits:
            parts += (whole[done:start], memoryview(new))
            done = end
        parts.append(whole[done:])
        return parts


Body = bytes | Spliced
"""A request's body on its way to an upstream."""
