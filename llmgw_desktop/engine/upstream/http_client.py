"""Speaks to vendors and local servers over HTTP: one pool of connections, one way of failing.

Nothing here knows what a body means. Redirects are not followed (a credential belongs to one
address), a provider's way decides about proxies, and cookies are not kept.
"""

import re
import socket
import ssl
from collections.abc import Mapping
from time import monotonic

from llmgw_desktop.domain.errors import (
    KeyMissing,
    LlmgwError,
    UpstreamCut,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.provider import ModelProtocol, Upstream
from llmgw_desktop.domain.routing.hops import OF_HOPS, HopMark
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1.client_connection import (
    BrokenAnswer,
    ConnectionClosed,
    UpstreamConnection,
)
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, UpstreamCall, upstream_path
from llmgw_desktop.engine.upstream.http_body import UpstreamHttpAnswer
from llmgw_desktop.engine.upstream.keys import KeylessError, ProviderKeys, without_key
from llmgw_desktop.engine.upstream.pool import (
    ConnectTarget,
    LeadsAstray,
    LeadsBack,
    Pool,
    SilenceTimer,
    SilenceWatch,
)
from llmgw_desktop.engine.upstream.tunnel import ProxyFailed
from llmgw_desktop.store.tls_files import UnfitTlsFile

STALE_WITHIN_S = 1.0
"""A kept connection that closes without a word so soon was closing already when it was taken: the
request goes out again on another. Later it is the answer that failed, and nothing is repeated."""

_KEY_LINES = {
    ModelProtocol.ANTHROPIC: "x-api-key: ",
    ModelProtocol.GEMINI: "x-goog-api-key: ",
}
_PLAIN_ANSWER = b"accept-encoding: identity\r\n\r\n"
_KNOWN_PLACES = 512
_UNSENDABLE = re.compile(r"[\x00-\x20\x7f]")


@value(kw_only=False)
class _Place:
    """A URL as a connection needs it."""

    target: ConnectTarget
    request_line: str
    """With the Host header."""
    idle: list[UpstreamConnection]
    """The connections that are kept for it."""


class _Asked:
    """How an upstream is asked by one caller, but for the body."""

    __slots__ = ("_headers", "_path", "_query", "_start", "_upstream", "place", "told")

    def __init__(
        self,
        call: UpstreamCall,
        upstream: Upstream,
        path: str,
        *,
        place: _Place,
        told: Mapping[str, str],
    ) -> None:
        """`told`: of hops."""
        self._headers = call.headers
        self._upstream = upstream
        self._path = path
        self._query = call.query
        self.place = place
        self.told = told
        headers = {**call.headers, **told} if told else call.headers
        self._start = _start_of_head(f"POST {place.request_line}", headers, upstream)

    def is_for(self, call: UpstreamCall, upstream: Upstream, path: str) -> bool:
        is_same = call.headers is self._headers and upstream is self._upstream
        return is_same and path == self._path and call.query == self._query

    def head(self, body_bytes: int) -> bytes:
        if not body_bytes:
            return self._start + _PLAIN_ANSWER
        said = b"content-type: application/json\r\ncontent-length: %d\r\n" % body_bytes
        return self._start + said + _PLAIN_ANSWER


class _Stale(Exception):
    """A kept connection was closed by its server in the moment in which it was taken."""


class HttpClient:
    """All connections to providers."""

    def __init__(
        self,
        settings: UpstreamSettings,
        keys: ProviderKeys | None = None,
        hops: HopMark | None = None,
    ) -> None:
        """Without `keys` nobody can be asked whose key lies in the vault; without `hops` no
        gateway is told that a request comes from one."""
        self.settings = settings
        self._keys = keys
        self._hops = hops
        self._pool = Pool()
        self._silence = SilenceTimer()
        self._places: dict[tuple[object, ...], _Place] = {}

    def avoid(self, own_addresses: frozenset[tuple[str, int]]) -> None:
        """Where the gateway itself listens; asking there would go round in a circle."""
        self._pool.own_addresses = own_addresses
        if self._hops is not None:
            self._hops.port = next((port for _, port in own_addresses), None)

    async def close(self) -> None:
        self._pool.close()
        self._silence.close()

    async def send(self, call: UpstreamCall) -> UpstreamAnswer:
        """Raises KeyMissing, UpstreamRefused, UpstreamTimeout, UpstreamCut, UpstreamGarbage."""
        upstream = await self._with_key(call.candidate.upstream, call.project)
        asked = self._asked(call, upstream)
        return await self._exchange(asked.place, asked.head(len(call.body)), call, upstream)

    def _asked(self, call: UpstreamCall, upstream: Upstream) -> _Asked:
        """As the same caller asked before, where he says the same and nothing else has changed."""
        path, notes = upstream_path(call), call.notes
        before = None if notes is None else notes.onward
        if isinstance(before, _Asked) and before.is_for(call, upstream, path):
            told = self._hops_told(upstream, before.place.target, call.came_by)
            if told == before.told:
                return before
        place = self._place(upstream, path, call.query)
        told = self._hops_told(upstream, place.target, call.came_by)
        asked = _Asked(call, upstream, path, place=place, told=told)
        if notes is not None and not upstream.vault and not upstream.way.vault:
            notes.onward = asked
        return asked

    async def fetch(self, upstream: Upstream, path: str, limit_bytes: int) -> bytes:
        """A small JSON document of the provider, such as its list of models, asked for no project.

        Raises as `send`; UpstreamGarbage for any status but 200 and for more than `limit_bytes`.
        """
        answer = await self.get(upstream, path)
        body = bytearray()
        try:
            while chunk := await answer.read():
                body += chunk
                if answer.status != 200 or len(body) > limit_bytes:
                    raise UpstreamGarbage(f"'{upstream.provider}' gave no list of its models.")
        finally:
            await answer.close()
        return bytes(body)

    async def get(self, upstream: Upstream, path: str) -> UpstreamAnswer:
        """Whatever it answers, with any status. Raises as `send`; close the answer."""
        return await self.ask("GET", upstream, path, {"accept": "application/json"})

    async def ask(
        self,
        method: str,
        upstream: Upstream,
        path: str,
        headers: Mapping[str, str],
        *,
        query: str = "",
        project: str = "",
    ) -> UpstreamAnswer:
        """Without a body; as `get`. `headers`: with the caller's hops, which gateways alone are
        told. Nothing is remembered of the path, which may hold an id."""
        upstream = await self._with_key(upstream, project)
        place = _make_place(self._pool, upstream, path, query)
        others = {name: value for name, value in headers.items() if name not in OF_HOPS}
        others |= self._hops_told(upstream, place.target, headers)
        head = _start_of_head(f"{method} {place.request_line}", others, upstream) + _PLAIN_ANSWER
        return await self._exchange(place, head, None, upstream)

    def _hops_told(
        self, upstream: Upstream, target: ConnectTarget, came_by: Mapping[str, str]
    ) -> Mapping[str, str]:
        """What a gateway that this leads to, or back to, knows a circle by."""
        if self._hops is None:
            return {}
        return self._hops.onward(upstream, came_by, is_near=target.is_local)

    async def _with_key(self, upstream: Upstream, project: str) -> Upstream:
        """The vendor's 401 would be taken for ours, and the caller's good key for a bad one."""
        if upstream.key_problem:
            raise KeyMissing(upstream.provider, upstream.key_problem)
        if upstream.way.problem:
            raise UpstreamRefused(f"'{upstream.provider}' was not asked: {upstream.way.problem}.")
        has_key = not upstream.vault or bool(upstream.api_key)
        if has_key and not upstream.way.wants_sign_in:
            return upstream
        if self._keys is None:
            raise KeyMissing(upstream.provider, "it lies in the vault, which is not open here")
        return await self._keys.with_key(upstream, project)

    async def _exchange(
        self, place: _Place, head: bytes, call: UpstreamCall | None, upstream: Upstream
    ) -> UpstreamAnswer:
        provider = upstream.provider
        connection = self._pool.kept(place.idle) or await self._connect(place.target, provider)
        try:
            watch = await self._ask(connection, head, call, provider)
        except _Stale:
            connection = await self._connect(place.target, provider)
            watch = await self._ask(connection, head, call, provider)
        answer = self._answer(connection, place.idle, provider, watch)
        answer.headers = without_key(answer.headers, upstream.api_key)
        if answer.status >= 400 and upstream.api_key:
            return KeylessError(answer, upstream.api_key)
        return answer

    async def _ask(
        self, connection: UpstreamConnection, head: bytes, call: UpstreamCall | None, provider: str
    ) -> SilenceWatch:
        """Until the head of the answer is there; whatever goes wrong closes the connection.

        Gives back who watched, for the body.
        """
        if call is not None:
            call.connected()
        asked = monotonic()
        watch = self._silence.watch(self.settings.first_byte_timeout_s, connection.close)
        watch.listen()
        connection.ask(head, call.body if call is not None else b"")
        try:
            await connection.answered()
        except ConnectionClosed as closed:
            took_s = monotonic() - asked
            if connection.is_used and not closed.heard and took_s < STALE_WITHIN_S:
                raise _Stale from closed
            raise self._closed(provider, watch) from closed
        except BrokenAnswer as broken:
            raise UpstreamGarbage(f"'{provider}' did not answer in HTTP: {broken}.") from broken
        except BaseException:
            connection.close()
            raise
        finally:
            watch.end()
        return watch

    def _answer(
        self,
        connection: UpstreamConnection,
        idle: list[UpstreamConnection],
        provider: str,
        watch: SilenceWatch,
    ) -> UpstreamHttpAnswer:
        if 300 <= connection.status < 400:
            connection.close()
            raise UpstreamGarbage(
                f"'{provider}' redirects to another address, which is not followed. "
                f"Correct its base_url in the settings."
            )
        if connection.status > 599:
            connection.close()
            raise UpstreamGarbage(f"'{provider}' answered with status {connection.status}.")
        try:
            return UpstreamHttpAnswer(
                connection,
                idle,
                provider=provider,
                watch=watch,
                settings=self.settings,
            )
        except UpstreamGarbage:
            connection.close()
            raise

    async def _connect(self, target: ConnectTarget, provider: str) -> UpstreamConnection:
        timeout_s = self.settings.connect_timeout_s
        try:
            return await self._pool.connect(target, timeout_s)
        except TimeoutError as error:
            told = f" through the proxy {target.way.place}" if target.way.proxy else ""
            raise UpstreamRefused(
                f"'{provider}' could not be reached{told} within {timeout_s:g} s."
            ) from error
        except ProxyFailed as error:
            words = f"'{provider}': the proxy {target.way.place} {error}."
            raise UpstreamRefused(words) from error.__cause__ or error
        except UnfitTlsFile as unfit:
            words = f"'{provider}' was not asked, because of {unfit.key}: {unfit}."
            raise UpstreamRefused(words) from unfit
        except OSError as error:
            raise UpstreamRefused(_no_connection(provider, target, error)) from error

    def _closed(self, provider: str, watch: SilenceWatch) -> LlmgwError:
        if watch.fell_silent:
            limit_s = self.settings.first_byte_timeout_s
            return UpstreamTimeout(f"'{provider}' did not begin to answer within {limit_s:g} s.")
        return UpstreamCut(f"'{provider}' closed the connection without an answer.")

    def _place(self, upstream: Upstream, path: str, query: str) -> _Place:
        known = upstream.base_url, upstream.local, upstream.way, path, query
        place = self._places.get(known)
        if place is None:
            place = _make_place(self._pool, upstream, path, query)
            # a sign-in of the vault is not kept longer than the vault has it
            if len(self._places) < _KNOWN_PLACES and not upstream.way.vault:
                self._places[known] = place
        return place


def _make_place(pool: Pool, upstream: Upstream, path: str, query: str) -> _Place:
    base_url = upstream.base_url
    for version in ("/v1", "/v1beta"):
        if base_url.endswith(version) and path.startswith(f"{version}/"):
            path = path.removeprefix(version)
    target = ConnectTarget.of(base_url, local=upstream.local, way=upstream.way)
    scheme, _, rest = base_url.partition("://")
    host, slash, base_path = rest.partition("/")
    del scheme
    place = f"{slash}{base_path.rstrip('/')}{path}{f'?{query}' if query else ''}"
    line = f"{_UNSENDABLE.sub('', place)} HTTP/1.1\r\nHost: {host}\r\n"
    return _Place(target, line, pool.idle(target))


def _start_of_head(start: str, headers: Mapping[str, str], upstream: Upstream) -> bytes:
    """Without what is said of the body."""
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if name != "content-type"]
    if upstream.api_key:
        key = _UNSENDABLE.sub("", upstream.api_key)
        lines.append(f"{_KEY_LINES.get(upstream.protocol, 'authorization: Bearer ')}{key}\r\n")
    return (start + "".join(lines)).encode("utf-8", "surrogateescape")


def _no_connection(provider: str, target: ConnectTarget, error: OSError) -> str:
    where = f"{target.host}:{target.port}"
    if isinstance(error, LeadsBack):
        return f"'{provider}' at {where} is this gateway itself, not a provider."
    if isinstance(error, LeadsAstray):
        return f"'{provider}': {target.host} leads to {error.where}, {error.why}."
    if isinstance(error, socket.gaierror):
        return f"'{provider}': the name '{target.host}' is unknown. Are you online?"
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        return f"'{provider}' at {where} cannot be trusted: {reason}.{_hint(target, error)}"
    if isinstance(error, ConnectionRefusedError):
        return f"'{provider}' at {where} refused the connection. Is it running?"
    return f"'{provider}' at {where} cannot be reached: {error.strerror or error}."


def _hint(target: ConnectTarget, error: ssl.SSLError) -> str:
    if target.way.tls.ca_file or not isinstance(error, ssl.SSLCertVerificationError):
        return ""
    return " Where your own network's authority has signed it, name that in ca_file."
