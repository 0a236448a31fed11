"""The other direction: what a server behind us asks of whoever calls it, and what it tells unasked.

A question goes to the client whose call the server is at work for, where that client can be asked
such a thing; else to this computer's person, or to a model that the settings name for it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event, ServerResourceChanged, ServerSaid
from llmgw_desktop.domain.mcp_server import ADDRESS, McpServer
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.tool import CallerRefused, WayBack

SAMPLING, ELICITATION, ROOTS = "sampling/createMessage", "elicitation/create", "roots/list"
QUESTIONS = (SAMPLING, ELICITATION, ROOTS)
_MESSAGE, _UPDATED = "notifications/message", "notifications/resources/updated"
_COMPLETE = "notifications/elicitation/complete"
QUESTION_S = 900.0
"""A question that nobody answered is refused then."""
_MOST_ELICITATIONS = 100
"""At addresses, of which it is remembered whose they are."""
LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_NOT_OFFERED, _FAILED = -32601, -32000
_VISIT = {"mode": "url"}


@value
class Party:
    """On whose behalf a server is asked."""

    client_id: str
    job: str
    session: str
    """Of a client that has none all calls are one."""
    principal: Principal
    line: WayBack | None = None
    """The way back while it waits."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.client_id, self.job, self.session

    @staticmethod
    def of(principal: Principal, session: str = "", line: WayBack | None = None) -> "Party":
        return Party(
            client_id=principal.client_id,
            job=principal.job,
            session=session,
            principal=principal,
            line=line,
        )


class GatewayAnswers(Protocol):
    """The gateway in the place of a client that cannot be asked."""

    async def elicit(
        self, server: McpServer, params: Mapping[str, Any], party: Party
    ) -> dict[str, Any]:
        """By this computer's person. Raises CallerRefused."""

    async def sample(
        self, server: McpServer, params: Mapping[str, Any], party: Party
    ) -> dict[str, Any]:
        """By the model that the settings name for this server. Raises CallerRefused."""


