"""MCP servers behind the gateway's own door, joined. Read in when the settings first offer one."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import orjson
from typing_extensions import override

from llmgw_desktop.app.command_line.this_program import this_program
from llmgw_desktop.app.mcp.server_questions import BY_PERSON, AnswersHere, OwnModel
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.clock import Clock, TimedIds
from llmgw_desktop.domain.errors import ClientGone, LlmgwError
from llmgw_desktop.domain.events import ToolServersChanged
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.rules.book import RuleBook
from llmgw_desktop.domain.jobs.rules.ready import Wish
from llmgw_desktop.domain.jobs.rules.rule import (
    RuleKind,
    RuleSituation,
    RuleVerdict,
    StandingRule,
)
from llmgw_desktop.domain.mcp_server import GivenServer, McpServer
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.flights.open_flight import ERROR_CHARS, OpenFlight
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.jobs.configured import McpServers
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp.behind.address import AddressLink
from llmgw_desktop.engine.mcp.behind.offered import BehindCall, reason_to_ask
from llmgw_desktop.engine.mcp.behind.peer import Link, RuleRefused, ServerTalk
from llmgw_desktop.engine.mcp.behind.program import started
from llmgw_desktop.engine.mcp.behind.sign_ins import SignInParts, SignIns, SignInVault
from llmgw_desktop.engine.mcp.behind.tool_servers import Ask as AskServer
from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers
from llmgw_desktop.engine.pipeline.pipeline import Pipeline
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.engine.questions.permissions.standing import minute_of_day
from llmgw_desktop.engine.upstream.pool import Pool
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.tool_pins import ToolPinStore
from llmgw_desktop.wire.tokens import result_tokens

MOST_SESSIONS = 200
"""Whose allowances are kept at once."""
PATH, PROVIDER = "/mcp", "mcp:"
"""Of flights that are calls: the door, and what stands before a server's name."""
LARGE = 128 * 1024
_JSON = (("content-type", "application/json"),)
_log = logging.getLogger(__name__)


@value
class BehindParts:
    """What they stand on."""

    places: Places
    env: Mapping[str, str]
    clock: Clock
    bus: Bus
    given: McpServers
    """Fills in what the vault keeps for them."""
    rules: Callable[[], Sequence[StandingRule]]
    """Those of the settings in force."""
    url: Callable[[], str]
    """Of the gateway's own door, which is no server behind it."""
    permissions: Callable[[], PermissionDesk]
    """Where a person is asked."""
    recorder: Recorder
    vault: SignInVault
    pipeline: Pipeline
    """By which a server's questions reach a model, where its settings name one."""


class Connecting:
    """The way to a server."""

    def __init__(self, parts: BehindParts, pool: Pool) -> None:
        self._parts = parts
        self._pool = pool
        self.sign_ins: SignIns | None = None

    async def __call__(self, server: McpServer, peer: ServerTalk) -> Link:
        """Raises ServerFailed, InvalidRun."""
        (given,) = await asyncio.to_thread(self._parts.given.given, (server.name,), "")
        if not given.url:
            return await started(given, self._parts.env, peer)
        own = urlsplit(self._parts.url())
        if own.hostname and own.port:
            self._pool.own_addresses = frozenset({(own.hostname, own.port)})
        has_own = any(each.lower() == "authorization" for each in given.headers)
        signed = None if has_own or self.sign_ins is None else self.sign_ins.of(server)
        return AddressLink(given, self._pool, peer, signed)

    def close(self) -> None:
        self._pool.close()


