"""`/ui`: the paths of the web view, and who may see it: links that sign in once, sessions, forms
that are ours.

A link is made by a command with the key of this computer's person. Nothing here is kept: with the
gateway's end all are signed out. While the view is off there is nothing at any of its paths. Light,
for it is made with every start; `desk.py` does the work.
"""

import hmac
import os
import re
import secrets
from collections import deque
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest, UnknownPath
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.front.doors import Answer, DoorTable, check_person, tell
from llmgw_desktop.engine.front.guard import SHUT, DoorOpening
from llmgw_desktop.engine.front.http_caller import HttpCaller

LINK_S = 180.0
IDLE_S = 2 * 3600.0
LONGEST_S = 12 * 3600.0
MOST_LINKS, MOST_SESSIONS = 8, 16
FORM_S = 1800.0
ARM_AFTER_S = 1.5
"""What allows something is taken so long after it was shown; as in the windows."""
_COOKIE_BYTES = 4096
_TOKEN = re.compile(r"[0-9]{1,16}\.[0-9a-f]{64}")


class Throttle:
    """After so many failures in a while nothing is looked at for a longer one."""

    def __init__(
        self, clock: Clock, *, most: int = 10, within_s: float = 60.0, rests_s: float = 300.0
    ) -> None:
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=most)
        self._within_s, self._rests_s = within_s, rests_s
        self._shut_until_s = 0.0

    @property
    def is_shut(self) -> bool:
        return self._clock.monotonic_s() < self._shut_until_s

    def failed(self) -> None:
        now_s = self._clock.monotonic_s()
        self._failures.append(now_s)
        is_full = len(self._failures) == self._failures.maxlen
        if is_full and now_s - self._failures[0] <= self._within_s:
            self._shut_until_s = now_s + self._rests_s
            self._failures.clear()


class FormTokens:
    """What only a page of ours can hold, of one session and for one thing; it tells its age."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = os.urandom(32)
        self.epoch = secrets.token_hex(4)
        """Of this start: those of another mean nothing here."""

    def make(self, session: str, what: str) -> str:
        """`what`: the question that the form answers, or what else it does."""
        return self._signed(session, what, str(round(self._clock.monotonic_s() * 1000)))

    def age_s(self, session: str, what: str, token: str) -> float | None:
        """None for one that is not of this session and for this thing, or too old."""
        if not _TOKEN.fullmatch(token):
            return None
        made_ms = token.partition(".")[0]
        if not hmac.compare_digest(self._signed(session, what, made_ms), token):
            return None
        age_s = self._clock.monotonic_s() - int(made_ms) / 1000
        return age_s if -0.001 <= age_s <= FORM_S else None

    def _signed(self, session: str, what: str, made_ms: str) -> str:
        said = "\0".join((session, what, made_ms)).encode()
        return f"{made_ms}.{hmac.new(self._key, said, sha256).hexdigest()}"


@value
class WebSession:
    """One browser that is signed in. `digest`: of what its cookie holds."""

    id: str
    digest: bytes
    made_at_s: float


class WebSignIn:
    """Links and sessions of the web view; by the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._links: deque[tuple[float, bytes]] = deque(maxlen=MOST_LINKS)
        self._sessions: dict[str, WebSession] = {}
        self._seen_at_s: dict[str, float] = {}
        self.throttle = Throttle(clock)
        self.forms = FormTokens(clock)

    def link(self) -> str:
        """What an address signs in with, once and within `LINK_S`."""
        code = secrets.token_urlsafe(32)
        self._links.append((self._clock.monotonic_s(), _digest(code)))
        return code

    def use(self, code: str) -> str | None:
        """What the browser's cookie is to hold; None for a link that is none, or no more."""
        if self.throttle.is_shut:
            return None
        shown, now_s = _digest(code), self._clock.monotonic_s()
        found = [each for each in self._links if hmac.compare_digest(each[1], shown)]
        if not found:
            self.throttle.failed()
            return None
        self._links.remove(found[0])
        if now_s - found[0][0] > LINK_S:
            return None
        return self._opened(now_s)

    def find(self, cookies: str, name: str) -> WebSession | None:
        """Whose browser this is, by its `Cookie` header; it counts as seen."""
        held = cookie_of(cookies, name)
        if not held:
            return None
        shown, now_s = _digest(held), self._clock.monotonic_s()
        found = None
        for each in tuple(self._sessions.values()):
            if self._is_over(each, now_s):
                self.end(each)
            elif hmac.compare_digest(each.digest, shown):
                found = each
        if found is not None:
            self._seen_at_s[found.id] = now_s
        return found

    def is_open(self, session: WebSession) -> bool:
        """Whether it goes on: for whoever listens for long."""
        return session.id in self._sessions and not self._is_over(
            session, self._clock.monotonic_s()
        )

    def end(self, session: WebSession) -> None:
        self._sessions.pop(session.id, None)
        self._seen_at_s.pop(session.id, None)

    def end_all(self) -> None:
        self._sessions.clear()
        self._seen_at_s.clear()
        self._links.clear()

    def _opened(self, now_s: float) -> str:
        held = secrets.token_urlsafe(32)
        while len(self._sessions) >= MOST_SESSIONS:
            self.end(next(iter(self._sessions.values())))
        session = WebSession(id=secrets.token_hex(8), digest=_digest(held), made_at_s=now_s)
        self._sessions[session.id] = session
        self._seen_at_s[session.id] = now_s
        return held

    def _is_over(self, session: WebSession, now_s: float) -> bool:
        rested_s = now_s - self._seen_at_s.get(session.id, session.made_at_s)
        return now_s - session.made_at_s > LONGEST_S or rested_s > IDLE_S


