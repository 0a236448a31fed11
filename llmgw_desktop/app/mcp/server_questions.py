"""What MCP servers ask of callers that cannot be asked: put to this computer's person, in the one
list, or, where the settings name a model, to that, after the person has said yes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.jobs.approval import Ask, DecisionWay, PermissionAnswer, PermissionKind
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.engine.front import model_doors
from llmgw_desktop.engine.mcp.behind.callers import ELICITATION, SAMPLING, Party
from llmgw_desktop.engine.mcp.tool import CallerRefused
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.pipeline.replay_callers import HearingCaller
from llmgw_desktop.wire.native.replay import ReplayRequest

AskModel = Callable[[Mapping[str, Any], Principal], Awaitable[tuple[FlightSummary, "bytes | None"]]]
"""A chat request to the answer's flight and its body; None where that is too long."""
BY_PERSON = (DecisionWay.DIALOG, DecisionWay.COMMAND, DecisionWay.DEVICE)
_TRIES = 3
_MOST_TOKENS, _USUAL_TOKENS = 100_000, 1_024
_MOST_FIELDS = 20
_LONGEST = 4_000
_DAY_S = 86_400.0
_DENIED = -1
_log = logging.getLogger(__name__)
_STOPS = {"length": "maxTokens", "stop": "endTurn"}


class OwnModel:
    """A request of ours, down the pipeline as every other, in the name of whoever called."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def __call__(
        self, request: Mapping[str, Any], principal: Principal
    ) -> tuple[FlightSummary, bytes | None]:
        """Raises CallerRefused, LlmgwError."""
        if Scope.MODELS_USE not in principal.scopes:
            raise CallerRefused("The program that calls may not use models.", _DENIED)
        asked = ReplayRequest(
            path="/v1/chat/completions",
            query="",
            headers={"content-type": "application/json"},
            body=orjson.dumps(dict(request)),
            model=str(request["model"]),
            is_as_before=False,
            says_the_same=False,
        )
        caller = HearingCaller(asked)
        exchange = self._pipeline.admitted(
            model_doors.openai_dialect(), Operation.GENERATE, caller, principal
        )
        await self._pipeline.carry(exchange)
        return exchange.flight.summary(), caller.heard if caller.is_whole else None


class AskPerson(Protocol):
    """Puts a question to this computer's person."""

    async def __call__(self, principal: Principal, session: str, ask: Ask) -> PermissionAnswer: ...


class SampledTokens(Protocol):
    """What outlives a start of what servers had of our models. Both raise StoreError."""

    def sampled(self) -> dict[str, tuple[float, int]]: ...

    def note_sampled(self, server: str, since_s: float, tokens: int) -> None: ...