class Ruled:
    """`[[rules]]` about MCP tools hold for calls through our door. Where none speaks of a tool, a
    person is asked before it is called, unless its server says that it does no harm."""

    def __init__(self, parts: BehindParts, asking: "CallQuestions") -> None:
        self._clock = parts.clock
        self._rules = parts.rules
        self._asking = asking
        self._known: Sequence[StandingRule] = ()
        self._book = RuleBook()

    async def check(self, call: BehindCall) -> bool:
        """Whether a person was asked, and allowed it. Raises RuleRefused."""
        rules = self._rules()
        if rules is not self._known:
            self._known, self._book = rules, RuleBook(rules)
        reason = self._reason(call)
        if reason:
            await self._asking.put(call, reason)
        return bool(reason)

    def _reason(self, call: BehindCall) -> str:
        """Why a person is asked; empty where nobody has to be. Raises RuleRefused."""
        if not self._book:
            return reason_to_ask(call.offered)
        principal, tool = call.asked.principal, f"{call.offered.server}/{call.offered.tool}"
        situation = RuleSituation(
            client=principal.known_as,
            minute=minute_of_day(self._clock.now_s()),
            is_remote=principal.is_remote,
        )
        ruling = self._book.judge(Wish(kind=RuleKind.MCP, tool=tool, situation=situation))
        if ruling.verdict is RuleVerdict.ALLOW:
            return ""
        if ruling.verdict is RuleVerdict.DENY:
            raise RuleRefused(f"{tool} was not called: {ruling.why} {ruling.note}".rstrip())
        return ruling.why if ruling.rule else reason_to_ask(call.offered)


class CallQuestions:
    """Asks this computer's person about a call, where agents' questions wait too."""

    def __init__(self, parts: BehindParts) -> None:
        self._parts = parts
        self._ids = TimedIds(parts.clock)
        self._groups: OrderedDict[str, None] = OrderedDict()
        """Of each session that asked; the one that asked last comes last."""

    async def put(self, call: BehindCall, reason: str) -> None:
        """Returns when it may be called. Raises RuleRefused."""
        offered = call.offered
        asked = Ask(
            native_id="",
            kind=PermissionKind.MCP,
            server=offered.server,
            tool=offered.tool,
            arguments=masked(call.asked.arguments, self._parts.recorder.clean_text),
            reason=reason,
        )
        answer = await self.ask(call.asked.principal, call.came.session, asked)
        if not answer.allows:
            name = f"{offered.server}/{offered.tool}"
            raise RuleRefused(f"{name} was not called: {_denied_words(answer)}")

    async def ask(self, principal: Principal, session: str, ask: Ask) -> PermissionAnswer:
        """On behalf of a client that waits; one that gives up takes it back."""
        desk, caller = self._parts.permissions(), self._caller(principal, session)
        asked = replace(ask, native_id=self._ids.new("call"))
        answered: asyncio.Future[PermissionAnswer] = asyncio.get_running_loop().create_future()

        def take(answer: PermissionAnswer) -> None:
            if not answered.done():
                answered.set_result(answer)

        desk.ask(caller, asked, take)
        try:
            return await answered
        except asyncio.CancelledError:
            desk.withdraw(caller.id, asked.native_id)
            raise

    def _caller(self, principal: Principal, session: str) -> AskingJob:
        whole = "\0".join((principal.client_id, principal.job, session))
        group = f"mcp_{sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"
        self._groups[group] = None
        self._groups.move_to_end(group)
        if len(self._groups) > MOST_SESSIONS:
            oldest, _ = self._groups.popitem(last=False)
            self._parts.permissions().job_ended(oldest)
        return AskingJob(
            id=group,
            owner=principal.client_id,
            client=principal.known_as,
            cli=None,
            run=principal.job,
            is_session=bool(session),
            working_dir="/",
            is_remote=principal.is_remote,
        )


class RecordedCalls:
    """Each call as a flight: who called what with which arguments, what came of it and when. Its
    tokens are what the result takes of a model that reads it, as an estimate; they count there."""

    def __init__(self, recorder: Recorder, ruled: Ruled) -> None:
        self._recorder = recorder
        self._ruled = ruled

    async def __call__(self, call: BehindCall, ask: AskServer) -> dict[str, Any]:
        """Raises RuleRefused, ServerFailed."""
        flight = self._recorder.open(PATH, ModelProtocol.MCP, Operation.CALL_TOOL)
        try:
            self._note(flight, call)
            if await self._ruled.check(call):
                flight.held("A person allowed it.")
            flight.connected()
            result = await ask(call)
            flight.answered()
            await _told(flight, result)
        except asyncio.CancelledError:
            flight.left(ClientGone("The client took its call back."))
            raise
        except LlmgwError as error:
            flight.fail_with(error)
            raise
        finally:
            self._recorder.close(flight)
        return result

    def _note(self, flight: OpenFlight, call: BehindCall) -> None:
        asked, offered = call.asked, call.offered
        call.opened(flight)
        who = asked.principal
        flight.came_from(who.name, who.client_id, label=who.label, job=who.job)
        tool = f"{offered.server}/{offered.tool}"
        flight.is_call_of(f"{PROVIDER}{offered.server}", tool, asked.project)
        flight.came_with(_JSON)
        said = {"name": offered.tool, "arguments": dict(asked.arguments)}
        flight.received(orjson.dumps(said))


