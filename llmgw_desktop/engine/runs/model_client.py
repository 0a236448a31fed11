"""A CLI that stands for a model: what a request to the HTTP doors becomes, and its run as an
upstream's answer.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import orjson
from multidict import CIMultiDict

from llmgw_desktop.clis.checks import FOLDER
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliName,
    CliRequest,
    ErrorCategory,
    ModelTold,
    RunEnded,
    RunUsageTold,
    TextGrew,
    ThinkingGrew,
)
from llmgw_desktop.domain.errors import CliMissing, KeyMissing, NotServed, SignInNeeded
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER, DEFAULT_MODELS
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission, Submitted
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.runs.cli_files import settings_of
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.wire.cli import CliFrames

_LEAD = "The user says:\n\n"
_COMMAND = re.compile(r"[\s\ufeff]*/")
"""At a prompt's head, as CLIs see it: JavaScript takes a byte order mark for a blank, too."""
_MENTION = re.compile(r"""(?<!\w)@(?=[^\s\u2060])|@(?=[/~.\\"'])""")
"""Behind a letter some CLIs see one as well; what looks like a mail address stays as it is."""
_WORD_JOINER = "\u2060"
"""Has no width and no meaning: a model reads over it."""


def submission_of(cli: Cli, call: UpstreamCall, settings: bytes = b"") -> Submission:
    """A run of its own, whatever goes on: a caller's stream is his alone. `settings`: the
    person's, of a CLI that is to go without some of them."""
    asked: dict[str, Any] = orjson.loads(bytes(call.body))
    return Submission(
        request=_request(cli, call.candidate.model, asked, settings),
        owner=call.principal.client_id,
        client=call.principal.name,
        label=call.principal.label,
        flight_id=call.flight_id,
        project=call.project,
        force_refresh=True,
        is_attempt=True,
    )


def _request(cli: Cli, model: str, asked: dict[str, Any], settings: bytes) -> CliRequest:
    use = cli.model_use
    prompt: str = asked["prompt"]
    options = dict(use.without(use.options, settings) if use.without else use.options)
    if system := asked.get("system"):
        if use.system and _fits(system, use.longest_system):
            options[use.system] = system
        else:
            prompt = f"{system}\n\n{prompt}"
    if (effort := asked.get("effort")) in use.efforts and use.effort:
        options[use.effort] = effort
    if (schema := asked.get("schema")) is not None:
        if use.schema:
            options[use.schema] = schema
        else:
            told = orjson.dumps(schema).decode()
            prompt = f"{prompt}\n\nAnswer with nothing but JSON that fits this schema:\n{told}"
    return CliRequest(
        cli=cli.name,
        prompt=only_words(prompt, reads_mentions=use.reads_mentions),
        model="" if model in DEFAULT_MODELS else model,
        options=options,
    )


def _fits(system: str, longest: int | None) -> bool:
    return longest is None or (len(system.encode()) <= longest and FOLDER not in system)


def only_words(prompt: str, *, reads_mentions: bool) -> str:
    """What a CLI takes as words alone: a `/` at its head is a command to most, and an `@` a file
    of this computer, which would go to whoever asks."""
    if _COMMAND.match(prompt):
        prompt = f"{_LEAD}{prompt}"
    return _MENTION.sub(f"@{_WORD_JOINER}", prompt) if reads_mentions else prompt


_STATUS: Mapping[ErrorCategory | None, int] = {
    ErrorCategory.RATE_LIMIT: 429,
    ErrorCategory.INVALID_INPUT: 400,
    ErrorCategory.INPUT_TOO_LARGE: 413,
    ErrorCategory.TIMEOUT: 504,
    ErrorCategory.IDLE_TIMEOUT: 504,
    ErrorCategory.SATURATED: 503,
}
"""What a failed run would have been as an upstream's answer; all others are 502."""
_WORTH_A_HEAD = (TextGrew, ThinkingGrew)


class CliClient:
    """The way to all of them; holds no connection."""

    def __init__(
        self,
        supervisor: Supervisor,
        clis: Mapping[CliName, Cli],
        environment: Callable[[Cli], Mapping[str, str] | None] = lambda _: None,
    ) -> None:
        """`environment`: with which its runs find a person's settings; None: they find none."""
        self._supervisor = supervisor
        self._clis = clis
        self._environment = environment
        self._cancels = Tasks()
        self._is_leaving = False

    def leave(self) -> None:
        """We are going, and callers lose their answers by that: their runs go on all the same."""
        self._is_leaving = True

    async def send(self, call: UpstreamCall) -> "RunAnswer":
        """Raises KeyMissing, SignInNeeded, CliMissing, InvalidRun or Saturated."""
        if call.operation is not Operation.GENERATE:
            raise NotServed("A CLI answers prompts and nothing else.")
        cli = self._clis[CLI_OF_PROVIDER[call.candidate.upstream.provider]]
        submission = submission_of(cli, call, await self._settings(cli))
        submitted = await self._submitted(submission, call)
        call.connected()
        answer = RunAnswer(
            submitted.job.id,
            call,
            self._supervisor,
            self._unwanted,
            answers_at_end=_answers_at_end(cli, submission),
        )
        try:
            await answer.begin(cli.sign_in.guidance)
        except BaseException:
            await answer.close()
            raise
        return answer

    async def _settings(self, cli: Cli) -> bytes:
        if not cli.model_use.settings_file or (env := self._environment(cli)) is None:
            return b""
        return await asyncio.to_thread(settings_of, cli, env)

    def _unwanted(self, job_id: str) -> None:
        if not self._is_leaving:
            self._cancels.start(self._supervisor.cancel(job_id), name=f"cancel {job_id}")

    async def _submitted(self, submission: Submission, call: UpstreamCall) -> Submitted:
        try:
            return await self._supervisor.submit(submission)
        except InvalidRun as error:
            if error.category is not ErrorCategory.AUTH:
                raise
            why = str(error.__cause__ or error).rstrip(".")
            provider = call.candidate.upstream.provider
            raise KeyMissing(provider, why[:1].lower() + why[1:]) from error

    async def close(self) -> None:
        """Runs whose callers have gone are ended; others go on."""
        await self._cancels.finish(10.0)


