"""The practice provider behind a small HTTP server, so that real clients can talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

from llmgw_desktop.domain.errors import UpstreamCut
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.practice import PracticeClient
from llmgw_desktop.wire.json_edits import read_object

ROUTES = {
    "/v1/messages": (ModelProtocol.ANTHROPIC, Operation.GENERATE),
    "/v1/messages/count_tokens": (ModelProtocol.ANTHROPIC, Operation.COUNT_TOKENS),
    "/v1/chat/completions": (ModelProtocol.OPENAI_CHAT, Operation.GENERATE),
    "/v1/embeddings": (ModelProtocol.OPENAI_CHAT, Operation.EMBED),
}


def call_for(
    protocol: ModelProtocol,
    body: bytes,
    *,
    operation: Operation = Operation.GENERATE,
    streaming: bool | None = None,
    model: str | None = None,
) -> UpstreamCall:
    fields = read_object(body) if model is None or streaming is None else {}
    upstream = Upstream(
        provider="practice", kind=ProviderKind.PRACTICE, protocol=protocol, base_url=""
    )
    return UpstreamCall(
        candidate=Candidate(upstream=upstream, model=model or fields["model"]),
        operation=operation,
        streaming=fields.get("stream") is True if streaming is None else streaming,
        body=body,
        headers={},
    )


@asynccontextmanager
async def practice_server(client: PracticeClient) -> AsyncIterator[str]:
    """Its root URL, without /v1."""

    async def handle(request: web.Request) -> web.StreamResponse:
        protocol, operation = ROUTES[request.path]
        body = await request.read()
        answer = await client.send(call_for(protocol, body, operation=operation))
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        await response.prepare(request)
        try:
            async for chunk in answer.chunks():
                await response.write(chunk)
        except UpstreamCut:
            assert request.transport is not None
            request.transport.abort()
        finally:
            await answer.close()
        return response

    app = web.Application()
    for path in ROUTES:
        app.router.add_post(path, handle)
    server = TestServer(app)
    await server.start_server()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.close()
