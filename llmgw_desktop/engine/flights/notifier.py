"""Tells targets of `[[notify]]` what happened: an address by a signed POST, a program by its stdin.

Nothing waits for a target. Each has its own line, of which the oldest is left out where too much
comes, and one try at a time. What cannot be reached or is busy is tried again, each pause longer
than the one before, and then given up. An address is reached as a provider is: through the same
proxies, believed by the same authorities; nobody is redirected. Signatures are those of Standard
Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
"""

import asyncio
import base64
import binascii
import hmac
import logging
import secrets
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from urllib.parse import urlsplit

import orjson

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event
from llmgw_desktop.domain.flights.alarms import AlarmNote, NotifyTarget
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1 import UnfitHead
from llmgw_desktop.engine.http1.client_connection import BrokenAnswer, ConnectionClosed
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.upstream.keys import ProviderKeys
from llmgw_desktop.engine.upstream.pool import ConnectTarget, LeadsAstray, LeadsBack, Pool

PAUSES_S = (2.0, 15.0, 60.0)
MOST_WAITING = 32
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_SECRET_BEGINS = "whsec_"  # noqa: S105 - how one is marked, not one
_log = logging.getLogger(__name__)
NoteOf = Callable[[Event], AlarmNote | None]
RunProgram = Callable[[Sequence[str], bytes, float], str]
"""(argv, what it reads on stdin, seconds): what went wrong, in a sentence; empty where nothing did.
Blocks."""


@value
class NotifyOutcome:
    """Of one try. `problem` is empty where it was taken."""

    problem: str = ""
    is_worth_again: bool = False


@value
class NotifyStanding:
    """How a target stands since the start."""

    target: NotifyTarget
    told: int = 0
    failed: int = 0
    """Notes that were given up."""
    lost: int = 0
    """Left out, because too many waited."""
    at_s: float | None = None
    """Of the last try; None: there was none."""
    problem: str = ""
    """Of the last try; empty where it was taken."""


def signature(secret: str, message_id: str, at_s: int, body: bytes) -> str:
    """`v1,` and the Base64 of an HMAC with SHA-256 over `id.timestamp.body`. A secret that begins
    with `whsec_` is the Base64 of its bytes, another one is taken as it is."""
    key = secret.encode()
    if secret.startswith(_SECRET_BEGINS):
        try:
            key = base64.b64decode(secret.removeprefix(_SECRET_BEGINS), validate=True)
        except binascii.Error:
            key = secret.encode()
    signed = b"%s.%d.%s" % (message_id.encode(), at_s, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, sha256)).decode()


def note_body(note: AlarmNote) -> bytes:
    """What a target is told, as JSON."""
    return orjson.dumps(
        {
            "type": note.kind.value,
            "timestamp": note.at_s,
            "test": note.is_test,
            "title": note.title,
            "text": note.text,
            "account": note.account or None,
            "model": note.model or None,
            "client": note.client or None,
            "job": note.job or None,
            "flights": note.flights,
            "filter": note.filter or None,
        }
    )


class _Lane:
    """One target's."""

    def __init__(self, target: NotifyTarget) -> None:
        self.standing = NotifyStanding(target=target)
        self.waiting: deque[AlarmNote] = deque()
        self.is_running = False

    def changed(self, **changes: object) -> None:
        self.standing = replace(self.standing, **changes)  # type: ignore[arg-type]