class RunAnswer:
    """What one run says, in the frames that the codec of CLIs reads."""

    def __init__(
        self,
        job_id: str,
        call: UpstreamCall,
        supervisor: Supervisor,
        unwanted: Callable[[str], None],
        *,
        answers_at_end: bool = False,
    ) -> None:
        self.status = 200
        self.headers: CIMultiDict[str] = CIMultiDict({"content-type": "text/event-stream"})
        self._job_id = job_id
        self._supervisor = supervisor
        self._unwanted = unwanted
        self._events: AsyncIterator[CliEvent] = supervisor.watch(job_id)
        self._frames = CliFrames()
        self._model = call.candidate.model
        self._provider = call.candidate.upstream.provider
        self._held: list[bytes] = []
        self._answers_at_end = answers_at_end
        self._said = ""
        """What is not told as it comes."""
        self._has_said = self._has_ended = False

    async def begin(self, guidance: str) -> None:
        """Until its first word, or its end. Raises SignInNeeded or CliMissing; `guidance` is how a
        person signs in."""
        early: list[bytes] = []
        async for event in self._events:
            if isinstance(event, ModelTold):
                self._model = event.model
            if isinstance(event, RunEnded) and not event.ok:
                self._fail(event, guidance)
                return
            early.append(self._written(event))
            if isinstance(event, (*_WORTH_A_HEAD, RunEnded)):
                break
        self._held = [self._frames.begun(self._job_id, self._model), *early]

    async def read(self) -> bytes:
        """Empty at its end."""
        if self._held:
            held, self._held = b"".join(self._held), []
            return held
        async for event in self._events:
            if written := self._written(event):
                return written
        return b""

    def said_all(self) -> None:
        """A run's last word is its end."""

    async def close(self) -> None:
        """Who does not hear it to its end does not want it."""
        if not self._has_ended:
            self._unwanted(self._job_id)

    def _written(self, event: CliEvent) -> bytes:
        match event:
            case TextGrew(text=text) if self._answers_at_end:
                self._said += text
            case TextGrew(text=text):
                self._has_said = True
                return self._frames.text(text)
            case ThinkingGrew(text=text):
                return self._frames.thinking(text)
            case RunUsageTold(is_cumulative=False):
                return self._frames.usage(event.usage, _cost(event))
            case RunEnded():
                return self._settled() + self._end(event)
        return b""

    def _settled(self) -> bytes:
        """What the run really used: some CLIs write it down beside their output."""
        job = self._supervisor.get(self._job_id)
        if job is None or job.figures.usage == UNKNOWN_USAGE:
            return b""
        return self._frames.usage(job.figures.usage, job.figures.cost_usd)

    def _end(self, end: RunEnded) -> bytes:
        self._has_ended = True
        if not end.ok:
            return self._frames.failed(end.error, end.category or "cli_error", _status(end))
        said = b""
        if not self._has_said:
            whole = self._whole(end)
            said = self._frames.text(whole) if whole else b""
        return said + self._frames.ended(end.stop_reason)

    def _whole(self, end: RunEnded) -> str:
        told = _as_json(end.structured)
        return (told if self._answers_at_end else "") or end.text or told or self._said

    def _fail(self, end: RunEnded, guidance: str) -> None:
        self._has_ended = True
        if end.category is ErrorCategory.SPAWN:
            raise CliMissing(end.error)
        if end.category is ErrorCategory.AUTH:
            raise SignInNeeded(self._provider, guidance)
        self.status = _status(end)
        self.headers["content-type"] = "application/json"
        error = {"message": end.error, "type": end.category or "cli_error"}
        self._held = [orjson.dumps({"error": error})]


def _answers_at_end(cli: Cli, submission: Submission) -> bool:
    use = cli.model_use
    return use.answers_at_end and use.schema in submission.request.options


def _status(end: RunEnded) -> int:
    told = end.status
    if told is not None and 400 <= told <= 599:
        return told
    return _STATUS.get(end.category, 502)


def _cost(told: RunUsageTold) -> float | None:
    return None if told.is_cost_cumulative else told.cost_usd


def _as_json(value: object) -> str:
    return "" if value is None else orjson.dumps(value).decode()
