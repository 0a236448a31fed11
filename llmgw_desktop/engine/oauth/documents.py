"""Programs whose id is the address of a document about them (client id metadata documents)."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.oauth import ClientMade, ClientProof, OauthClient
from llmgw_desktop.domain.oauth_errors import OauthCode, ShownToPerson
from llmgw_desktop.engine.oauth.client_metadata import name_of, redirects_of
from llmgw_desktop.engine.oauth.document_fetcher import DocumentFetcher, NotFetched

MOST_KEPT = 100
AT_ONCE = 4
LONGEST_ADDRESS = 500
_KEPT_S, _LEAST_KEPT_S, _MOST_KEPT_S = 3600.0, 60.0, 86_400.0
_FAULT_KEPT_S = 30.0
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", re.IGNORECASE)
_PLAIN = re.compile(r"https://[A-Za-z0-9\-._~:/?\[\]!$&'()+,;=%]+")


def is_document_id(client_id: str) -> bool:
    """An https address with a path, that has one spelling."""
    if len(client_id) > LONGEST_ADDRESS or not _PLAIN.fullmatch(client_id):
        return False
    try:
        parts = urlsplit(client_id)
        port = parts.port
    except ValueError:
        return False
    steps = parts.path.split("/")
    is_whole = bool(parts.hostname) and parts.path not in ("", "/") and "@" not in parts.netloc
    return is_whole and port != 0 and "." not in steps and ".." not in steps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    client: OauthClient | None
    problem: str
    until_s: float


class Documents:
    """Each is read once, whoever asks meanwhile, and kept for a while, faults too."""

    def __init__(self, fetcher: DocumentFetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._reading: dict[str, asyncio.Lock] = {}
        self._free = asyncio.Semaphore(AT_ONCE)

    def knows(self, address: str) -> bool:
        """It was read, and is good."""
        kept = self._kept.get(address)
        return kept is not None and kept.client is not None

    async def client(self, address: str) -> OauthClient:
        """Raises ShownToPerson."""
        lock = self._reading.setdefault(address, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(address)
                if kept is None or self._clock.monotonic_s() >= kept.until_s:
                    kept = self._keep(address, await self._read(address))
        finally:
            if not lock.locked():
                self._reading.pop(address, None)
        if kept.client is None:
            raise ShownToPerson(
                OauthCode.INVALID_CLIENT,
                f"The program is described at {address}, which cannot be used: {kept.problem}.",
            )
        return kept.client

    async def _read(self, address: str) -> _Kept:
        now_s = self._clock.monotonic_s()
        try:
            async with self._free:
                raw, how_long = await self._fetcher.fetch(address)
            client = _client(address, raw)
        except NotFetched as fault:
            return _Kept(client=None, problem=str(fault), until_s=now_s + _FAULT_KEPT_S)
        return _Kept(client=client, problem="", until_s=now_s + _kept_s(how_long))

    def _keep(self, address: str, kept: _Kept) -> _Kept:
        self._kept.pop(address, None)
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[address] = kept
        return kept


def _client(address: str, raw: bytes) -> OauthClient:
    """Raises NotFetched."""
    try:
        document = orjson.loads(raw)
    except ValueError:
        raise NotFetched("it is not JSON") from None
    if not isinstance(document, dict):
        raise NotFetched("it is not a JSON object")
    if document.get("client_id") != address:
        raise NotFetched("its client_id is not its own address")
    if "client_secret" in document or _proof(document) is not ClientProof.NONE:
        raise NotFetched('it must be a public client: token_endpoint_auth_method "none"')
    redirects = redirects_of(document)
    if not redirects:
        raise NotFetched("none of its redirect_uris can be used: https, or http to this computer")
    return OauthClient(
        id=address,
        name=name_of(document) or urlsplit(address).hostname or address,
        made=ClientMade.DOCUMENT,
        redirect_uris=redirects,
    )


def _proof(document: Mapping[str, Any]) -> ClientProof | None:
    named = document.get("token_endpoint_auth_method", "none")
    return ClientProof.NONE if named == "none" else None


def _kept_s(how_long: str) -> float:
    """What the server says, within bounds."""
    lowered = how_long.lower()
    if "no-store" in lowered or "no-cache" in lowered:
        return _LEAST_KEPT_S
    found = _MAX_AGE.search(how_long)
    return _KEPT_S if found is None else min(max(float(found[1]), _LEAST_KEPT_S), _MOST_KEPT_S)