class Notifier:
    """For one loop."""

    def __init__(
        self,
        keys: ProviderKeys,
        clock: Clock,
        *,
        note_of: NoteOf,
        trial: Callable[[], AlarmNote],
        run: RunProgram,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._note_of = note_of
        self._trial = trial
        self._run = run
        self._pauses_s = pauses_s
        self._pool = Pool()
        self._tasks = Tasks()
        self._lanes: dict[str, _Lane] = {}

    def apply(self, targets: Sequence[NotifyTarget]) -> None:
        """From now on. What waits for a target that is as before goes on."""
        before = self._lanes
        self._lanes = {}
        for target in targets:
            lane = before.get(target.name)
            if lane is None or lane.standing.target != target:
                lane = _Lane(target)
            self._lanes[target.name] = lane

    def hear(self, event: Event) -> None:
        """Of the bus."""
        if not self._lanes:
            return
        note = self._note_of(event)
        if note is None:
            return
        for lane in self._lanes.values():
            if lane.standing.target.is_on and note.kind in lane.standing.target.events:
                self._put(lane, note)

    def standings(self) -> list[NotifyStanding]:
        """In the order of the file."""
        return [each.standing for each in self._lanes.values()]

    async def test(self, name: str) -> NotifyStanding | None:
        """One try, now, also where it is switched off. None where there is no such target."""
        lane = self._lanes.get(name)
        if lane is None:
            return None
        outcome = await self._try(lane, self._trial(), _new_id())
        self._count(lane, outcome)
        return lane.standing

    async def stop(self) -> None:
        """What waits is given up."""
        await self._tasks.stop()
        self._pool.close()

    def _put(self, lane: _Lane, note: AlarmNote) -> None:
        if len(lane.waiting) >= MOST_WAITING:
            lane.waiting.popleft()
            lane.changed(lost=lane.standing.lost + 1)
        lane.waiting.append(note)
        if not lane.is_running:
            lane.is_running = True
            self._tasks.start(self._work(lane), name=f"notify {lane.standing.target.name}")

    async def _work(self, lane: _Lane) -> None:
        try:
            while lane.waiting and self._lanes.get(lane.standing.target.name) is lane:
                await self._tell(lane, lane.waiting.popleft())
        finally:
            lane.is_running = False

    async def _tell(self, lane: _Lane, note: AlarmNote) -> None:
        message_id = _new_id()  # the same in each try: who took it in spite of all knows it again
        outcome = await self._try(lane, note, message_id)
        for pause_s in self._pauses_s:
            if not outcome.is_worth_again:
                break
            lane.changed(at_s=self._clock.now_s(), problem=outcome.problem)
            await asyncio.sleep(pause_s)
            outcome = await self._try(lane, note, message_id)
        self._count(lane, outcome)

    def _count(self, lane: _Lane, outcome: NotifyOutcome) -> None:
        standing = lane.standing
        lane.changed(
            at_s=self._clock.now_s(),
            problem=outcome.problem,
            told=standing.told + (not outcome.problem),
            failed=standing.failed + bool(outcome.problem),
        )
        if outcome.problem:
            _log.warning("notify %s: %s", standing.target.name, outcome.problem)

    async def _try(self, lane: _Lane, note: AlarmNote, message_id: str) -> NotifyOutcome:
        target, body = lane.standing.target, note_body(note)
        if target.command:
            problem = await asyncio.to_thread(self._run, target.command, body, target.timeout_s)
            return NotifyOutcome(problem=problem)
        try:
            async with asyncio.timeout(target.timeout_s):
                status = await self._post(target, body, message_id)
        except TimeoutError:
            words = f"It did not answer within {target.timeout_s:g} s."
            return NotifyOutcome(problem=words, is_worth_again=True)
        except LlmgwError as error:
            return NotifyOutcome(problem=str(error))
        except (OSError, ConnectionClosed, BrokenAnswer, UnfitHead) as error:
            return NotifyOutcome(problem=_words(target, error), is_worth_again=True)
        if 200 <= status < 300:
            return NotifyOutcome()
        return NotifyOutcome(problem=_status_words(status), is_worth_again=status in _BUSY)

    async def _post(self, target: NotifyTarget, body: bytes, message_id: str) -> int:
        """The status of its answer, of which no more is read."""
        upstream = await self._keys.with_key(_upstream(target), "")
        place = ConnectTarget.of(target.url, local=target.local, way=upstream.way)
        connection = await self._pool.connect(place, target.timeout_s)
        try:
            head = [*_head(target.url, body), f"webhook-id: {message_id}"]
            at_s, secret = int(self._clock.now_s()), upstream.api_key
            head.append(f"webhook-timestamp: {at_s}")
            if secret:
                head.append(f"webhook-signature: {signature(secret, message_id, at_s, body)}")
            connection.ask(("\r\n".join(head) + "\r\n\r\n").encode(), body)
            await connection.answered()
            return connection.status
        finally:
            connection.close()


def _new_id() -> str:
    return f"msg_{secrets.token_hex(12)}"


def _upstream(target: NotifyTarget) -> Upstream:
    """As the vault's keys and the ways to networks know one who is asked."""
    return Upstream(
        provider=f"notify {target.name}",
        kind=ProviderKind.OPENAI_COMPATIBLE,
        protocol=ModelProtocol.OPENAI_CHAT,
        base_url=target.url,
        local=target.local,
        way=target.way,
        vault=target.vault,
    )


def _head(url: str, body: bytes) -> list[str]:
    parts = urlsplit(url)
    return [
        f"POST {parts.path or '/'} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: llmgw/{VERSION}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Accept-Encoding: identity",
        "Connection: close",
    ]


def _status_words(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered {status}: it redirects, which is not followed."
    return f"It answered {status}."


def _words(target: NotifyTarget, error: Exception) -> str:
    host = urlsplit(target.url).hostname or ""
    if isinstance(error, LeadsBack):
        return f"{host} is this gateway itself."
    if isinstance(error, LeadsAstray):
        return f"{host} leads to {error.where}, {error.why}."
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        return f"{host} cannot be trusted: {reason}."
    if isinstance(error, ConnectionClosed):
        return f"{host} closed the connection without an answer."
    if isinstance(error, BrokenAnswer | UnfitHead):
        return f"{host} did not answer in HTTP."
    told = error.strerror if isinstance(error, OSError) and error.strerror else error
    return f"{host} cannot be reached: {told}."
