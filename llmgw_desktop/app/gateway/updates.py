"""Whether there is a newer version: a feed that a release signs, looked at when a person asks.

Nothing is fetched but the feed and its signature, nothing is told to whoever serves it but that
somebody asks, and nothing is ever installed: that is the package manager's work, or the person's.
A feed is JSON: `version`, `expires` (the last day on which it is believed, UTC), `date`, `url` of
the page to get it from, `notes`. Who serves an old one, signed as it is, hides no version for long.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from llmgw_desktop.app.mcp.fetching import fetched
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.domain.settings.door import UpdateSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.resources import changelog

SIGNATURE: Final = ".sig"
"""What the address of the signature has more than that of the feed: 64 bytes, of Ed25519."""
_MOST_BYTES = 64 * 1024
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_LONGEST_NOTES = 2000


class UpdateProblem(LlmgwError):
    """Why nothing is known of a newer version; one sentence for a person."""


@value
class UpdateNews:
    """The newest version, as its makers signed it."""

    version: str
    ours: str
    date: str
    url: str
    notes: str

    @property
    def is_newer(self) -> bool:
        return _numbers(self.version) > _numbers(self.ours)


def look_for_update(settings: UpdateSettings) -> UpdateNews:
    """Asks the feed. Blocks for seconds. Raises UpdateProblem."""
    if not settings.feed:
        raise UpdateProblem(
            "No feed is named, so nobody is asked: set feed and key of [updates]. The page that you"
            " have this program from names both."
        )
    if not settings.key:
        raise UpdateProblem(
            "A feed without a key is not believed: set key of [updates] to the public key of"
            " those who make the program."
        )
    feed = _fetched(settings.feed)
    _check(feed, _fetched(settings.feed + SIGNATURE), settings.key)
    return _read(feed, SystemClock().now_s())


def whats_new() -> str:
    """What changed in this version, in the words of its changelog; of what is not out yet, where it
    does not name this version. Empty where there is none. Blocks."""
    try:
        text = changelog().read_text("utf-8", "replace")
    except OSError:
        return ""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    named = {each.partition("\n")[0].strip(): each.partition("\n")[2] for each in sections}
    ours = next((body for head, body in named.items() if head.startswith(f"[{VERSION}]")), "")
    return _unwrapped((ours or next(iter(named.values()), "")).strip())


def _unwrapped(text: str) -> str:
    """As a window shows it: a paragraph a change, without the marks of Markdown."""
    whole = re.sub(r"\n {2,}(?=\S)", " ", text)
    whole = re.sub(r"^- ", "• ", whole, flags=re.MULTILINE)
    whole = re.sub(r"^#+ ", "", whole, flags=re.MULTILINE)
    return re.sub(r"\n+", "\n\n", whole.replace("`", ""))


def update_words(news: UpdateNews) -> str:
    """One sentence, or two."""
    if not news.is_newer:
        return f"This is the newest version, {inert_line(news.ours, 40)}."
    since = f" since {inert_line(news.date, 40)}" if news.date else ""
    where = f" Get it at {inert_line(news.url, 300)}" if news.url else ""
    return f"Version {inert_line(news.version, 40)} is there{since}; this is {news.ours}.{where}"


def _fetched(address: str) -> bytes:
    return fetched(address, most=_MOST_BYTES, named="The feed", problem=UpdateProblem)


def _check(feed: bytes, signature: bytes, key: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, feed)
    except InvalidSignature:
        raise UpdateProblem(
            "The feed is not signed by the key of [updates]: what it says is not believed."
        ) from None


def _read(feed: bytes, now_s: float) -> UpdateNews:
    try:
        told: Any = json.loads(feed)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, Mapping) or not _VERSION.fullmatch(_text(told, "version")):
        raise UpdateProblem("The feed tells no version.")
    _check_fresh(_text(told, "expires"), datetime.fromtimestamp(now_s, UTC).date())
    return UpdateNews(
        version=_text(told, "version"),
        ours=VERSION,
        date=_text(told, "date"),
        url=_text(told, "url"),
        notes=_text(told, "notes")[:_LONGEST_NOTES],
    )


def _check_fresh(expires: str, today: date) -> None:
    try:
        last = date.fromisoformat(expires)
    except ValueError:
        raise UpdateProblem(
            "The feed does not say until when it holds: it is not believed."
        ) from None
    if today > last:
        raise UpdateProblem(
            f"The feed held until {last}: whoever serves it has an old one, or the clock here is"
            " wrong."
        )


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""


def _numbers(text: str) -> tuple[int, ...]:
    match = _VERSION.match(text)
    return tuple(map(int, match.groups())) if match else (0, 0, 0)
