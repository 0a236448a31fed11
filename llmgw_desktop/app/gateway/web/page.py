"""What pages for a browser are made of: lists, facts, figures and the frame, as HTML.

Text comes in through `ViewRow`, `facts_html` and their like alone, which escape it. Styles and the
one script are files of their own: the policy forbids what stands in a page. Which pages have news
is told to a browser as it comes: server-sent, never asked for again (`follow`).
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from string import Template
from typing import Final
from urllib.parse import parse_qs

from llmgw_desktop.app.access.consent_pages import escape
from llmgw_desktop.domain.access.access_errors import TooManyConnections
from llmgw_desktop.domain.events import (
    ClientsChanged,
    ConsentChanged,
    Event,
    FlightClosed,
    FlightOpened,
    GatewayChanged,
    GrantsChanged,
    HeldChanged,
    JobChanged,
    PermissionChanged,
    TerminalTold,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.store.resources import resource_path

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SAFE: HeaderLines = (
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    # without any referrer a browser calls its own forms foreign (`Origin: null`)
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("content-security-policy", _POLICY),
)
PAGE_HEADERS: HeaderLines = (("content-type", "text/html; charset=utf-8"), *_SAFE)
STREAM_HEADERS: HeaderLines = (("content-type", "text/event-stream"), *_SAFE)
FILES = {
    "view.css": ("web/view.css", "text/css; charset=utf-8"),
    "view.js": ("web/view.js", "text/javascript; charset=utf-8"),
    "app.svg": ("icons/app.svg", "image/svg+xml"),
}
"""What pages bring along: where each lies, and what it is."""


@value
class ViewRow:
    """One line of a list. `state` colours its mark and is said in words as well."""

    title: str
    words: str = ""
    href: str = ""
    mark: str = ""
    state: str = "plain"
    """plain, good, busy, warn or bad."""
    until_s: float | None = None
    """When its time is over: a browser counts down to it."""


@value
class ViewPage:
    """`topics`: of what news it is made anew, from `path` (its address, where that is empty);
    `state` changes when it would look otherwise (its content's digest, where that is empty)."""

    title: str
    content: str
    topics: tuple[str, ...] = ()
    state: str = ""
    path: str = ""
    status: int = 200


@value
class Nav:
    """One place of the bar; `count` waits there."""

    path: str
    title: str
    count: int = 0


@value
class Frame:
    """Whose pages they are: where they begin, what the bar holds."""

    base: str
    name: str
    places: tuple[Nav, ...] = ()
    sign_out: str = ""
    """The form's token; empty where nobody is signed in."""
    asks_first: bool = False
    """Signing out has a page of its own: whoever did it in passing could not come in again."""


def rows_html(rows: Iterable[ViewRow], empty: str) -> str:
    lines = "".join(_row(each) for each in rows)
    return f'<ul class="rows">{lines}</ul>' if lines else paragraph(empty, "quiet")


def facts_html(facts: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>" for label, text in facts
    )
    return f"<dl>{lines}</dl>" if lines else ""


def tiles_html(tiles: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>" for label, text in tiles
    )
    return f'<dl class="tiles">{lines}</dl>'


def heading(words: str, level: int = 1) -> str:
    return f"<h{level}>{escape(words)}</h{level}>"


def paragraph(words: str, kind: str = "") -> str:
    if not words:
        return ""
    kind = f' class="{kind}"' if kind else ""
    return f"<p{kind}>{escape(words)}</p>"


def text_html(label: str, text: str) -> str:
    """One that may be long, with its lines."""
    return (
        f"<section>{heading(label, 2)}"
        f'<pre tabindex="0" aria-label="{escape(label)}">{escape(text)}</pre></section>'
    )


def link_html(href: str, words: str, kind: str = "") -> str:
    return f'<a class="{kind}" href="{escape(href)}">{escape(words)}</a>'


def pager_html(path: str, page: int, pages: int) -> str:
    if pages <= 1:
        return ""
    newer = link_html(f"{path}?page={page - 1}", "Newer", "button") if page > 1 else ""
    older = link_html(f"{path}?page={page + 1}", "Older", "button") if page < pages else ""
    words = f"<span>Page {page:,} of {pages:,}</span>"
    return f'<nav class="pager" aria-label="Pages">{newer}{words}{older}</nav>'


def bar_html(label: str, words: str, share: float | None) -> str:
    """A share that is left, 0 to 1; unknown is no bar."""
    meter = ""
    if share is not None:
        meter = f'<meter min="0" max="1" low="0.1" value="{share:.4f}">{share:.0%}</meter>'
    return f"<li>{_what(label, words)}{meter}</li>"


def page_number(query: str) -> int:
    """Which of a list's pages is asked for, from 1 on."""
    given = parse_qs(query).get("page", ["1"])[0]
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else 1


def time_left_html(until_s: float) -> str:
    """The script writes the time that is left into it."""
    return f'<time data-until="{until_s:.0f}">a while</time>'


def _what(title: str, words: str, more: str = "") -> str:
    return f'<span class="what"><b>{escape(title)}</b><span>{escape(words)}{more}</span></span>'


def _row(row: ViewRow) -> str:
    mark = f'<span class="mark {row.state}">{escape(row.mark)}</span>' if row.mark else ""
    left = "" if row.until_s is None else f" · {time_left_html(row.until_s)} left"
    inner = f"{_what(row.title, row.words, left)}{mark}"
    if row.href:
        return f'<li><a href="{escape(row.href)}">{inner}</a></li>'
    return f"<li>{inner}</li>"


class PageMaker:
    """Reads its files once, when the first page is asked for."""

    def __init__(self) -> None:
        self._frame = Template(resource_path("web/view.html").read_text(encoding="utf-8"))
        self.files = {name: resource_path(place).read_bytes() for name, (place, _) in FILES.items()}

    def whole(self, page: ViewPage, frame: Frame, path: str = "", lead_to: str = "") -> bytes:
        """`lead_to`: where the browser goes on at once."""
        state = page.state or hashlib.sha256(page.content.encode()).hexdigest()[:16]
        events = f"{frame.base}/events" if frame.sign_out and page.topics else ""
        refresh = (
            f'<meta http-equiv="refresh" content="0; url={escape(lead_to)}">' if lead_to else ""
        )
        return self._frame.substitute(
            base=escape(frame.base),
            title=escape(f"{page.title} – {frame.name}"),
            name=escape(frame.name),
            refresh=refresh,
            events=escape(events),
            topics=escape(" ".join(page.topics)),
            state=escape(state),
            path=escape(page.path),
            bar=_bar(frame, path),
            end=_sign_out(frame),
            content=page.content,
        ).encode("utf-8", "replace")


def _bar(frame: Frame, path: str) -> str:
    lines = []
    for each in frame.places:
        is_below = each.path != frame.base and path.startswith(f"{each.path}/")
        is_here = path == each.path or is_below
        here = ' aria-current="page"' if is_here else ""
        count = f' <span class="count">{each.count:,}</span>' if each.count else ""
        lines.append(
            f'<li><a href="{escape(each.path)}"{here}>{escape(each.title)}{count}</a></li>'
        )
    return (
        f'<nav aria-label="Pages of the gateway"><ul>{"".join(lines)}</ul></nav>' if lines else ""
    )


def _sign_out(frame: Frame) -> str:
    if not frame.sign_out or not frame.places:
        return ""
    if frame.asks_first:
        return link_html(f"{frame.base}/sign-out", "Sign out", "button plain")
    return (
        f'<form method="post" action="{escape(frame.base)}/sign-out">'
        f'<input type="hidden" name="form" value="{escape(frame.sign_out)}">'
        '<button class="plain">Sign out</button></form>'
    )


def sign_out_page(token: str) -> ViewPage:
    """Of a device: the question before."""
    content = "".join(
        (
            heading("Sign out?"),
            paragraph("This device sees nothing any more then, and answers nothing."),
            paragraph("To come in again it has to be paired anew, at the computer."),
            '<form method="post" action="/sign-out"><div class="buttons">'
            f'<input type="hidden" name="form" value="{escape(token)}">'
            '<button>Sign out</button><a class="button" href="/">Stay</a></div></form>',
        )
    )
    return ViewPage(title="Sign out?", content=content, topics=("questions",))


MOST_LISTENERS: Final = 24
GATHER_S: Final = 0.2
"""News that come together are told together."""
SIGN_OF_LIFE_S: Final = 15.0
_TOPICS: Final[dict[type[Event], str]] = {
    ConsentChanged: "questions",
    PermissionChanged: "questions",
    TerminalTold: "questions",
    HeldChanged: "questions",
    JobChanged: "jobs",
    FlightOpened: "flights",
    FlightClosed: "flights",
    ClientsChanged: "clients",
    GrantsChanged: "clients",
    GatewayChanged: "gateway",
}
_listening: Final[set[int]] = set()


async def follow(caller: HttpCaller, bus: Bus, goes_on: Callable[[], bool]) -> None:
    """Until the browser leaves, or it goes on no more: then the stream ends. Raises
    TooManyConnections."""
    if len(_listening) >= MOST_LISTENERS:
        raise TooManyConnections(f"{MOST_LISTENERS} pages follow the gateway already.")
    told: set[str] = set()
    came = asyncio.Event()

    def hear(event: Event) -> None:
        topic = _TOPICS.get(type(event))
        if topic is not None:
            told.add(topic)
            came.set()

    leave = bus.subscribe(hear)
    _listening.add(id(caller))
    try:
        await caller.begin(200, STREAM_HEADERS)
        await caller.write(b"retry: 2000\n\n")
        while goes_on():
            if not await _comes(came):
                await caller.write(b": goes on\n\n")
                continue
            await asyncio.sleep(GATHER_S)
            came.clear()
            topics = " ".join(sorted(told))
            told.clear()
            await caller.write(f"event: changed\ndata: {topics}\n\n".encode())
        await caller.end()
    finally:
        _listening.discard(id(caller))
        leave()


async def _comes(came: asyncio.Event) -> bool:
    """False after a while of silence."""
    try:
        async with asyncio.timeout(SIGN_OF_LIFE_S):
            await came.wait()
    except TimeoutError:
        return False
    return True
