"""How a session of the Agent Client Protocol begins, until it is known to ask, and how one ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.dialect import mode_of, option_of
from llmgw_desktop.clis.acp.messages import AUTH_REQUIRED, words_of
from llmgw_desktop.clis.dialogue import BEGUN, Send, Spoken
from llmgw_desktop.clis.failures import answered_nothing, failed, unfinished, unread
from llmgw_desktop.clis.told import object_of, objects_of, text_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliRequest,
    ErrorCategory,
    ModelTold,
    RunEnded,
    SessionTold,
    SessionWish,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmgw_desktop.clis.acp.dialect import AgentDialect, Step
    from llmgw_desktop.clis.acp.messages import Reply, RpcId
    from llmgw_desktop.clis.json_lines import Message
    from llmgw_desktop.domain.mcp_server import Servers


_INITIALIZE = 1
_SESSION = 2
_FIRST_STEP = 3


class Beginning:
    """One request of ours after the other."""

    def __init__(
        self, dialect: AgentDialect, request: CliRequest, folder: str, servers: Servers
    ) -> None:
        self._dialect = dialect
        self._request = request
        self._folder = folder
        self._servers = servers
        self._steps: tuple[Step, ...] = dialect.steps(request)
        self._waits = _INITIALIZE
        self._model = ""
        self.session_id = ""
        self.is_done = False
        self.unproven = ""
        """Why it cannot be known that it asks."""
        self.trouble: tuple[str, bool] | None = None
        """Why there will be no prompt, and whether a sign-in is what is missing."""

    def first(self) -> Send:
        return Send(key="initialize", data=messages.initialize(_INITIALIZE))

    def waits_for(self, rpc_id: RpcId) -> bool:
        return not (self.is_done or self.unproven or self.trouble) and rpc_id == self._waits

    def heard(self, reply: Reply) -> Iterator[Spoken]:
        if reply.error is not None:
            is_sign_in = reply.error.get("code") == messages.AUTH_REQUIRED
            self.trouble = (words_of(reply.error), is_sign_in)
        elif self._waits == _INITIALIZE:
            yield from self._initialized(reply.result)
        elif self._waits == _SESSION:
            yield from self._begun(reply.result)
        else:
            against = self._steps[self._waits - _FIRST_STEP].against(reply.result)
            yield from self._step_or(against)

    def model_told(self, result: Message) -> Iterator[Spoken]:
        """The model that a prompt's end names, where it names one."""
        meta = object_of(result.get("_meta"))
        used = object_of(object_of(meta.get("usage")).get("modelUsage"))
        models = [*used] or [
            text_of(each.get("model"))
            for each in objects_of(object_of(meta.get("quota")).get("model_usage"))
        ]
        if len(models) == 1:
            yield from self._model_is(models[0])

    def _initialized(self, result: Message) -> Iterator[Spoken]:
        version = result.get("protocolVersion")
        can = object_of(result.get("agentCapabilities"))
        can_load = can.get("loadSession") is True
        takes_far = object_of(can.get("mcpCapabilities")).get("http") is True
        resumes = self._request.session is SessionWish.RESUME
        if version != 1:
            self._fail(f"It speaks version {version!r} of its protocol, and not 1.")
        elif resumes and not can_load:
            self._fail("It cannot go on with a session in this way.")
        elif not takes_far and any(each.url for each in self._servers):
            self._fail("It takes MCP servers that are programs, and none at an address.")
        else:
            self._waits = _SESSION
            named = self._request.session_id if resumes else ""
            data = messages.session(_SESSION, self._folder, self._servers, named)
            yield Send(key=BEGUN, data=data)

    def _begun(self, result: Message) -> Iterator[Spoken]:
        resumes = self._request.session is SessionWish.RESUME
        self.session_id = self._request.session_id if resumes else text_of(result.get("sessionId"))
        if not self.session_id:
            self._fail("It began no session.")
            return
        yield SessionTold(session_id=self.session_id)
        models = object_of(result.get("models"))
        yield from self._model_is(
            text_of(models.get("currentModelId")) or option_of(result, "model")
        )
        self._waits = _FIRST_STEP - 1
        untold = [each for each in self._dialect.must_tell if not _tells(result, each)]
        against = self._dialect.against(result) if self._dialect.begins_asking else ""
        if untold:
            against = f"it does not tell its {untold[0]}"
        yield from self._step_or(against)

    def _step_or(self, against: str) -> Iterator[Spoken]:
        if against:
            words = (
                f"It is not certain that {self._dialect.program} asks before it acts: {against}."
            )
            self.unproven = f"{words} Nothing was begun."
            return
        self._waits += 1
        if self._waits - _FIRST_STEP >= len(self._steps):
            self.is_done = True
            return
        step = self._steps[self._waits - _FIRST_STEP]
        params = {"sessionId": self.session_id, **step.params}
        yield Send(key=step.key, data=messages.request(self._waits, step.method, params))

    def _model_is(self, model: str) -> Iterator[Spoken]:
        if model and model != self._model:
            self._model = model
            yield ModelTold(model=model)

    def _fail(self, words: str) -> None:
        self.trouble = (words, False)


def _tells(result: Message, name: str) -> bool:
    return bool(mode_of(result) if name == "mode" else option_of(result, name))


_WELL = ("end_turn", "max_tokens")
_WORDS = {
    "max_turn_requests": "{program} took as many turns as it may before it was done.",
    "refusal": "{program}'s model refused to go on.",
    "cancelled": "{program} ended its turn before it was done.",
}


class Ending:
    """What comes first counts."""

    def __init__(self, dialect: AgentDialect) -> None:
        self._program = dialect.program
        self._sign_in = dialect.sign_in
        self._noise = re.compile(dialect.noise)
        self._end: RunEnded | None = None
        self.is_over = False
        """Nothing more is heard."""

    @property
    def is_told(self) -> bool:
        """It is known how it ends."""
        return self._end is not None

    def stopped(self) -> None:
        self._end = self._end or RunEnded(
            ok=False,
            error=f"{self._program} was stopped.",
            category=ErrorCategory.CLI,
            stop_reason="cancelled",
        )

    def failed(self, words: str, is_sign_in: bool = False) -> None:
        self.is_over = True
        category = ErrorCategory.AUTH if is_sign_in else None
        self._end = self._end or failed(words, self._sign_in, category=category)

    def turn_ended(self, reply: Reply, *, has_words: bool) -> Iterator[CliEvent]:
        self.is_over = True
        if self._end is not None:
            return
        if reply.error is not None:
            self.failed(words_of(reply.error), is_sign_in=reply.error.get("code") == AUTH_REQUIRED)
            return
        reason = text_of(reply.result.get("stopReason"))
        if reason not in _WELL:
            words = _WORDS.get(reason, "{program} stopped for a reason that is not known.")
            self._end = RunEnded(
                ok=False,
                error=words.format(program=self._program),
                category=ErrorCategory.CLI,
                stop_reason=reason or None,
            )
            return
        if reason != "end_turn":
            words = f"{self._program} stopped for another reason than being done: {reason}."
            yield Warned(code="stop_reason", message=words)
        well = RunEnded(ok=True, stop_reason=reason)
        self._end = well if has_words else answered_nothing(self._program, reason)

    def last_words(self, noise: int, exit_code: int | None, stderr: str) -> Iterator[CliEvent]:
        """Stdin was closed by us: how it took that says nothing of what it did before."""
        yield from unread(self._program, noise)
        end = self._end
        yield end or unfinished(
            self._program, self._sign_in, self._noise, exit_code=exit_code, stderr=stderr
        )
