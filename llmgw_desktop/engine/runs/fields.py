"""A request for a run, by its public names: the gateway's own fields, which every CLI has.

What is not here is the CLI's own and goes to its plan. Nothing is dropped: what neither knows is
refused with its name.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, TypeVar

from llmgw_desktop.clis.checks import no_flag, no_nul
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, fits, one_of, option, said, whole_number
from llmgw_desktop.domain.cli import Warned
from llmgw_desktop.domain.jobs.approval import ApprovalPolicy, ApprovalStrategy, Asking
from llmgw_desktop.domain.jobs.cli_settings import LimitWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.workspace import LONGEST_REF, NAME, NAME_WORDS, WorktreeWish
from llmgw_desktop.domain.plain_text import meant
from llmgw_desktop.domain.usage import NO_FACTS, AnswerShape, PromptFacts
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.limit_waits import KEEP_NO_SESSION
from llmgw_desktop.engine.runs.prompt import PARTS, cache_marks, read_prompt

COMMON = (
    option("prompt", TEXT, "What to say to the CLI; this or promptParts."),
    option(
        "promptParts",
        PARTS,
        "Joined by blank lines; cacheControl marks what to cache.",
    ),
    option("model", {"type": "string"}, "Left out, `default` or `latest`: the CLI chooses."),
    option("sessionId", TEXT, "The session to go on with: the gateway's id or the CLI's own."),
    option("resumeLatest", ON, "Go on with the active session, or the last one of workingDir."),
    option("continueSession", ON, "The same."),
    option("createNewSession", ON, "A new session, which becomes the active one."),
    option("forkSession", ON, "A new session that begins as the named one."),
    option("workingDir", TEXT, "The folder it works in; left out, one that holds nothing."),
    option("correlationId", TEXT, "Comes back with the answer; left out, one is made."),
    option(
        "limitWait", one_of(*LimitWish), "At its vendor's limit: off fails, on waits, ask asks."
    ),
    option("idleTimeoutMs", whole_number(30_000, 3_600_000), "How long the CLI may say nothing."),
    option("forceRefresh", ON, "A run of its own, though the same goes on or is done."),
    option("replay", ON, "The answer of the same run though it may have changed files then."),
    option("optimizePrompt", ON, "Shorten it, never code or data."),
    option("optimizeResponse", ON, "The same of the answer."),
    option("compressResponse", ON, "Keeps courtesies; default: the settings."),
    option(
        "approvalStrategy",
        one_of(*ApprovalStrategy),
        "mcp_managed: scored by the gate, in the safe mode.",
    ),
    option("approvalPolicy", one_of(*ApprovalPolicy), "Of mcp_managed."),
    option("mcpServers", TEXTS, "MCP servers of the settings, by name."),
    option("approvals", one_of(*Asking), "ask: a person is asked before the agent acts."),
    option("workspace", TEXT, "A registered folder to work in; workingDir is below it."),
    option(
        "worktree",
        {"anyOf": [ON, {"type": "object"}]},
        "true or {name, ref}: in a git worktree of its own.",
    ),
    option("snapshot", ON, "false: no snapshot of its folder, to take back what it does."),
    option("requestInstructions", TEXT, "Instructions beside the prompt."),
)
_COMMON = {each.name: each for each in COMMON}
_W = TypeVar("_W", bound=StrEnum)
_LONGEST_CORRELATION = 200
LONGEST_INSTRUCTIONS = 16_384
_MOST_SERVERS = 32


@value
class RunAsked:
    """A request as it was understood. Whether the CLI can do it, its plan says."""

    cli: Cli
    prompt: str = field(repr=False)
    model: str = ""
    session_id: str = ""
    continues: bool = False
    creates: bool = False
    forks: bool = False
    keeps_session: bool = True
    workspace: str = ""
    working_dir: str = ""
    correlation_id: str = ""
    idle_timeout_s: float | None = None
    limit_wait: LimitWish | None = None
    force_refresh: bool = False
    replay: bool = False
    snapshot: bool = True
    facts: PromptFacts = NO_FACTS
    answer_shape: AnswerShape = AnswerShape.AS_IT_IS
    strategy: ApprovalStrategy | None = None
    policy: ApprovalPolicy | None = None
    mcp_servers: tuple[str, ...] = ()
    worktree: WorktreeWish | None = None
    instructions: str = field(default="", repr=False)
    """What was said beside the prompt; it stands among the options or before the prompt."""
    asks: bool = False
    """A person is asked before the agent acts."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The CLI's own."""
    warnings: tuple[Warned, ...] = ()


@value
class RunDefaults:
    """What the settings say where a request is silent."""

    compresses_answers: bool = False
    marks_stable_prefix: bool = False
    asks: bool = False
    """No request undoes this one."""


_DEFAULTS = RunDefaults()


