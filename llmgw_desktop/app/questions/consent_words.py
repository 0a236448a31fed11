"""A program's question to be let in, in words: for the dialog, the tray, the list, the commands.

What the program says of itself comes out of here inert, and marked as its own word.
"""

import math
from ipaddress import ip_address
from pathlib import PurePath
from urllib.parse import SplitResult, urlsplit

from llmgw_desktop.app.words.inert_text import inert_line, plain_name, quoted
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm, ConsentWay, Peer
from llmgw_desktop.domain.access.principal import SCOPE_WORDS, Scope
from llmgw_desktop.domain.values import value

TITLE = "A program wants to use LLM Gateway"
NOT_VERIFIED = "name given by the program; not verified"
NOBODY = "a program without a name"
UNTICKED = "Tick what it may do, or deny it."
TERM_WORDS: dict[ConsentTerm, str] = {
    ConsentTerm.PROGRAM: "this program ends",
    ConsentTerm.EIGHT_HOURS: "8 hours",
    ConsentTerm.THIRTY_DAYS: "30 days",
}
WAY_WORDS: dict[ConsentWay, str] = {
    ConsentWay.DIALOG: "in the window",
    ConsentWay.PAGE: "with the operator's password",
    ConsentWay.COMMAND: "by command",
    ConsentWay.DEVICE: "on a device",
    ConsentWay.REMEMBERED: "as before",
    ConsentWay.TIMEOUT: "nobody answered",
    ConsentWay.FLOOD: "too many questions",
    ConsentWay.NOBODY_TO_ASK: "nobody was there",
    ConsentWay.WITHDRAWN: "it left",
}
_HARMLESS = frozenset({Scope.MODELS_USE, Scope.MODELS_LIST, Scope.MCP})
"""All others change, cost or show more than a program needs at first: they start unticked."""
_USUAL_TERM = ConsentTerm.EIGHT_HOURS
"""What asks is often a command for logging in, which ends as soon as it is let in."""
_LONGEST_HOST = 253
_LONGEST_PLACE = 200


@value
class ScopeLine:
    scope: Scope
    words: str
    starts_ticked: bool


@value
class Redirection:
    """Where the browser is sent with the permission in hand."""

    origin: str
    """Scheme, host and port; the host in ASCII."""
    words: str
    is_foreign: bool
    """Not to this computer: said in red."""


@value
class ConsentView:
    name: str
    """In quotes where it has one."""
    seen_as: str
    history: str
    redirection: Redirection
    scopes: tuple[ScopeLine, ...]
    terms: tuple[tuple[ConsentTerm, str], ...]
    term: ConsentTerm
    """Chosen at first."""
    details: tuple[tuple[str, str], ...]


def consent_view(question: ConsentQuestion) -> ConsentView:
    first = "first time" if question.is_first else "was let in before"
    return ConsentView(
        name=shown_name(question.client_name),
        seen_as=peer_words(question.peer),
        history=f"{first} · the browser shows",
        redirection=redirection(question.redirect_uri, question.address),
        scopes=tuple(
            ScopeLine(scope=each, words=SCOPE_WORDS[each], starts_ticked=each in _HARMLESS)
            for each in question.scopes
        ),
        terms=tuple((term, TERM_WORDS[term]) for term in question.terms),
        term=_USUAL_TERM if _USUAL_TERM in question.terms else question.terms[0],
        details=_details(question),
    )


def shown_name(client_name: str) -> str:
    """Of the program, as it calls itself."""
    name = plain_name(client_name)
    return quoted(name) if name else NOBODY


def asks_words(question: ConsentQuestion) -> str:
    """«“Claude Code” asks for access»."""
    name = shown_name(question.client_name)
    return f"{name[0].upper()}{name[1:]} asks for access"


def scope_summary(scopes: frozenset[Scope] | tuple[Scope, ...]) -> str:
    """What somebody may, in one line."""
    words = [SCOPE_WORDS[each].partition(" (")[0] for each in Scope if each in scopes]
    return "; ".join(words) if words else "nothing"


def peer_words(peer: Peer | None) -> str:
    """«/usr/local/bin/claude · pid 41822 · user ada»."""
    if peer is None:
        return "unknown program"
    program = inert_line(peer.program, _LONGEST_PLACE) if peer.program else "unknown program"
    user = f" · user {inert_line(peer.user, 40)}" if peer.user else ""
    return f"{program} · pid {peer.pid}{user}"


def program_name(peer: Peer | None) -> str:
    """The file alone, for narrow places."""
    return inert_line(PurePath(peer.program).name, 60) if peer is not None and peer.program else ""


def redirection(uri: str, address: str = "") -> Redirection:
    """`address`: where the browser is. Never raises: what cannot be read is shown as a place that
    is not this computer."""
    try:
        parts = urlsplit(uri)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except (ValueError, UnicodeError):
        return _foreign(inert_line(uri, 80), "sends your access to an address that cannot be read")
    if parts.scheme not in ("http", "https"):
        scheme = inert_line(parts.scheme or uri, 40)
        return _foreign(
            f"{scheme}:", f"sends your access to whichever program opens «{scheme}:» addresses"
        )
    shown = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "")
    if _is_here(parts, host):
        at = f", port {port}" if port is not None else ""
        if address and not _is_loopback(address):
            elsewhere = f"sends your access to the computer at {inert_line(address, 60)}{at}"
            return _foreign(origin, elsewhere)
        return Redirection(origin=origin, words=f"this computer{at}", is_foreign=False)
    where = "on your network" if _is_near(host) else "on the internet"
    return _foreign(origin, f"sends your access to {shown or 'no place at all'} {where}")


def countdown(expires_at_s: float, now_s: float, *, end: str = "refused") -> str:
    """«Question expires in 1:58 and is then refused.»"""
    left = max(0, math.ceil(expires_at_s - now_s))
    return f"Question expires in {left // 60}:{left % 60:02d} and is then {end}."


def _foreign(origin: str, words: str) -> Redirection:
    return Redirection(origin=origin, words=words, is_foreign=True)


def _ascii(host: str) -> str:
    """As the network sees it: a name of look-alike letters begins with xn--."""
    if host.isascii():
        return inert_line(host, _LONGEST_HOST)
    return ".".join(_label(each) for each in host.split("."))[:_LONGEST_HOST]


def _label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:
        return "xn--" + label.encode("punycode").decode("ascii")


def _is_here(parts: SplitResult, host: str) -> bool:
    """A name before an @ makes an address look like another one."""
    if parts.username is not None or parts.password is not None:
        return False
    return host == "localhost" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return False


def _details(question: ConsentQuestion) -> tuple[tuple[str, str], ...]:
    lines = (
        ("Calls itself", inert_line(question.client_name, 300)),
        ("Client", inert_line(question.client_id, 200)),
        ("Sent back to", inert_line(question.redirect_uri, 600)),
        ("Asks from", inert_line(question.address, 60)),
        ("Scopes", " ".join(question.scopes)),
    )
    return tuple((label, words) for label, words in lines if words)
