"""A first request, sent over the network like anybody's, so that what it proves is true."""

import aiohttp

from llmgw_desktop.domain.errors import GatewayClosed, UpstreamGarbage

_QUESTION = {
    "model": "practice/slow",
    "max_tokens": 256,
    "stream": True,
    "messages": [{"role": "user", "content": "Hello from LLM Gateway. Is this thing on?"}],
}


async def send(url: str, key: str) -> str:
    """The flight's id, once its answer is complete."""
    if not url:
        raise GatewayClosed("The gateway is not running.")
    timeout = aiohttp.ClientTimeout(total=30)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(f"{url}/v1/messages", json=_QUESTION, headers={"x-api-key": key}) as answer,
    ):
        await answer.read()
        if answer.status != 200:
            raise UpstreamGarbage(f"The gateway answered with status {answer.status}.")
        return answer.headers.get("x-llmgw-flight", "")
