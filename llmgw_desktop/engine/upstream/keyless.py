"""What a provider says of our key stays here.

Some servers repeat the credential that they refuse, in words or in a header. Whoever asked us has
no business with it: he has a key of his own.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from multidict import CIMultiDict

from llmgw_desktop.engine.upstream.answer import UpstreamAnswer

MASK = b"[key removed]"
MOST_BYTES = 1 << 20
"""So much of an error is looked at as a whole; nobody reads more of one."""
_SHORTEST = 8
"""Shorter keys would be found in words."""


def without_key(headers: CIMultiDict[str], key: str) -> CIMultiDict[str]:
    """The same object, unless the key stands in it."""
    if len(key) < _SHORTEST or key not in "\n".join(headers.values()):
        return headers
    return CIMultiDict([(name, value) for name, value in headers.items() if key not in value])


class KeylessError:
    """An error as it came, but for the key, however JSON or an address spells it."""

    def __init__(self, answer: UpstreamAnswer, key: str) -> None:
        self._answer = answer
        self._spellings = _spellings(key)
        self._has_begun = False
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    async def read(self) -> bytes:
        """All of it at first: a key may come in two pieces."""
        if self._has_begun:
            return self._clean(await self._answer.read())
        self._has_begun = True
        body = bytearray()
        while len(body) <= MOST_BYTES and (piece := await self._answer.read()):
            body += piece
        return self._clean(bytes(body))

    def said_all(self) -> None:
        self._answer.said_all()

    async def close(self) -> None:
        await self._answer.close()

    def _clean(self, body: bytes) -> bytes:
        for spelling in self._spellings:
            if spelling in body:
                body = body.replace(spelling, MASK)
        return body


def _spellings(key: str) -> Sequence[bytes]:
    if len(key) < _SHORTEST:
        return ()
    spelled = dict.fromkeys((key, key.replace("/", "\\/"), quote(key, safe="")))
    return [each.encode() for each in spelled]