class AnswersHere:
    """`masked`: arguments without keys, as a person may see them."""

    def __init__(
        self,
        ask: AskPerson,
        ask_model: AskModel,
        clock: Clock,
        masked: Callable[[Mapping[str, Any]], dict[str, Any]],
        *,
        kept: SampledTokens,
    ) -> None:
        self._ask = ask
        self._ask_model = ask_model
        self._clock = clock
        self._masked = masked
        self._kept = kept
        self._used: dict[str, tuple[float, int]] | None = None
        """Of each server: since when, and how many tokens; None: not read yet."""

    async def elicit(
        self, server: McpServer, params: Mapping[str, Any], party: Party
    ) -> dict[str, Any]:
        """Raises CallerRefused."""
        said = str(params.get("message") or "")[:_LONGEST]
        if params.get("mode") == "url":
            return await self._visited(server, said, str(params.get("url") or ""), party)
        form = AskedForm(params.get("requestedSchema"))
        reason = f"{server.name} asks you: {said}"
        for _ in range(_TRIES):
            ask = self._question(server, ELICITATION, reason, form=form.words)
            answer = await self._ask(party.principal, party.session, ask)
            if not answer.allows:
                return {"action": "decline" if answer.way in BY_PERSON else "cancel"}
            try:
                return {"action": "accept", "content": form.read(answer.note)}
            except ValueError as wrong:
                if answer.way not in BY_PERSON:
                    break
                reason = f"{wrong} {server.name} asks you: {said}"
        return {"action": "cancel"}

    async def sample(
        self, server: McpServer, params: Mapping[str, Any], party: Party
    ) -> dict[str, Any]:
        """Raises CallerRefused, StoreError."""
        messages = _messages(params)
        if self._used is None:
            self._used = await asyncio.to_thread(self._kept.sampled)
        left = server.sampling_tokens - self._used_today(server)
        if left <= 0:
            raise CallerRefused(
                f"{server.name} has had its {server.sampling_tokens:,} tokens of the model of this"
                " day.",
                _DENIED,
            )
        wanted = params.get("maxTokens")
        most = wanted if isinstance(wanted, int) and wanted > 0 else _USUAL_TOKENS
        request = {
            "model": server.sampling_model,
            "max_tokens": min(most, left, _MOST_TOKENS),
            "messages": messages,
        }
        reason = (
            f"{server.name} wants words of {server.sampling_model}, which you pay for; of today's"
            f" {server.sampling_tokens:,} tokens it has {left:,} left."
        )
        ask = self._question(server, SAMPLING, reason, arguments=self._masked(request))
        answer = await self._ask(party.principal, party.session, ask)
        if not answer.allows:
            raise CallerRefused("The person at this computer denied it.", _DENIED)
        summary, body = await self._ask_model(request, party.principal)
        usage = summary.usage
        await self._use(server, (usage.input_tokens or 0) + (usage.output_tokens or most))
        return _said(summary, body)

    async def _visited(
        self, server: McpServer, said: str, url: str, party: Party
    ) -> dict[str, Any]:
        """Nothing is opened by itself: the person reads the address first. Raises CallerRefused."""
        parts = urlsplit(url[:2_000])
        is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
            raise CallerRefused("Only https addresses are shown to a person.", _DENIED)
        reason = f"{server.name} wants you to open this address in your browser: {said}"
        ask = self._question(server, ELICITATION, reason, url=parts.geturl())
        answer = await self._ask(party.principal, party.session, ask)
        if answer.way not in BY_PERSON:
            return {"action": "cancel"}
        return {"action": "accept" if answer.allows else "decline"}

    def _question(self, server: McpServer, what: str, reason: str, **more: Any) -> Ask:
        return Ask(
            native_id="",
            kind=PermissionKind.MCP,
            server=server.name,
            tool=what,
            reason=reason,
            is_question=what == ELICITATION,
            can_take_note=False,
            **more,
        )

    def _used_today(self, server: McpServer) -> int:
        since_s, used = (self._used or {}).get(server.name, (0.0, 0))
        return used if self._clock.now_s() - since_s < _DAY_S else 0

    async def _use(self, server: McpServer, tokens: int) -> None:
        used, now_s = self._used_today(server), self._clock.now_s()
        known = self._used = self._used or {}
        now = known[server.name] = (known[server.name][0] if used else now_s, used + tokens)
        try:
            await asyncio.to_thread(self._kept.note_sampled, server.name, *now)
        except StoreError as error:  # it holds until the gateway ends
            _log.warning("what %s had of its tokens is not kept: %s", server.name, error)


class AskedForm:
    """A form of a server, as a person fills it in one line: `name = Ada; age = 7`, or what a single
    field holds."""

    def __init__(self, schema: object) -> None:
        told = schema if isinstance(schema, Mapping) else {}
        found = told.get("properties")
        fields = found if isinstance(found, Mapping) else {}
        self._fields: dict[str, Mapping[str, Any]] = {
            str(name): each if isinstance(each, Mapping) else {}
            for name, each in list(fields.items())[:_MOST_FIELDS]
        }
        needed = told.get("required")
        self._needed = set(map(str, needed)) if isinstance(needed, list) else set()

    @property
    def words(self) -> str:
        """What is to be written; empty where nothing is."""
        parts = [_field_words(name, each) for name, each in self._fields.items()]
        how = " Write them so: name = …; name = …" if len(parts) > 1 else ""
        return f"{'; '.join(parts)}.{how}"[:_LONGEST] if parts else ""

    def read(self, written: str) -> dict[str, Any]:
        """Raises ValueError, in words."""
        given = self._given(written.strip())
        found: dict[str, Any] = {}
        for name, field in self._fields.items():
            text = given.get(name, "")
            if text:
                found[name] = _value(name, field, text)
            elif "default" in field:
                found[name] = field["default"]
            elif name in self._needed:
                raise ValueError(f"{name} is missing.")
        return found

    def _given(self, written: str) -> dict[str, str]:
        if not written:
            return {}
        names = {each.casefold(): each for each in self._fields}
        given: dict[str, str] = {}
        for part in written.split(";"):
            name, sign, text = part.partition("=")
            own = names.get(name.strip().casefold())
            if sign and own is not None:
                given[own] = text.strip()
        if given or len(self._fields) != 1:
            return given
        return {next(iter(self._fields)): written}


