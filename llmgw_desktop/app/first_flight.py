"""A first request, sent over the network like anybody's, so that what it proves is true."""

import aiohttp

from llmgw_desktop.domain.errors import GatewayClosed, UpstreamGarbage
from llmgw_desktop.store.run_file import own_context

_QUESTION = {
    "model": "practice/slow",
    "max_tokens": 256,
    "stream": True,
    "messages": [{"role": "user", "content": "Hello from LLM Gateway. Is this thing on?"}],
}


async def send(url: str, key: str, certificate: str = "") -> str:
    """The flight's id, once its answer is complete. `certificate`: the file of the door's own."""
    if not url:
        raise GatewayClosed("The gateway is not running.")
    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(ssl=own_context(certificate) if certificate else True)
    async with (
        aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
        session.post(f"{url}/v1/messages", json=_QUESTION, headers={"x-api-key": key}) as answer,
    ):
        await answer.read()
        if answer.status != 200:
            raise UpstreamGarbage(f"The gateway answered with status {answer.status}.")
        return answer.headers.get("x-llmgw-flight", "")