def read_fields(
    cli: Cli, fields: Mapping[str, object], defaults: RunDefaults = _DEFAULTS
) -> RunAsked:
    """Raises InvalidRun with the field's name. A field that is null was not given."""
    given: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    common = {name: given.pop(name) for name in tuple(given) if name in _COMMON}
    for name, wanted in common.items():
        _check(name, wanted)
    known = {each.name for each in cli.options}
    for name in given:
        if name not in known:
            own = ", ".join(sorted(known - set(_COMMON)))
            hint = meant(name, {each.name: each.schema for each in (*COMMON, *cli.options)})
            raise InvalidRun(
                f"{cli.name} has no such field; {hint}it has {own} and {', '.join(_COMMON)}",
                field=name[:80] or "a field without a name",
            )
    _refuse_conflicts(common)
    said, model = read_prompt(common), common.get("model", "")
    marks = cache_marks(cli, said, model, emits=defaults.marks_stable_prefix)
    if marks.parts is not None:
        given["promptParts"] = marks.parts
    instructions = common.get("requestInstructions", "")
    prompt, given = cli.instructed(said.text, given, instructions)
    return RunAsked(
        cli=cli,
        prompt=prompt,
        model=model,
        session_id=common.get("sessionId", ""),
        continues=_continues(common),
        creates=common.get("createNewSession", False),
        forks=common.get("forkSession", False),
        keeps_session=not any(given.get(name) is True for name in KEEP_NO_SESSION),
        workspace=common.get("workspace", ""),
        working_dir=common.get("workingDir", ""),
        correlation_id=common.get("correlationId", ""),
        idle_timeout_s=_seconds(common.get("idleTimeoutMs")),
        limit_wait=_word(LimitWish, common.get("limitWait")),
        force_refresh=common.get("forceRefresh", False),
        replay=common.get("replay", False),
        snapshot=common.get("snapshot", True),
        facts=marks.facts,
        answer_shape=_answer_shape(common, defaults),
        strategy=_word(ApprovalStrategy, common.get("approvalStrategy")),
        policy=_word(ApprovalPolicy, common.get("approvalPolicy")),
        mcp_servers=tuple(dict.fromkeys(common.get("mcpServers", ()))),
        worktree=_worktree(common.get("worktree")),
        instructions=instructions,
        asks=_asks(cli, common, defaults),
        options=given,
        warnings=marks.warnings,
    )


def _check(name: str, value: object) -> None:
    schema = _COMMON[name].schema
    if not fits(value, schema):
        raise InvalidRun(f"it must be {said(schema)}", field=name)
    if isinstance(value, str):
        no_nul(value, name)
    if name == "requestInstructions" and len(str(value)) > LONGEST_INSTRUCTIONS:
        raise InvalidRun(f"it may have {LONGEST_INSTRUCTIONS:,} characters", field=name)
    if name == "mcpServers" and isinstance(value, list) and len(value) > _MOST_SERVERS:
        raise InvalidRun(f"at most {_MOST_SERVERS} servers", field=name)
    if name == "correlationId" and not _is_plain(str(value)):
        raise InvalidRun(f"it must be 1 to {_LONGEST_CORRELATION} printable characters", field=name)


def _word(words: type[_W], said: str | None) -> _W | None:
    return None if said is None else words(said)


def _worktree(given: object) -> WorktreeWish | None:
    if not isinstance(given, dict):
        return WorktreeWish() if given is True else None
    if not given.keys() <= {"name", "ref"}:
        raise InvalidRun("it has name and ref, or is true", field="worktree")
    name, ref = given.get("name") or "", given.get("ref") or ""
    if not isinstance(name, str) or (name and not NAME.fullmatch(name)):
        raise InvalidRun(f"a name has {NAME_WORDS}", field="worktree")
    if not isinstance(ref, str) or len(ref) > LONGEST_REF or not ref.isprintable():
        raise InvalidRun(f"ref has 1 to {LONGEST_REF} printable characters", field="worktree")
    no_flag(ref, "worktree")
    return WorktreeWish(name=name, ref=ref)


def _asks(cli: Cli, common: Mapping[str, Any], defaults: RunDefaults) -> bool:
    wanted = common.get("approvals") == Asking.ASK
    if not wanted and not defaults.asks:
        return False
    if cli.asking is None:
        why = "the settings let only such agents run" if not wanted else "leave it out"
        raise InvalidRun(
            f"{cli.name} cannot be made to ask in this version; {why}", field="approvals"
        )
    return True


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST_CORRELATION and text.isprintable()


def _continues(common: Mapping[str, Any]) -> bool:
    return bool(common.get("resumeLatest") or common.get("continueSession"))


def _refuse_conflicts(common: Mapping[str, Any]) -> None:
    continues, creates = _continues(common), common.get("createNewSession")
    named = common.get("sessionId")
    if creates and (named or continues):
        raise InvalidRun("another field asks that a session goes on", field="createNewSession")
    if creates and common.get("forkSession"):
        raise InvalidRun("a fork is a new session already", field="createNewSession")
    if named and continues:
        raise InvalidRun(
            "either the last session is continued or a named one resumed", field="sessionId"
        )
    if common.get("forkSession") and not (named or continues):
        raise InvalidRun("name the session to fork as sessionId", field="forkSession")
    if common.get("forceRefresh") and common.get("replay"):
        raise InvalidRun("either a run of its own or an earlier one's answer", field="replay")


def _answer_shape(common: Mapping[str, Any], defaults: RunDefaults) -> AnswerShape:
    if common.get("optimizeResponse"):
        return AnswerShape.OPTIMIZED
    is_wanted = common.get("compressResponse", defaults.compresses_answers)
    return AnswerShape.COMPRESSED if is_wanted else AnswerShape.AS_IT_IS


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