async def _told(flight: OpenFlight, result: Mapping[str, Any]) -> None:
    """What is large is counted and written beside the loop."""
    texts = [_text_of(each) for each in result.get("content") or ()]
    is_large = sum(map(len, texts)) > LARGE or "structuredContent" in result
    written, tokens = await asyncio.to_thread(_written, result) if is_large else _written(result)
    flight.heard(_JSON)
    flight.keep(written)
    flight.used(Usage(output_tokens=tokens, estimated=Figure.OUTPUT))
    if result.get("isError") is True:
        flight.fail(FlightState.FAILED, "tool_failed", "".join(texts)[:ERROR_CHARS])


def _text_of(block: Mapping[str, Any]) -> str:
    """Its words, or its data; nothing where a server put something else."""
    found = block.get("text", block.get("data"))
    return found if isinstance(found, str) else ""


def _written(result: Mapping[str, Any]) -> tuple[bytes, int]:
    return orjson.dumps(result), result_tokens(result)


def masked(arguments: Mapping[str, Any], clean: Callable[[str], str]) -> dict[str, Any]:
    """Without keys: what is asked is seen by whoever passes by, and written down."""
    written = orjson.dumps(dict(arguments)).decode()
    shown = clean(written)
    if shown == written:
        return dict(arguments)
    try:
        found = orjson.loads(shown)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"arguments": shown}


def _denied_words(answer: PermissionAnswer) -> str:
    """For the model that called."""
    if answer.way in BY_PERSON:
        said = f" They say: {answer.note}" if answer.note else ""
        return f"the person at this computer denied it.{said}"
    return answer.note or "it was denied."


class ToolServersHere(ToolServers):
    """With the connections that they were reached by."""

    def __init__(self, parts: BehindParts) -> None:
        self._connecting = Connecting(parts, pool := Pool())
        signs = SignInParts(
            pool=pool,
            vault=parts.vault,
            clock=parts.clock,
            given=lambda name: parts.given.given((name,), "")[0],
            url=parts.url,
            learn=parts.given.learn,
            changed=lambda: parts.bus.publish(ToolServersChanged()),
            signed_in=self._signed_in,
        )
        self._connecting.sign_ins = sign_ins = SignIns(signs)
        store = ToolPinStore(parts.places.gateway_db, parts.clock)
        questions = CallQuestions(parts)
        around = RecordedCalls(parts.recorder, Ruled(parts, questions))
        super().__init__(
            self._connecting,
            store,
            clock=parts.clock,
            bus=parts.bus,
            around=around,
            sign_ins=sign_ins,
        )
        parts.given.by_our_door = self._by_our_door
        clean = parts.recorder.clean_text
        self.answers = AnswersHere(
            questions.ask,
            OwnModel(parts.pipeline),
            parts.clock,
            lambda given: masked(given, clean),
            kept=store,
        )

    def _by_our_door(self, server: McpServer) -> GivenServer | None:
        """For a run, which is told no token: our own program, with the run's key, leads to it."""
        has_own = any(each.lower() == "authorization" for each in server.headers)
        assert self.sign_ins is not None
        if not server.offer or not server.url or has_own or not self.sign_ins.is_done(server):
            return None
        command, *args = this_program()
        return GivenServer(
            name=server.name, command=command, args=(*args, "mcp", "--server", server.name)
        )

    def _signed_in(self, name: str) -> None:
        self._tasks.start(self._look_quietly(name), name=f"look at {name}")

    async def _look_quietly(self, name: str) -> None:
        try:
            await self.known()
            await self.look(name)
        except LlmgwError as error:
            _log.warning("after the sign-in: %s", error)

    @override
    async def close(self) -> None:
        assert self.sign_ins is not None
        self.sign_ins.close()
        await super().close()
        self._connecting.close()
