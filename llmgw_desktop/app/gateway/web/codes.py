"""Codes that pair a device: shown once, claimed by one browser, confirmed by a person by two words.

By the monotonic clock, on the loop, and kept nowhere: with the gateway's end they are forgotten.
"""

import asyncio
import hmac
import secrets
from contextlib import suppress
from enum import StrEnum
from hashlib import sha256

from llmgw_desktop.app.gateway.web.door import Throttle
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.consents.tickets import two_words

PAIR_WITHIN_S = 180.0
MOST_PAIRINGS = 4


class PairingState(StrEnum):
    SHOWN = "shown"
    """Its code is on a screen."""
    CLAIMED = "claimed"
    """A browser has shown it; the words are to be compared."""
    PAIRED = "paired"
    REFUSED = "refused"
    """By a person, or by silence."""


@value(kw_only=False)
class PairingClaim:
    """What the first browser was given. `cookie`: its digest."""

    words: str
    cookie: bytes
    address: str


class Pairing:
    """One attempt."""

    def __init__(self, name: str, code: bytes, ends_at_s: float) -> None:
        self.id = secrets.token_hex(8)
        self.name = name
        self.code = code
        """The digest of what the QR code holds."""
        self.ends_at_s = ends_at_s
        self.state = PairingState.SHOWN
        self.claim: PairingClaim | None = None
        self.is_confirmed = False
        """A person has said so; it is PAIRED when the device is kept."""
        self.key = ""
        """The device's, until its browser has fetched it."""
        self._news = asyncio.Event()

    def become(self, state: PairingState) -> None:
        self.state = state
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def otherwise_than(self, state: PairingState, within_s: float) -> None:
        """Returns when it is, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.state is state:
                    await self._news.wait()


class Pairings:
    """By the monotonic clock; on the loop, and nowhere else: codes are forgotten with the
    gateway's end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Pairing] = {}
        self.throttle = Throttle(clock, most=5, within_s=60.0, rests_s=120.0)

    def start(self, name: str) -> tuple[Pairing, str]:
        """With its code, for the only showing."""
        self._forget()
        while len(self._open) >= MOST_PAIRINGS:
            self.refuse(next(iter(self._open.values())))
        code = secrets.token_urlsafe(32)
        pairing = Pairing(name, digest_of(code), self._clock.monotonic_s() + PAIR_WITHIN_S)
        self._open[pairing.id] = pairing
        return pairing, code

    def find(self, pairing_id: str) -> Pairing | None:
        self._forget()
        return self._open.get(pairing_id)

    def claimed_by(self, code: str, address: str) -> tuple[Pairing, str] | None:
        """What the browser that is the first to show it is to keep; None for any other, and while
        too many have guessed."""
        self._forget()
        if self.throttle.is_shut:
            return None
        shown, found = digest_of(code), None
        for each in self._open.values():
            if hmac.compare_digest(each.code, shown):
                found = each
        if found is None or found.claim is not None:
            self.throttle.failed()
            return None
        cookie = secrets.token_urlsafe(32)
        taken = [each.claim.words for each in self._open.values() if each.claim is not None]
        found.claim = PairingClaim(two_words(taken), digest_of(cookie), address)
        found.become(PairingState.CLAIMED)
        return found, cookie

    def of_cookie(self, cookie: str) -> Pairing | None:
        """Whose browser has claimed it."""
        self._forget()
        shown, found = digest_of(cookie), None
        for each in self._open.values():
            if each.claim is not None and hmac.compare_digest(each.claim.cookie, shown):
                found = each
        return found

    def left_s(self, pairing: Pairing) -> float:
        return max(0.0, pairing.ends_at_s - self._clock.monotonic_s())

    def refuse(self, pairing: Pairing) -> None:
        self._open.pop(pairing.id, None)
        if pairing.state is not PairingState.PAIRED:
            pairing.become(PairingState.REFUSED)

    def close(self) -> None:
        for each in tuple(self._open.values()):
            self.refuse(each)

    def _forget(self) -> None:
        now_s = self._clock.monotonic_s()
        for each in tuple(self._open.values()):
            if each.ends_at_s <= now_s:
                self.refuse(each)


def digest_of(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()
