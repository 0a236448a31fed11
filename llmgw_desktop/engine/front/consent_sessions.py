"""Which browser waits for which answer: a ticket in the address, and a cookie that only the browser
which asked was given. One without the other opens nothing."""

import hmac
import os
import secrets
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import ANSWER_WITHIN_S
from llmgw_desktop.domain.oauth import AuthorizeRequest
from llmgw_desktop.engine.consents.ticket import Ticket
from llmgw_desktop.engine.front.consent_form import csrf_token

PATH = "/oauth"
_KEPT_S = ANSWER_WITHIN_S + 60.0
_MOST = 400
_COOKIE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """One browser that waits for one answer."""

    ticket: Ticket
    request: AuthorizeRequest
    cookie_name: str
    secret: str
    made_at_s: float


class BrowserSessions:
    """Forgotten when their answer was fetched, or when nobody can want it any more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = os.urandom(32)
        self._sessions: dict[str, BrowserSession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, ticket: Ticket, request: AuthorizeRequest) -> BrowserSession:
        now_s = self._clock.monotonic_s()
        self._forget(now_s)
        session = BrowserSession(
            ticket, request, f"llmgw-ask-{ticket.id[:8]}", secrets.token_urlsafe(24), now_s
        )
        self._sessions[ticket.id] = session
        return session

    def find(self, ticket_id: str, cookie_header: str) -> BrowserSession | None:
        """None as well for a browser that is not the one."""
        session = self._sessions.get(ticket_id)
        if session is None:
            return None
        presented = _cookies(cookie_header).get(session.cookie_name, "")
        is_same = hmac.compare_digest(presented.encode("utf-8", "replace"), session.secret.encode())
        return session if is_same else None

    def close(self, session: BrowserSession) -> bool:
        """False where it was closed already: an answer is fetched once."""
        return self._sessions.pop(session.ticket.id, None) is not None

    def csrf(self, session: BrowserSession) -> str:
        return csrf_token(self._key, session.ticket.id, session.secret)

    def is_own_form(self, session: BrowserSession, csrf: str) -> bool:
        made = self.csrf(session).encode()
        return hmac.compare_digest(made, csrf.encode("utf-8", "replace"))

    def _forget(self, now_s: float) -> None:
        for ticket_id, session in tuple(self._sessions.items()):
            if now_s - session.made_at_s < _KEPT_S and len(self._sessions) < _MOST:
                break
            del self._sessions[ticket_id]


def set_cookie(session: BrowserSession, *, is_encrypted: bool) -> tuple[str, str]:
    secure = "; Secure" if is_encrypted else ""
    lasts = int(_KEPT_S)
    return (
        "set-cookie",
        f"{session.cookie_name}={session.secret}; Path={PATH}; Max-Age={lasts}; HttpOnly; "
        f"SameSite=Strict{secure}",
    )


def drop_cookie(session: BrowserSession) -> tuple[str, str]:
    return (
        "set-cookie",
        f"{session.cookie_name}=; Path={PATH}; Max-Age=0; HttpOnly; SameSite=Strict",
    )


def _cookies(header: str) -> dict[str, str]:
    """Several of one name, as a browser sends them for several paths: the first counts."""
    found: dict[str, str] = {}
    for part in header[:_COOKIE_BYTES].split(";"):
        name, _, text = part.strip().partition("=")
        found.setdefault(name, text)
    return found
