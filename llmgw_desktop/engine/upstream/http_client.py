"""Speaks to vendors and local servers over HTTP: one pool of connections, one way of failing.

Nothing here knows what a body means. Redirects are not followed (a credential belongs to one
address), proxies of the environment are not used, and cookies are not kept.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp import ClientConnectionError, ClientPayloadError, ClientResponse, hdrs
from multidict import CIMultiDict
from typing_extensions import override
from yarl import URL

from llmgw_desktop.domain.errors import (
    UpstreamCut,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import ModelProtocol, Upstream
from llmgw_desktop.domain.settings import UpstreamSettings
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.silence import SilenceWatch

PATHS: dict[tuple[ModelProtocol, Operation], str] = {
    (ModelProtocol.ANTHROPIC, Operation.GENERATE): "/v1/messages",
    (ModelProtocol.ANTHROPIC, Operation.COUNT_TOKENS): "/v1/messages/count_tokens",
    (ModelProtocol.OPENAI_CHAT, Operation.GENERATE): "/chat/completions",
    (ModelProtocol.OPENAI_CHAT, Operation.EMBED): "/embeddings",
}
"""Below the base URL, which for OpenAI's family ends in its version, for Anthropic's does not."""

_KNOWN_URLS = 512
_connected: ContextVar[Callable[[], None]] = ContextVar("connected")


class _TellingConnector(aiohttp.TCPConnector):
    """Says when a connection is in hand; aiohttp's own tracing costs more than all of routing."""

    @override
    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        connection = await super().connect(*args, **kwargs)
        _connected.get()()
        return connection


class HttpClient:
    """All connections to providers. `open` before the first `send`, `close` at the end."""

    def __init__(self, settings: UpstreamSettings) -> None:
        self.settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[tuple[str, str, str], URL] = {}

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=_TellingConnector(limit=0, keepalive_timeout=60, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING),
            raise_for_status=False,
            trust_env=False,
            read_bufsize=256 * 1024,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, call: UpstreamCall) -> "HttpAnswer":
        """Raises UpstreamRefused, UpstreamTimeout, UpstreamGarbage."""
        upstream = call.candidate.upstream
        headers = CIMultiDict(call.headers)
        headers[hdrs.CONTENT_TYPE] = "application/json"
        headers[hdrs.ACCEPT_ENCODING] = "identity"
        _add_credential(headers, upstream)
        url = self._url(upstream.base_url, PATHS[upstream.protocol, call.operation], call.query)
        _connected.set(call.connected)
        return await self._exchange("POST", url, headers, call.body, upstream.provider)

    async def fetch(self, upstream: Upstream, path: str, limit_bytes: int) -> bytes:
        """A small JSON document of the provider, such as its list of models.

        Raises as `send`; UpstreamGarbage for any status but 200 and for more than `limit_bytes`.
        """
        headers: CIMultiDict[str] = CIMultiDict({hdrs.ACCEPT: "application/json"})
        _add_credential(headers, upstream)
        _connected.set(lambda: None)
        answer = await self._exchange(
            "GET", self._url(upstream.base_url, path, ""), headers, None, upstream.provider
        )
        body = bytearray()
        try:
            async for chunk in answer.chunks():
                body += chunk
                if answer.status != 200 or len(body) > limit_bytes:
                    raise UpstreamGarbage(f"'{upstream.provider}' gave no list of its models.")
        finally:
            await answer.close()
        return bytes(body)

    async def _exchange(
        self, method: str, url: URL, headers: CIMultiDict[str], body: bytes | None, provider: str
    ) -> "HttpAnswer":
        assert self._session is not None, "open() comes first"
        patience = self.settings
        try:
            async with asyncio.timeout(patience.first_byte_timeout_s):
                response = await self._session.request(
                    method,
                    url,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    timeout=self._timeout(patience),
                )
        except TimeoutError as error:  # aiohttp's connection timeouts are TimeoutErrors, too
            raise _timeout(provider, error, patience) from error
        except (ClientConnectionError, OSError) as error:
            raise _no_answer(provider, url, error) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise UpstreamGarbage(f"'{provider}' did not answer in HTTP: {error}.") from error
        if 300 <= response.status < 400:
            response.close()
            raise UpstreamGarbage(
                f"'{provider}' redirects to another address, which is not followed. "
                f"Correct its base_url in the settings."
            )
        return HttpAnswer(response, provider, patience)

    def _timeout(self, patience: UpstreamSettings) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=None, sock_connect=patience.connect_timeout_s)

    def _url(self, base_url: str, path: str, query: str) -> URL:
        url = self._urls.get((base_url, path, query))
        if url is None:
            if base_url.endswith("/v1") and path.startswith("/v1/"):
                path = path.removeprefix("/v1")
            url = URL(f"{base_url}{path}{f'?{query}' if query else ''}", encoded=True)
            if len(self._urls) < _KNOWN_URLS:
                self._urls[base_url, path, query] = url
        return url


class HttpAnswer:
    """An answer on its way; a connection is given back only when the body was read to its end."""

    def __init__(self, response: ClientResponse, provider: str, patience: UpstreamSettings) -> None:
        self._response = response
        self._provider = provider
        self._patience = patience
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Each piece as the upstream framed it: `iter_chunks` keeps HTTP chunks apart, where
        other readers join whatever has arrived."""
        watch = SilenceWatch(self._patience.idle_timeout_s, self._response.close)
        try:
            async for chunk, _ in self._response.content.iter_chunks():
                watch.heard()
                if chunk:
                    yield chunk
        except (ClientPayloadError, ClientConnectionError, OSError) as error:
            if watch.fell_silent:
                raise UpstreamTimeout(self._silence_words()) from error
            raise UpstreamCut(
                f"'{self._provider}' broke off in the middle of its answer."
            ) from error
        finally:
            watch.end()
        if watch.fell_silent:
            raise UpstreamTimeout(self._silence_words())

    async def close(self) -> None:
        self._response.close() if not self._response.content.is_eof() else self._response.release()

    def _silence_words(self) -> str:
        return (
            f"'{self._provider}' sent nothing for {self._patience.idle_timeout_s:g} s "
            f"in the middle of its answer."
        )


def _add_credential(headers: CIMultiDict[str], upstream: Upstream) -> None:
    if not upstream.api_key:
        return
    if upstream.protocol is ModelProtocol.ANTHROPIC:
        headers["x-api-key"] = upstream.api_key
    else:
        headers[hdrs.AUTHORIZATION] = f"Bearer {upstream.api_key}"


def _timeout(provider: str, error: TimeoutError, patience: UpstreamSettings) -> Exception:
    if isinstance(error, aiohttp.ServerTimeoutError):
        return UpstreamRefused(
            f"'{provider}' could not be reached within {patience.connect_timeout_s:g} s."
        )
    return UpstreamTimeout(
        f"'{provider}' did not begin to answer within {patience.first_byte_timeout_s:g} s."
    )


def _no_answer(provider: str, url: URL, error: Exception) -> Exception:
    """Before the head of an answer: no connection, or one that closed without a word."""
    where = f"{url.host}:{url.port}"
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionResetError):
        return UpstreamCut(f"'{provider}' at {where} closed the connection without an answer.")
    reason = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(reason, socket.gaierror):
        return UpstreamRefused(f"'{provider}': the name '{url.host}' is unknown. Are you online?")
    if isinstance(reason, ConnectionRefusedError):
        return UpstreamRefused(f"'{provider}' at {where} refused the connection. Is it running?")
    return UpstreamRefused(f"'{provider}' at {where} cannot be reached: {reason}.")
