"""Asks a provider something small when a person wants to know whether it answers.

It asks for the list of models: that costs nothing with any vendor. What came of it is said in
words, with what to do.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import orjson

from llmgw_desktop.app.words.figures import counted, duration_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreUnavailable, UpstreamError
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.provider import Account, ModelProtocol, Provider, ProviderKind, Upstream
from llmgw_desktop.domain.values import value

COST_WORDS = "Asks for the list of models, which costs nothing."
OLLAMA_URL = "http://127.0.0.1:11434/v1"
LOCAL_SERVERS = {
    "ollama": ("Ollama", OLLAMA_URL),
    "lm-studio": ("LM Studio", "http://127.0.0.1:1234/v1"),
    "llama-cpp": ("llama.cpp", "http://127.0.0.1:8080/v1"),
    "vllm": ("vLLM", "http://127.0.0.1:8000/v1"),
    "jan": ("Jan", "http://127.0.0.1:1337/v1"),
}
"""Programs that answer without a key, each where it listens unless told otherwise."""
LOOK_S = 2.0
PATIENCE_S = 10.0
_LIMIT_BYTES = 4 * 1024 * 1024
_LIST_PATHS = {
    ModelProtocol.ANTHROPIC: "/v1/models",
    ModelProtocol.OPENAI_CHAT: "/models",
    ModelProtocol.OPENAI_RESPONSES: "/models",
    ModelProtocol.CODEX: "/models",
    ModelProtocol.GEMINI: "/v1beta/models",
}
_WHOLE_LISTS = {ModelProtocol.ANTHROPIC: "?limit=1000", ModelProtocol.GEMINI: "?pageSize=1000"}
"""Who tells only some of its models unless asked for more."""
_SHOWN = 3


class ProbeAnswer(Protocol):
    """What is asked of `engine/upstream/http_client.py`'s answers."""

    @property
    def status(self) -> int: ...

    async def read(self) -> bytes: ...

    async def close(self) -> None: ...


class Asker(Protocol):
    """What is asked of `engine/upstream/http_client.py`."""

    async def get(self, upstream: Upstream, path: str) -> ProbeAnswer: ...


@value
class Probed:
    """What one question brought to light."""

    is_well: bool
    words: str
    models: tuple[str, ...] = ()


class ProviderProbe:
    """Never raises what a provider can be guilty of."""

    def __init__(
        self,
        asker: Asker,
        clock: Clock,
        price_of: Callable[[str, str], Price | None] = lambda *_: None,
    ) -> None:
        """`price_of`: of a provider's model."""
        self._asker = asker
        self._clock = clock
        self.price_of = price_of

    async def ask(self, provider: Provider, account: Account) -> Probed:
        protocol = next(each for each in provider.spoken if each in _LIST_PATHS)
        return await self._ask(Upstream.of(provider, protocol, account), _LIST_PATHS[protocol])

    async def rows(self, provider: Provider, account: Account) -> Sequence[Mapping[str, Any]]:
        """What it lists, as it lists it. Raises UpstreamError, TimeoutError, StoreUnavailable with
        a sentence."""
        protocol = next(each for each in provider.spoken if each in _LIST_PATHS)
        path = _LIST_PATHS[protocol] + _WHOLE_LISTS.get(protocol, "")
        async with asyncio.timeout(PATIENCE_S):
            status, body = await self._read(Upstream.of(provider, protocol, account), path)
        if status != 200:
            raise StoreUnavailable(_refusal(status))
        found = _rows(body)
        if found is None:
            raise StoreUnavailable("It answered with something else than a list of models.")
        return [row for row in found if isinstance(row, dict)]

    async def look_for_ollama(self) -> Probed:
        """On this computer, at the port where it always listens."""
        upstream = Upstream(
            provider="ollama",
            kind=ProviderKind.OPENAI_COMPATIBLE,
            protocol=ModelProtocol.OPENAI_CHAT,
            base_url=OLLAMA_URL,
        )
        found = await self._ask(upstream, "/models")
        if not found.is_well:
            return Probed(
                is_well=False,
                words="No Ollama answers on 127.0.0.1:11434. Start it and look again.",
            )
        return Probed(
            is_well=True,
            words=_sentence(f"Ollama runs on this computer, with {_models(found.models)}"),
            models=found.models,
        )

    async def look_at(self, name: str, url: str) -> Probed:
        """A program on this computer; who does not answer at once is not there."""
        upstream = Upstream(
            provider=name,
            kind=ProviderKind.OPENAI_COMPATIBLE,
            protocol=ModelProtocol.OPENAI_CHAT,
            base_url=url,
        )
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._ask(upstream, "/models")
        except TimeoutError:
            return Probed(is_well=False, words="It does not answer.")

    async def _ask(self, upstream: Upstream, path: str) -> Probed:
        began_s = self._clock.monotonic_s()
        try:
            async with asyncio.timeout(PATIENCE_S):
                status, body = await self._read(upstream, path)
        except UpstreamError as error:
            return Probed(is_well=False, words=inert_line(str(error), 400))
        except TimeoutError:
            words = f"No answer within {PATIENCE_S:g} s. Is the address right, and are you online?"
            return Probed(is_well=False, words=words)
        took = duration_text((self._clock.monotonic_s() - began_s) * 1000)
        if status != 200:
            return Probed(is_well=False, words=_refusal(status))
        models = _names(body)
        if models is None:
            words = "It answered with something else than a list of models. Is the address right?"
            return Probed(is_well=False, words=words)
        return Probed(
            is_well=True,
            words=_sentence(f"Answered in {took} with {_models(models)}"),
            models=models,
        )

    async def _read(self, upstream: Upstream, path: str) -> tuple[int, bytes]:
        answer = await self._asker.get(upstream, path)
        body = bytearray()
        try:
            while len(body) <= _LIMIT_BYTES and (chunk := await answer.read()):
                body += chunk
        finally:
            await answer.close()
        return answer.status, bytes(body)


def _refusal(status: int) -> str:
    match status:
        case 401 | 403:
            return (
                f"The key was refused ({status}). Replace it, and check that it belongs to this"
                " address."
            )
        case 404:
            return (
                "It answers, but has no list of models at this address (404). Check the address;"
                " some need /v1 at their end."
            )
        case 429:
            return "It answers, and asks for a pause or has no quota left (429). Try again later."
        case _ if status >= 500:
            return f"It answers with a fault of its own ({status}). Try again later."
    return f"It answered with status {status} instead of a list of models."


def _rows(body: bytes) -> list[Any] | None:
    """None where this is no list of models."""
    try:
        document = orjson.loads(body)
    except ValueError:
        return None
    rows = document.get("data", document.get("models")) if isinstance(document, dict) else None
    return rows if isinstance(rows, list) else None


def _names(body: bytes) -> tuple[str, ...] | None:
    rows = _rows(body)
    if rows is None:
        return None
    names = [row.get("id", row.get("name")) for row in rows if isinstance(row, dict)]
    return tuple(name for name in names if isinstance(name, str))


def _models(names: tuple[str, ...]) -> str:
    count = counted(len(names), "model")
    shown = ", ".join(inert_line(name, 50) for name in names[:_SHOWN])
    return f"{count}, {shown}{' …' if len(names) > _SHOWN else ''}" if names else count


def _sentence(words: str) -> str:
    return words if words.endswith("…") else f"{words}."