class CallerSide:
    """Of one process of a server. `owner`: whose alone it is; None where all share it."""

    def __init__(
        self,
        server: McpServer,
        publish: Callable[[Event], None],
        answers: GatewayAnswers | None = None,
        owner: Party | None = None,
    ) -> None:
        self._server = server
        self._publish = publish
        self._answers = answers
        self.owner = owner
        self.is_mixed = False
        """It asked something while several called, and nobody could tell whom it meant."""
        self._elicited: OrderedDict[str, Party] = OrderedDict()

    def capabilities(self) -> dict[str, Any]:
        """What the server is told that we can be asked. Folders are told to a process of a
        caller's own alone: some servers take them in the place of their arguments."""
        if self.owner is None:
            shared: dict[str, Any] = {"sampling": {}, "elicitation": {"form": {}, "url": {}}}
            return shared if self._server.share else {**shared, "roots": {}}
        line = self.owner.line
        has = {} if line is None else line.capabilities
        can = {key: has[key] for key in ("sampling", "elicitation") if _is_told(has, key)}
        if _is_told(has, "roots") and not self.owner.principal.is_remote:
            can["roots"] = {}
        if self._has_model(self.owner):
            can.setdefault("sampling", {})
        if self._has_person(self.owner):
            can.setdefault("elicitation", {"form": {}, "url": {}})
        return can

    async def answer(
        self, method: str, params: Mapping[str, Any], parties: Sequence[Party]
    ) -> dict[str, Any]:
        """`parties`: for whom the server may be asking. Raises CallerRefused."""
        if method == ROOTS and self.owner is None:
            if not self._server.share:
                return {"roots": []}
            raise CallerRefused(
                f"Folders are told to a process of a caller's own: share = false in"
                f" [mcp_servers.{self._server.name}].",
                _NOT_OFFERED,
            )
        party = self._meant(parties)
        try:
            async with asyncio.timeout(QUESTION_S):
                return await self._answered(method, params, party)
        except TimeoutError:
            raise CallerRefused("Nobody answered in time.", _FAILED) from None
        except CallerRefused:
            raise
        except LlmgwError as error:
            raise CallerRefused(plain_text(str(error)), _FAILED) from error

    async def may_go_on(self, visits: Sequence[Mapping[str, Any]], party: Party) -> bool | None:
        """Whether the caller's person goes to all of these addresses. None: nobody was asked, his
        program is told of them by an error. Raises CallerRefused."""
        line = party.line
        if line is not None and line.takes_errors and _can(line.capabilities, ELICITATION, _VISIT):
            for each in visits:
                self._is_elicited(each, party)
            return None
        answers = [await self.answer(ELICITATION, {**each, **_VISIT}, [party]) for each in visits]
        return all(each.get("action") == "accept" for each in answers)

    async def told(self, method: str, params: Mapping[str, Any], parties: Sequence[Party]) -> None:
        """What it says unasked: to whoever it is at work for; what it says while it is at work for
        several is nobody's."""
        name, said = self._server.name, params
        if method == _UPDATED and isinstance(uri := params.get("uri"), str):
            caller = None if self.owner is None else self.owner.key
            self._publish(ServerResourceChanged(address=f"{ADDRESS}{name}/{uri}", caller=caller))
        elif method == _MESSAGE and params.get("level") in LEVELS:
            own = params.get("logger")
            said = {**params, "logger": f"{name}/{own}" if isinstance(own, str) else name}
            whose = _only(parties) or self.owner
            if whose is not None and whose.line is not None:
                await whose.line.tell(method, said)
            elif not parties:
                self._publish(ServerSaid(server=name, method=method, params=said))
        elif method == _COMPLETE:
            whose = self._elicited.pop(str(params.get("elicitationId"))[:200], None)
            if whose is not None and whose.line is not None:
                await whose.line.tell(method, said)

    async def _answered(
        self, method: str, params: Mapping[str, Any], party: Party
    ) -> dict[str, Any]:
        line, server = party.line, self._server
        if method == ROOTS:
            can = line is not None and _is_told(line.capabilities, "roots")
            return await line.ask(method, params) if can and line is not None else {"roots": []}
        if line is not None and _can(line.capabilities, method, params):
            self._is_elicited(params, party)
            return await line.ask(method, params)
        if method == ELICITATION:
            if self._has_person(party) and self._answers is not None:
                return await self._answers.elicit(server, params, party)
            raise CallerRefused(
                "The program that calls cannot ask its person, and it calls from elsewhere.",
                _NOT_OFFERED,
            )
        if self._has_model(party) and self._answers is not None:
            return await self._answers.sample(server, params, party)
        raise CallerRefused(
            "The program that calls offers no model, and the gateway has none for this server:"
            f" sampling_model in [mcp_servers.{server.name}] names one.",
            _NOT_OFFERED,
        )

    def _is_elicited(self, params: Mapping[str, Any], party: Party) -> None:
        """He hears when it is done, too."""
        if isinstance(number := params.get("elicitationId"), str):
            self._elicited[number[:200]] = party
            if len(self._elicited) > _MOST_ELICITATIONS:
                self._elicited.popitem(last=False)

    def _has_model(self, party: Party) -> bool:
        return self._answers is not None and bool(self._server.sampling_model)

    def _has_person(self, party: Party) -> bool:
        """At this computer, and it is they who call."""
        return self._answers is not None and not party.principal.is_remote

    def _meant(self, parties: Sequence[Party]) -> Party:
        """Raises CallerRefused."""
        if self.owner is not None:
            return _only(parties) or self.owner
        if (found := _only(parties)) is not None:
            return found
        if not parties:
            raise CallerRefused("Nobody calls this server just now.", _FAILED)
        self.is_mixed = True
        raise CallerRefused(
            "Several programs call this server at once, and which of them is asked cannot be told."
            " From now on each of them has a process of its own.",
            _FAILED,
        )


def _only(parties: Sequence[Party]) -> Party | None:
    """The one for whom all of these calls are; the last of them has the line."""
    return parties[-1] if len({each.key for each in parties}) == 1 else None


def _is_told(capabilities: Mapping[str, Any], key: str) -> bool:
    return isinstance(capabilities.get(key), Mapping)


def _can(capabilities: Mapping[str, Any], method: str, params: Mapping[str, Any]) -> bool:
    if method == SAMPLING:
        return _is_told(capabilities, "sampling")
    told = capabilities.get("elicitation")
    if not isinstance(told, Mapping):
        return False
    mode = params.get("mode", "form")
    return mode in told or (mode == "form" and not told)
