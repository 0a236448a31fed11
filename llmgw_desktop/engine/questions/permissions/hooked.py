"""CLIs that a person runs in a terminal, by their hooks: lasting rules hold them, and what they ask
stands in the one list beside their own question. The first answer counts.

Nothing is denied for want of an answer: where no rule speaks and nobody says a word, the CLI goes
its own way, as it does while the gateway is away. But what a rule wants asked of a CLI that would
ask nobody waits for the list, and silence denies it, also that of a gateway that ends meanwhile.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePath
from typing import TypeVar

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.dialogue import HookCall, HookUse
from llmgw_desktop.clis.hooks import NOT_ALLOWED
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.approval import (
    TERMINAL,
    Ask,
    AskingJob,
    DecisionWay,
    PermissionAnswer,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict
from llmgw_desktop.domain.jobs.workspace import Place
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.engine.questions.permissions.listed import ToldSource
from llmgw_desktop.engine.questions.permissions.review import ANSWERS_ITSELF, NOT_LOOKED_AT

_SPOKEN = frozenset(
    {
        DecisionWay.DIALOG,
        DecisionWay.COMMAND,
        DecisionWay.DEVICE,
        DecisionWay.RULE,
        DecisionWay.STANDING,
    }
)
"""A person's word, now or before; all else leaves it to the CLI's own question."""
_NOBODY = "Nobody has answered."
_ENDED = "The gateway has ended before somebody answered."
_CUT = "The gateway cannot look at all of it, so no rule can allow it."
_MOST_WAITING = 1000
SIGN_OF_LIFE_S = 3.0
_SPARE_S = 15.0
"""Before its CLI waits no longer, and does it, a held step has its denial."""
Waiting = asyncio.Future[PermissionAnswer | None]
K = TypeVar("K")
V = TypeVar("V")


class TerminalAsks:
    """On the loop. What is returned is printed for the CLI's own reader; empty: it goes its own
    way. `holding`: the workspace that a folder lies in; raises LlmgwError."""

    def __init__(
        self, desk: PermissionDesk, told: ToldSource, holding: Callable[[str, CliName], Place]
    ) -> None:
        self._desk = desk
        self._told = told
        self._holding = holding
        self._waiting: dict[tuple[str, str], Waiting] = {}
        self._steps: OrderedDict[str, Ask] = OrderedDict()
        """Of each session the last: a notice of its question may not say what it asks."""
        self._allowed: OrderedDict[tuple[str, str], PermissionAnswer] = OrderedDict()
        """Calls that a person has allowed where a rule had them asked: the CLI's own question
        about the same one has its answer."""

    async def before(
        self,
        cli: Cli,
        call: HookCall,
        who: Principal,
        *,
        hold: Callable[[bytes], Awaitable[None]],
        show_life: Callable[[], Awaitable[None]],
    ) -> bytes:
        """What a rule says of it; and what could answer in the person's place is asked. Waits
        where the CLI would ask nobody: `hold` is told first what counts should we end meanwhile."""
        self._goes_on(_id_of(cli, call), call.ask)
        job = await self._job(cli, call, who)
        review = await self._desk.ruled(job, call.ask)
        ruling = review.ruling
        is_denied = ruling is not None and ruling.verdict is RuleVerdict.DENY
        if call.is_cut and self._desk.has_rules and not is_denied:
            # nobody can be shown it whole: one that would ask nobody is denied
            verdict = RuleVerdict.DENY if call.is_held else RuleVerdict.ASK
            return _hook(cli).ruled(verdict, _CUT)
        if ruling is not None and ruling.rule:
            verdict, why = ruling.verdict, f"{ruling.why} {ruling.note}".strip()
        elif ANSWERS_ITSELF in review.warnings:
            verdict, why = RuleVerdict.ASK, ANSWERS_ITSELF
        elif ruling is None and self._desk.has_rules:  # it could not be looked at
            verdict, why = RuleVerdict.ASK, review.refusal or NOT_LOOKED_AT
        else:
            return b""
        if not call.is_held or verdict is not RuleVerdict.ASK:
            return _hook(cli).ruled(verdict, why)
        # a rule wants it asked, and the CLI would ask nobody: without a word it is denied
        job = replace(job, held_s=_hook(cli).waits_s - _SPARE_S)
        await hold(_hook(cli).ruled(RuleVerdict.DENY, f"{why} {_ENDED}"))
        answer, denial = await self._answer(job, call, show_life), f"{why} {_NOBODY}"
        if answer is not None and answer.way in _SPOKEN:
            if answer.allows:
                _keep(self._allowed, (job.id, call.ask.call_id), answer)
                return b""
            denial = answer.note or NOT_ALLOWED
        return _hook(cli).ruled(RuleVerdict.DENY, denial)

    async def asked(
        self, cli: Cli, call: HookCall, who: Principal, show_life: Callable[[], Awaitable[None]]
    ) -> bytes:
        """Waits for the answer. `show_life` is called now and then; where it raises, the hook is
        gone, and the question with it."""
        if call.is_cut:
            return b""  # nobody could be shown it whole: its own question stands
        if (known := self._allowed.get((_id_of(cli, call), call.ask.call_id))) is not None:
            return _hook(cli).answered(known)
        answer = await self._answer(await self._job(cli, call, who), call, show_life)
        return b"" if answer is None or answer.way not in _SPOKEN else _hook(cli).answered(answer)

    async def _answer(
        self, job: AskingJob, call: HookCall, show_life: Callable[[], Awaitable[None]]
    ) -> PermissionAnswer | None:
        """The list's."""
        key = job.id, call.ask.native_id
        if key in self._waiting or len(self._waiting) >= _MOST_WAITING:
            return None  # two of its agents ask the same: each is answered in the terminal
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._waiting[key] = waiting

        def answered(answer: PermissionAnswer) -> None:
            if not waiting.done():
                waiting.set_result(answer)

        self._desk.ask(job, call.ask, answered)
        try:
            while not (await asyncio.wait({waiting}, timeout=SIGN_OF_LIFE_S))[0]:
                await show_life()
            return waiting.result()
        finally:
            del self._waiting[key]
            self._desk.withdraw(*key)

    async def told(self, cli: Cli, call: HookCall, who: Principal) -> None:
        """It asks where nobody else can answer: the list says so."""
        ask, step = call.ask, self._steps.get(_id_of(cli, call))
        if step is not None and ask.kind is PermissionKind.OTHER:
            ask = replace(step, reason=ask.reason)
        job = await self._job(cli, call, who)
        if self._steps.get(job.id) is step:  # else it has gone on meanwhile
            self._told.tell(job, ask)

    def rests(self, cli: Cli, call: HookCall) -> None:
        self._goes_on(_id_of(cli, call), None)

    def settled(self, cli: Cli, call: HookCall) -> None:
        """Its person has answered in the terminal."""
        waiting = self._waiting.get((_id_of(cli, call), call.ask.native_id))
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def ended(self, cli: Cli, call: HookCall) -> None:
        job_id = _id_of(cli, call)
        for key, waiting in self._waiting.items():
            if key[0] == job_id and not waiting.done():
                waiting.set_result(None)
        self._desk.job_ended(job_id)
        self._goes_on(job_id, None)

    def _goes_on(self, job_id: str, step: Ask | None) -> None:
        """What it asked in its terminal has its answer."""
        self._told.forget(job_id)
        if step is None:
            self._steps.pop(job_id, None)
        else:
            _keep(self._steps, job_id, step)

    async def _job(self, cli: Cli, call: HookCall, who: Principal) -> AskingJob:
        folder = call.ask.cwd or "/"
        workspace, top = await asyncio.to_thread(self._place, folder, cli)
        return AskingJob(
            id=_id_of(cli, call),
            owner=who.client_id,
            client=who.name,
            cli=cli.name,
            title=f"a terminal in {PurePath(folder).name or folder}",
            working_dir=folder,
            workspace=workspace,
            top=top,
        )

    def _place(self, folder: str, cli: Cli) -> tuple[str, str]:
        """The workspace that it lies in, with its folder."""
        try:
            found = self._holding(folder, cli.name)
        except (LlmgwError, OSError, ValueError):
            return "", ""
        return found.workspace.alias, found.top


def _keep(kept: OrderedDict[K, V], key: K, what: V) -> None:
    kept[key] = what
    kept.move_to_end(key)
    if len(kept) > _MOST_WAITING:
        kept.popitem(last=False)


def _hook(cli: Cli) -> HookUse:
    assert cli.hook is not None, "the door has let in one without"
    return cli.hook


def _id_of(cli: Cli, call: HookCall) -> str:
    """Stands for a job; a CLI's own names for its sessions are not told on."""
    return (
        f"{TERMINAL}{cli.name}_{sha256(call.session.encode('utf-8', 'replace')).hexdigest()[:16]}"
    )