def _field_words(name: str, field: Mapping[str, Any]) -> str:
    about = str(field.get("title") or field.get("description") or "")[:200]
    words = f"{name} ({about})" if about and about != name else name
    choices = _choices(field)
    if choices:
        words += f": {' or '.join(choices)}"
    elif field.get("type") == "boolean":
        words += ": yes or no"
    elif field.get("type") in ("number", "integer"):
        words += ": a number"
    return words + (f", else {field['default']}" if "default" in field else "")


def _choices(field: Mapping[str, Any]) -> list[str]:
    """Of a field, or of each of those that it may hold."""
    items = field.get("items")
    told = items if isinstance(items, Mapping) else field
    if isinstance(told.get("enum"), list):
        return [str(each) for each in told["enum"]][:50]
    several = told.get("oneOf") or told.get("anyOf")
    found = several if isinstance(several, list) else []
    return [str(each["const"]) for each in found if isinstance(each, Mapping) and "const" in each]


def _value(name: str, field: Mapping[str, Any], text: str) -> Any:
    """Raises ValueError."""
    kind, choices = field.get("type"), _choices(field)
    if kind == "array":
        several = [each.strip() for each in text.split(",") if each.strip()]
        if choices and not set(several) <= set(choices):
            raise ValueError(f"{name} must be of {', '.join(choices)}.")
        return several
    if choices and text not in choices:
        raise ValueError(f"{name} must be {' or '.join(choices)}.")
    if kind == "boolean":
        word = text.casefold()
        if word not in ("yes", "no", "true", "false", "ja", "nein"):
            raise ValueError(f"{name} must be yes or no.")
        return word in ("yes", "true", "ja")
    if kind in ("number", "integer"):
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError:
            raise ValueError(f"{name} must be a number.") from None
    return text


def _messages(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As a chat request has them. Raises CallerRefused."""
    found: list[dict[str, Any]] = []
    system = params.get("systemPrompt")
    if isinstance(system, str) and system:
        found.append({"role": "system", "content": system})
    told = params.get("messages")
    for each in told if isinstance(told, list) else []:
        content = each.get("content") if isinstance(each, Mapping) else None
        blocks = content if isinstance(content, list) else [content]
        texts = [block.get("text") for block in blocks if isinstance(block, Mapping)]
        if len(texts) != len(blocks) or not all(isinstance(text, str) for text in texts):
            raise CallerRefused("Only text is passed to the gateway's own models.", _DENIED)
        role = "assistant" if each.get("role") == "assistant" else "user"
        found.append({"role": role, "content": "\n".join(map(str, texts))})
    if not found:
        raise CallerRefused("It holds no message.", _DENIED)
    return found


def _said(summary: FlightSummary, body: bytes | None) -> dict[str, Any]:
    """Raises CallerRefused."""
    try:
        choice = orjson.loads(body or b"")["choices"][0]
        text = choice["message"]["content"]
    except (ValueError, LookupError, TypeError):
        why = summary.error_text or "it gave no answer"
        raise CallerRefused(f"The model could not be asked: {why}") from None
    return {
        "role": "assistant",
        "content": {"type": "text", "text": text if isinstance(text, str) else ""},
        "model": summary.model_served or summary.model_asked,
        "stopReason": _STOPS.get(str(choice.get("finish_reason")), "endTurn"),
    }
