"""What a person's browser is shown: the pages that others make, and the headers that keep them
from being framed, stored, scripted or told of to anybody."""

from collections.abc import Sequence

from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.caller import HeaderLines
from llmgw_desktop.engine.front.http_caller import HttpCaller


@value
class Page:
    """`style_source` is the hash by which its one style sheet may be used."""

    body: bytes
    style_source: str
    has_form: bool = False


async def show(caller: HttpCaller, page: Page, status: int = 200, more: HeaderLines = ()) -> None:
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


def _headers(page: Page) -> HeaderLines:
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