def cookie_of(header: str, name: str) -> str:
    """Its first value, where it comes several times; empty where it does not."""
    for part in header[:_COOKIE_BYTES].split(";"):
        told, _, text = part.strip().partition("=")
        if told == name:
            return text
    return ""


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()


_FORM = DoorOpening(takes_forms=True, max_body_bytes=16 * 1024)
_PAGE = DoorOpening(is_page=True)
_NOT_YOURS = "Only the person at this computer opens the web view; '{name}' is another client."
_OFF = "The web view is off: set [ui] web = true (llmgw settings set ui.web true)."


class ViewDesk(Protocol):
    """What answers at the paths (`desk.py`)."""

    async def show(self, caller: HttpCaller) -> None: ...

    async def enter(self, caller: HttpCaller) -> None: ...

    async def leave(self, caller: HttpCaller) -> None: ...

    async def answer(self, caller: HttpCaller) -> None: ...

    async def events(self, caller: HttpCaller) -> None: ...

    async def file(self, caller: HttpCaller) -> None: ...


class WebDoor:
    """`is_on`: asked with each request, so that switching it off holds at once. `note`: for the
    audit log."""

    def __init__(
        self,
        clock: Clock,
        is_on: Callable[[], bool],
        make_desk: Callable[[WebSignIn], ViewDesk],
        note: Callable[[Act], None],
    ) -> None:
        self.sign_in = WebSignIn(clock)
        self._is_on = is_on
        self._make_desk = make_desk
        self._note = note

    @cached_property
    def _desk(self) -> ViewDesk:
        return self._make_desk(self.sign_in)

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.ADMIN, {"POST /v1/ui/links": self.make_link})
        self._add(table, "GET /ui", lambda: self._desk.show, _PAGE)
        self._add(table, "GET /ui/sign-in", lambda: self._desk.enter, _PAGE)
        self._add(table, "POST /ui/sign-out", lambda: self._desk.leave, _FORM)
        self._add(table, "POST /ui/answer", lambda: self._desk.answer, _FORM)
        self._add(table, "GET /ui/events", lambda: self._desk.events)
        for name in ("view.css", "view.js", "app.svg"):
            self._add(table, f"GET /ui/{name}", lambda: self._desk.file)
        for place in ("flights", "jobs", "questions", "clients"):
            self._add(table, f"GET /ui/{place}", lambda: self._desk.show)
        for place in ("flights", "jobs", "questions"):
            self._add(table, f"GET /ui/{place}/{{[A-Za-z0-9_.-]+}}", lambda: self._desk.show)

    def _add(
        self,
        table: DoorTable,
        place: str,
        answer: Callable[[], Answer],
        opening: DoorOpening = SHUT,
    ) -> None:
        async def only_here(caller: HttpCaller) -> None:
            if not (self._is_on() and caller.is_from_here):
                raise UnknownPath(f"There is nothing at {caller.path[:200]}.")
            await answer()(caller)

        table.add_own(None, {place: only_here}, opening=opening)

    async def make_link(self, caller: HttpCaller) -> None:
        """Where a browser of this computer signs in, once."""
        check_person(caller, _NOT_YOURS)
        if not self._is_on():
            raise MalformedRequest(_OFF)
        path = f"/ui/sign-in?code={self.sign_in.link()}"
        self._note(Act(verb="web_view.opened", subject="web view"))
        await tell(caller, {"path": path, "expires_in_s": int(LINK_S)})
