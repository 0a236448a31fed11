"""Vendors' coding CLIs: what can be asked of one, how it is started, and what it says meanwhile.

How each of them wants to be asked is left to `clis/`, one package a CLI.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.values import value


class CliName(StrEnum):
    """The CLIs that are known, as providers and in the names of tools."""

    CLAUDE = "claude"
    CODEX = "codex"
    GEMINI = "gemini"
    GROK = "grok"
    MISTRAL = "mistral"
    OPENCODE = "opencode"
    COPILOT = "copilot"


class SessionWish(StrEnum):
    """Which conversation a run belongs to."""

    NEW = "new"
    RESUME = "resume"
    """The one of this id, as the CLI calls it."""
    CONTINUE = "continue"
    """The last one in this working folder."""
    FORK = "fork"
    """A new one that begins as the one of this id."""


@value
class CliRequest:
    """One run, asked for by a client. Not checked yet: `clis/` refuses what cannot be asked."""

    cli: CliName
    prompt: str = field(repr=False)
    model: str = ""
    """Empty, `default` or `latest`: the CLI chooses."""
    session: SessionWish = SessionWish.NEW
    session_id: str = ""
    """The CLI's own; for NEW the one it shall take, where it takes one."""
    working_dir: str = ""
    """Absolute; empty for a neutral folder that is made for the run."""
    options: Mapping[str, object] = field(default_factory=dict)
    """The CLI's own fields by their public names, such as `permissionMode`."""
    asks: bool = False
    """It is run so that it asks for everything, and a person answers (`Cli.asking`)."""
    mcp_servers: tuple[str, ...] = ()
    """Of the settings, by name: it gets these, and as far as it can be kept from them no others."""
    is_managed: bool = False
    """The gate answers for it: it gets no servers of the person's own settings either."""


@value
class PlannedFile:
    """A file of the run's private folder; its path stands in argv as `{folder}/name`, and that of
    the folder itself as the value `={folder}`."""

    name: str
    content: bytes = field(repr=False)


@value
class NamedPath:
    """A file or folder of the caller's that a run needs: refused where it is not there."""

    field: str
    """The request's name for it."""
    path: str
    """Relative ones are below the working folder."""
    is_folder: bool = False


@value
class LaunchPlan:
    """How a run is started: pure values, nothing has happened yet."""

    command: str
    """A name to be found on PATH; settings may say another or a path."""
    arguments: tuple[str, ...] = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to the filtered environment."""
    stdin: bytes | None = field(default=None, repr=False)
    """None: stdin is closed."""
    files: tuple[PlannedFile, ...] = ()
    output_format: str = ""
    """The one the reader is made for."""
    changes_files: bool = True
    """False where the run was asked for in a mode that cannot."""
    needs: tuple[NamedPath, ...] = ()
    """To be looked for before anything starts."""


class ErrorCategory(StrEnum):
    """Why a run failed, in the words that clients know."""

    AUTH = "auth_error"
    TIMEOUT = "timeout"
    IDLE_TIMEOUT = "idle_timeout"
    OUTPUT_OVERFLOW = "output_overflow"
    SPAWN = "spawn_error"
    CLI = "cli_error"
    SATURATED = "saturated"
    INPUT_TOO_LARGE = "input_too_large"
    INVALID_INPUT = "invalid_input"
    RATE_LIMIT = "rate_limit"
    UPSTREAM = "upstream_error"
    EMPTY = "empty_output"
    INTERRUPTED = "interrupted"
    """The computer was restarted under it, or what looked after it was killed."""


@value
class SessionTold:
    """The CLI's own id of the conversation."""

    session_id: str


@value
class TextGrew:
    """More of the answer. What was said in pieces is not said again as a whole."""

    text: str


@value
class ThinkingGrew:
    """More of the model's thinking, where the CLI shows it."""

    text: str


@value
class ToolBegan:
    """The agent uses a tool; `summary` is one line for a person."""

    call_id: str
    name: str
    summary: str = ""
    destroys: str = ""
    """What of it a person should know, where it is a command that destroys something."""


@value
class ToolEnded:
    """`ok` is None where the CLI does not say."""

    call_id: str
    ok: bool | None = None


@value
class RunUsageTold:
    """Tokens of this run so far; a later one takes the place of an earlier one."""

    usage: Usage
    cost_usd: float | None = None
    is_cumulative: bool = False
    """Over the whole session, not this run: the difference to the last is what counts. A fork
    goes on from the figures of its parent."""
    is_cost_cumulative: bool = False
    """The cost alone is of the whole session."""
    windows: tuple[QuotaWindow, ...] = ()
    """What is left of the sign-in's quota, where the CLI writes it down."""


@value
class ModelTold:
    """The model that really answers."""

    model: str


@value
class Retrying:
    """The CLI tries its own upstream again."""

    reason: str
    attempt: int | None = None
    status: int | None = None
    """That it was refused with, where it tells."""
    pause_s: float | None = None
    """Until it asks again, where it tells."""


@value
class Warned:
    """Something that does not end the run."""

    code: str
    message: str


@value
class Noted:
    """What the gateway itself did for the run."""

    text: str


@value
class RunEnded:
    """The CLI's own last word; without it a run has not succeeded, whatever its exit code."""

    ok: bool
    text: str | None = None
    """The whole answer, where the CLI repeats it at its end."""
    error: str = ""
    category: ErrorCategory | None = None
    status: int | None = None
    """Of the CLI's own upstream, where it tells."""
    resets_at_s: float | None = None
    """When the limit that ended it is over, where the CLI tells that apart from its words. Wall
    clock."""
    stop_reason: str | None = None
    structured: object = None
    """The answer as JSON, where a schema was asked for."""


CliEvent = (
    SessionTold
    | TextGrew
    | ThinkingGrew
    | ToolBegan
    | ToolEnded
    | RunUsageTold
    | ModelTold
    | Retrying
    | Warned
    | Noted
    | RunEnded
)


@value
class CliFacts:
    """What a CLI can do, as it was seen doing it."""

    streams: bool
    """Says something while it works; what says nothing may not be called idle."""
    resumes: bool = True
    continues: bool = True
    forks: bool = False
    takes_new_id: bool = False
    reads_stdin: bool = True
    """The prompt may go in by stdin, so that no argument's length bounds it."""
    tells_usage: bool = True
    tells_cost: bool = False
    tells_cache: bool = False
    ends_cleanly_on_term: bool = False
    idle_timeout_s: float = 600.0
