"""Secrets: made at random, known again by their digests; and those of persons, hashed and compared
in threads, few at once: each takes a tenth of a second of a core and 32 MB, and whoever sends wrong
ones could otherwise have all of this computer.
"""

import asyncio
import base64
import hmac
import re
import secrets
from hashlib import sha256

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.access.oauth_clients import hashed, matches

_BYTES = 32
ACCESS, REFRESH, CODE, SECRET = "llmgw-at-", "llmgw-rt-", "llmgw-ac-", "llmgw-cs-"
"""How each begins. All are known by `llmgw-` to what keeps our keys out of records, of addresses
and of requests to vendors."""
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def made(kind: str) -> str:
    return kind + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of it; as the authenticator reckons it of any key."""
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


def is_challenge(text: str) -> bool:
    """PKCE with S256 has one length."""
    return _CHALLENGE.fullmatch(text) is not None


def answers(verifier: str, challenge: str) -> bool:
    """RFC 7636, S256."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    found = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(found, challenge.encode())


AT_ONCE = 2
MOST_WAITING = 16


class HashingBusy(LlmgwError):
    """Too many secrets wait to be compared."""

    kind = "hashing_busy"

    def __init__(self) -> None:
        super().__init__("Too many secrets are being checked; try again in a few seconds.")


class Hashing:
    """One for the whole gateway. Raises HashingBusy where too many wait already."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hashed(self, secret: str) -> str:
        async with _Turn(self):
            return await asyncio.to_thread(hashed, secret)

    async def matches(self, secret: str, kept: str) -> bool:
        async with _Turn(self):
            return await asyncio.to_thread(matches, secret, kept)

    async def enter(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise HashingBusy
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        self._free.release()


class _Turn:
    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing

    async def __aenter__(self) -> None:
        await self._hashing.enter()

    async def __aexit__(self, *_: object) -> None:
        self._hashing.leave()
