"""The gate's decisions, and what agents ask a person while they run."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import ClassVar

from llmgw_desktop.domain.access.principal import REMOTE_KINDS, PrincipalKind
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.setting import (
    Schema,
    TableKind,
    Unfit,
    WholeNumber,
    Word,
    YesNo,
    described,
    setting,
)
from llmgw_desktop.domain.values import value

REDACTED = "[redacted]"
LONGEST_PREVIEW = 280


class ApprovalStrategy(StrEnum):
    """Who answers for what a run may do unasked."""

    LEGACY = "legacy"
    """Who asks for it: it runs as it was asked for."""
    MCP_MANAGED = "mcp_managed"
    """The gate: it is scored, and runs in the CLI's safe mode unless more was approved."""


class ApprovalPolicy(StrEnum):
    """How many points a managed run may have; the strictest first."""

    STRICT = "strict"
    BALANCED = "balanced"
    PERMISSIVE = "permissive"


class Unattended(StrEnum):
    """What becomes of an agent's question while no window and no command looks."""

    WAIT = "wait"
    """For whoever comes in time."""
    DENY = "deny"


class Asking(StrEnum):
    """Who answers for what an agent does while it runs."""

    AGENT = "agent"
    """The agent itself, by its own settings and the request's."""
    ASK = "ask"
    """A person: it asks before it acts."""


class ApprovalStatus(StrEnum):
    APPROVED = "approved"
    DENIED = "denied"


STRATEGIES = tuple(ApprovalStrategy)
"""The one that leaves the most to who asks first."""
POLICIES = tuple(ApprovalPolicy)


def stricter(one: ApprovalStrategy, other: ApprovalStrategy) -> ApprovalStrategy:
    return max(one, other, key=STRATEGIES.index)


def _usual_floor() -> dict[PrincipalKind, ApprovalStrategy]:
    return {
        kind: ApprovalStrategy.MCP_MANAGED if kind in REMOTE_KINDS else ApprovalStrategy.LEGACY
        for kind in PrincipalKind
    }


_KINDS = ", ".join(PrincipalKind)
_WORDS = " or ".join(f'"{each}"' for each in STRATEGIES)


class Floor(TableKind):
    """A strategy for each kind of caller; what is left out stays as it is."""

    expected = f'a table such as {{ key = "mcp_managed" }}: of {_KINDS} to {_WORDS}'
    schema: ClassVar[Schema] = {
        "type": "object",
        "properties": {kind: {"enum": STRATEGIES} for kind in PrincipalKind},
    }

    def read(self, raw: object) -> Mapping[PrincipalKind, ApprovalStrategy]:
        if not isinstance(raw, Mapping):
            raise Unfit(self.expected)
        floor = _usual_floor()
        for name, word in raw.items():
            if name not in set(PrincipalKind) or word not in set(ApprovalStrategy):
                raise Unfit(self.expected)
            kind, said = PrincipalKind(name), ApprovalStrategy(word)
            if kind in REMOTE_KINDS and stricter(said, floor[kind]) is not said:
                raise Unfit(
                    f'"{floor[kind]}" for {kind}: callers who may sit anywhere are never less than'
                    " managed"
                )
            floor[kind] = said
        return floor


@value
class ApprovalSettings:
    """`[approvals]`: what holds whatever a request says."""

    policy: ApprovalPolicy = setting(
        ApprovalPolicy.BALANCED,
        Word(words=ApprovalPolicy),
        "How much the gate lets a managed run ask for: [approval-gate.md]"
        "(approval-gate.md). Who is held to the gate may name a stricter one, no other.",
        env=("LLM_GATEWAY_APPROVAL_POLICY",),
    )
    """Where a request names none; who is held to the gate may only name a stricter one."""
    allow_bypass: bool = setting(
        False,
        YesNo(),
        "Whether a managed run may do everything unasked, if it asks for that and its "
        "score passes.",
        env=("LLM_GATEWAY_APPROVAL_ALLOW_BYPASS",),
    )
    log_prompts: bool = setting(
        False,
        YesNo(),
        "Whether records hold the first 280 characters of the prompt; else its digest alone.",
        env=("APPROVAL_LOG_PROMPTS",),
    )
    floor: Mapping[PrincipalKind, ApprovalStrategy] = field(
        default_factory=_usual_floor,
        metadata=described(
            Floor(),
            "The least for each kind of caller: `local`, `key`, `bearer`, `proxied`, `oauth`. "
            "The last three are managed, and nothing lowers that.",
        ),
    )
    answer_within_minutes: int = setting(
        30,
        WholeNumber(least=1, most=1440),
        "What an agent asked and nobody answered is denied then.",
    )
    unattended: Unattended = setting(
        Unattended.WAIT,
        Word(words=Unattended),
        "What an agent asks while no window is there and no `llmgw approvals` waits: "
        "`wait` for whoever comes in time, or `deny` at once.",
    )
    agents: Asking = setting(
        Asking.AGENT,
        Word(words=Asking),
        "`ask`: every job asks a person before its agent acts, whatever its request says, "
        "and those of CLIs that cannot ask are refused: [approvals.md](approvals.md).",
    )


@value
class Approval:
    """A record; it says nothing of the prompt but its digest, unless a person wants more."""

    id: str
    at_s: float
    owner: str
    """The client that asked."""
    status: ApprovalStatus
    policy: str
    cli: CliName
    operation: str
    """The tool or door."""
    score: int
    reasons: tuple[str, ...] = ()
    """What each point of the score is for."""
    prompt_sha256: str = ""
    prompt_preview: str = REDACTED
    requested_mcp_servers: tuple[str, ...] = ()
    bypass_requested: bool = False
    full_auto: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict)


