"""A person's browser: its pages, its form, where it may be led, and which one waits for what."""

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from llmgw_desktop.domain.access.consent import (
    ANSWER_WITHIN_S,
    LOOPBACK_HOSTS,
    AuthorizeRequest,
    ConsentTerm,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.front.guard import is_of_a_proxy
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.questions.consents.operator import FormAnswer
from llmgw_desktop.engine.questions.consents.tickets import Ticket


@value
class WebPage:
    """`style_source` is the hash by which its one style sheet may be used."""

    body: bytes
    style_source: str
    has_form: bool = False


async def show(
    caller: HttpCaller, page: WebPage, status: int = 200, more: HeaderLines = ()
) -> None:
    await caller.reply(status, (*_headers(page), *more), page.body)


async def send_to(caller: HttpCaller, location: str, more: HeaderLines = ()) -> None:
    """Somewhere else, with GET, and without saying from where."""
    headers = (("location", location), *_FOR_ALL, ("referrer-policy", "no-referrer"))
    await caller.reply(303, (*headers, *more), b"")


_FOR_ALL: Sequence[tuple[str, str]] = (
    ("cache-control", "no-store"),
    ("pragma", "no-cache"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)


def _headers(page: WebPage) -> HeaderLines:
    forms = "'self'" if page.has_form else "'none'"
    policy = (
        f"default-src 'none'; style-src {page.style_source}; base-uri 'none'; "
        f"form-action {forms}; frame-ancestors 'none'"
    )
    return (
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", policy),
        *_FOR_ALL,
        # without any referrer a browser calls its own forms foreign (`Origin: null`)
        ("referrer-policy", "same-origin" if page.has_form else "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    )


_UNSAFE_SCHEMES = frozenset({"", "javascript", "data", "vbscript", "file", "blob", "about"})


def is_local(caller: HttpCaller, issuer: str) -> bool:
    """Whether the browser runs on this computer, as far as can be told: behind a proxy or a tunnel
    all of them come from here."""
    if caller.peer is None or any(map(is_of_a_proxy, caller.headers)):
        return False
    named = urlsplit(f"//{caller.headers.get('host', '')}").hostname
    issued = urlsplit(issuer).hostname
    return _is_loopback(caller.peer[0]) and {named, issued} <= LOOPBACK_HOSTS


def may_lead_to(location: str) -> bool:
    """Not to what is no place but a program or a file in itself."""
    try:
        return urlsplit(location).scheme.lower() not in _UNSAFE_SCHEMES
    except ValueError:
        return False


def _is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip.is_loopback or (mapped is not None and mapped.is_loopback)


_MOST_FIELDS = 40


@value
class AnswerForm:
    """As it stands on a page. `problem` is what was wrong with it the last time."""

    action: str
    ticket: str
    csrf: str
    problem: str = ""


def read_form(body: bytes) -> FormAnswer:
    """Raises MalformedRequest."""
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
        return FormAnswer(
            ticket=_one(fields, "ticket"),
            csrf=_one(fields, "csrf"),
            allowed=_one(fields, "decision") == "allow",
            password=_one(fields, "password"),
            scopes=tuple(Scope(each) for each in fields.get("scope", ())),
            term=ConsentTerm(_one(fields, "term")),
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise MalformedRequest("The form is not the one that was shown.") from error


def csrf_token(key: bytes, ticket: str, cookie: str) -> str:
    """What only a page of ours can hold, and only for the browser that has the cookie."""
    return hmac.new(key, f"{ticket}.{cookie}".encode(), sha256).hexdigest()


def _one(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    if len(values) != 1:
        raise ValueError(f"{name} is not there once")
    return values[0]


PATH = "/oauth"
_KEPT_S = ANSWER_WITHIN_S + 60.0
_MOST = 400
_COOKIE_BYTES = 4096


@value(kw_only=False)
class BrowserSession:
    """One browser that waits for one answer."""

    ticket: Ticket
    request: AuthorizeRequest
    cookie_name: str
    secret: str
    made_at_s: float


class BrowserSessions:
    """Which browser waits for which answer: a ticket in the address, and a cookie that only the
    browser which asked was given. One without the other opens nothing. Forgotten when their
    answer was fetched, or when nobody can want it any more."""

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
            ticket,
            request,
            cookie_name=f"llmgw-ask-{ticket.id[:8]}",
            secret=secrets.token_urlsafe(24),
            made_at_s=now_s,
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
