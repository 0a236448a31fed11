"""A small file from an address that a person named: nobody between may read along or change it."""

import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.parse import urlsplit

from typing_extensions import override

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.net_address import names_this_computer

_PATIENCE_S = 15.0


def fetched(
    address: str,
    *,
    most: int,
    named: str,
    problem: type[LlmgwError],
    within_s: float = _PATIENCE_S,
) -> bytes:
    """Blocks for seconds. `named`: what it is, such as «The feed». Raises `problem`."""
    safe = _safe(address, named, problem)
    opener = urllib.request.build_opener(_StaysSafe(named, problem))
    request = urllib.request.Request(safe, headers={"User-Agent": "llmgw"})  # noqa: S310 - looked at
    try:
        with opener.open(request, timeout=_PATIENCE_S) as answer:
            found = _all_of(answer, most, within_s)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        host, words = urlsplit(address).hostname, inert_line(str(error))
        raise problem(f"{named} at {host} cannot be read: {words}.") from None
    if len(found) > most:
        raise problem(f"{named} is too large to be one.")
    return found


def _all_of(answer: HTTPResponse, most: int, within_s: float) -> bytes:
    """A byte more than there may be, where there are more. Raises TimeoutError for what
    trickles."""
    found, until_s = bytearray(), time.monotonic() + within_s
    while len(found) <= most and (piece := answer.read1(most + 1 - len(found))):
        found += piece
        if time.monotonic() > until_s:
            raise TimeoutError("it comes too slowly")
    return bytes(found)


def _safe(address: str, named: str, problem: type[LlmgwError]) -> str:
    """On this computer nobody is between."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise problem(f"{named} leads to something that is no address.") from None
    if parts.scheme == "https" or (
        parts.scheme == "http" and names_this_computer(parts.netloc) and "@" not in parts.netloc
    ):
        return address
    raise problem(f"{named} leads to an address that is not https.")


class _StaysSafe(urllib.request.HTTPRedirectHandler):
    def __init__(self, named: str, problem: type[LlmgwError]) -> None:
        self._named, self._problem = named, problem

    @override
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        safe = _safe(newurl, self._named, self._problem)
        return super().redirect_request(req, fp, code, msg, headers, safe)