def nobody_answered(minutes: int) -> str:
    """What the agent is told then."""
    length = "a minute" if minutes == 1 else f"{minutes:,} minutes"
    return f"Nobody answered within {length}, so this was denied."


class PermissionKind(StrEnum):
    """What an agent wants to do."""

    COMMAND = "command"
    EDIT = "edit"
    FETCH = "fetch"
    MCP = "mcp"
    """A tool of an MCP server."""
    OTHER = "other"


class Decision(StrEnum):
    ONCE = "once"
    JOB = "job"
    """This, and the same again in this job: a rule of the gateway's, never of the agent's. Of a
    client that is no job: the same tool again in its session."""
    DENY = "deny"
    STOP = "stop"
    """Denied, and the job ends."""


class DecisionWay(StrEnum):
    """How a question came to its answer."""

    DIALOG = "dialog"
    COMMAND = "command"
    """`llmgw approvals`."""
    DEVICE = "device"
    """A page in a browser, or a paired device."""
    RULE = "rule"
    """The same was allowed for this job."""
    STANDING = "standing"
    """A lasting rule says so: `[[rules]]`."""
    POLICY = "policy"
    """The operator's settings answer where nobody can be asked."""
    TIMEOUT = "timeout"
    WITHDRAWN = "withdrawn"
    """The agent asks no longer, or the job ended."""
    REFUSED = "refused"
    """By the gateway itself: outside the workspace, or too large to be shown."""


@value
class FileChange:
    """One file as an edit would leave it."""

    path: str
    old: str | None = None
    """None: not told, or there is none yet."""
    new: str | None = None
    diff: str = ""
    """Where the agent gives a diff instead."""
    is_gone: bool = False
    """The file is removed, or moved away."""


@value
class Ask:
    """What an agent asks, read from its own protocol: nothing of it is trusted, nothing shortened.

    `native_id` is by what the answer is matched (request_id, JSON-RPC id); `call_id` by what the
    tool's call is (tool_use_id, itemId, toolCallId).
    """

    native_id: str
    call_id: str = ""
    kind: PermissionKind = PermissionKind.OTHER
    command: str = ""
    changes: tuple[FileChange, ...] = ()
    url: str = ""
    server: str = ""
    tool: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Of a tool, or all that is known where nothing else is."""
    cwd: str = ""
    reason: str = ""
    """Why the agent's program asks."""
    agent_words: str = ""
    """The model's own description: shown as what the agent says, never as what is done."""
    can_take_note: bool = True
    is_question: bool = False
    """A server of MCP, or the agent itself, asks the person something: a yes is an answer, and
    allows nothing."""
    form: str = ""
    """Of such a question: what is to be written with the answer, in words."""
    offers: tuple[str, ...] = ()
    """Of such a question: answers that it offers; another may be written as well."""
    raw: str = field(default="", repr=False)


@value
class AskingJob:
    """What must be known of a job to put its questions; or of a client's session, whose calls of
    tools of other MCP servers are asked about."""

    id: str
    owner: str
    client: str
    cli: CliName | None
    """None: no job, but a client that calls tools through our MCP door."""
    run: str = ""
    """Of such a client: the job that it is, where it is one."""
    is_session: bool = False
    """Of such a client: something can be allowed until its session ends."""
    title: str = ""
    working_dir: str
    """Absolute."""
    workspace: str = ""
    """Alias; empty where the job has none."""
    top: str = ""
    """The workspace's folder; empty: the working folder is the limit."""
    is_remote: bool = False
    """Its owner may sit anywhere: what leads out is refused unasked."""
    held_s: float | None = None
    """Of a terminal whose CLI would ask nobody: how long it holds its step for an answer."""


@value
class PermissionRule:
    """What a person allowed for one job: this again, and nothing but this."""

    job_id: str
    digest: str
    """Of what was allowed, in full."""
    words: str
    person: str = ""
    made_at_s: float


TERMINAL = "term_"
"""How the id begins that stands for a job where a person runs a CLI in a terminal."""


@value
class PermissionQuestion:
    """An ask as it waits for a person."""

    id: str
    job_id: str
    """Empty where a client of our MCP door asks that is no job."""
    owner: str
    """The client whose job it is."""
    client: str
    cli: CliName | None
    """None: the client itself calls a tool of another MCP server."""
    job_title: str
    ask: Ask
    asked_at_s: float
    expires_at_s: float
    workspace: str = ""
    """Alias; empty where the job has none."""
    rule: str = ""
    """What `JOB` would allow, in words; empty: it cannot be offered."""
    warnings: tuple[str, ...] = ()
    """What a person should look at: a path outside the workspace, control characters."""
    is_held: bool = False
    """Nobody is asked in its terminal."""

    @property
    def is_of_terminal(self) -> bool:
        """Of no job, but a CLI that a person runs."""
        return self.job_id.startswith(TERMINAL)

    @property
    def asks_there(self) -> bool:
        """In its terminal as well, which silence here leaves it to."""
        return self.is_of_terminal and not self.is_held


@value
class PermissionAnswer:
    decision: Decision
    way: DecisionWay
    at_s: float
    note: str = ""
    """Reaches the agent, with a denial."""
    person: str = ""

    @property
    def allows(self) -> bool:
        return self.decision in (Decision.ONCE, Decision.JOB)


@value
class PermissionDecision:
    """A question with its answer, as the log keeps it."""

    question: PermissionQuestion
    answer: PermissionAnswer
