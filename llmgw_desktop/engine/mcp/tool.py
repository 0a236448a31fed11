"""A tool of the MCP door, without a word of its transport: what it takes, does and tells."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Protocol

import orjson

from llmgw_desktop.clis.cli import Option
from llmgw_desktop.domain.access.access_errors import AccessError
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import GatewayClosed, LlmgwError, RequestError, StoreError
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.jobs.run_errors import (
    ApprovalDenied,
    InvalidRun,
    NoSuchJob,
    NoSuchSession,
    NoSuchWorkspace,
    is_passing,
)
from llmgw_desktop.domain.jobs.workspace import NoSuchWorktree
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.error_table import row_of
from llmgw_desktop.wire.native.approvals import approval_object

Schema = Mapping[str, Any]


class Profile(StrEnum):
    """How much of the toolbox a client carries."""

    CORE = "core"
    """Ask a CLI, follow its job, recall its answer, get a second opinion."""
    REVIEW = "review"
    """And panels, judges and receipts."""
    FULL = "full"
    """Everything."""
    SEARCH = "search"
    """Three tools by which all others are found and called."""
    CODE = "code"
    """Three tools by which all others are found, and called by code."""


EVERY_PROFILE = frozenset({Profile.CORE, Profile.REVIEW, Profile.FULL})
"""That lists tools by themselves."""
BY_SEARCH = frozenset({Profile.SEARCH, Profile.CODE})
"""That list a few tools in the place of all."""
REVIEW_AND_FULL = frozenset({Profile.REVIEW, Profile.FULL})
FULL_ALONE = frozenset({Profile.FULL})


class CallerRefused(LlmgwError):
    """Whoever called was asked something, and did not answer it."""

    kind = "caller_refused"

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code
        """Of JSON-RPC."""


class WayBack(Protocol):
    """The way back to a client while it waits for its answer."""

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What it says that it can be asked: `sampling`, `elicitation`, `roots`."""

    @property
    def takes_errors(self) -> bool:
        """It may be told by an error what its person has to do first."""

    async def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Raises CallerRefused."""

    async def tell(self, method: str, params: Mapping[str, Any]) -> None:
        """Whoever has left hears nothing."""


@value
class CameBy:
    """How a call came in, where that makes a difference."""

    profile: Profile = Profile.FULL
    session: str = ""
    """Of the client; empty where it has none."""
    is_from_code: bool = False
    """A client's code called, which is told results whole."""
    caller: WayBack | None = field(default=None, repr=False, compare=False)
    """None: nothing can be asked of it."""


PLAINLY = CameBy()


class ProgressTelling(Protocol):
    """Tells the client what comes while the call goes on."""

    async def __call__(self, done: float, total: float | None, message: str) -> None: ...


@value
class McpToolCall:
    """One use of a tool, its arguments checked against what the tool takes."""

    principal: Principal
    arguments: Mapping[str, Any] = field(repr=False)
    project: str = ""
    progress: ProgressTelling | None = None
    """Where the client asked to be told."""
    came: CameBy = PLAINLY


@value
class ToolAnswer:
    """What a tool tells, as structure and as text."""

    structured: Mapping[str, Any]
    text: str | None = None
    """For the model that reads it; left out, it reads the structure."""
    is_error: bool = False
    raw: Mapping[str, Any] | None = None
    """A result as a server behind us gave it; then this is what is told."""
    error: Mapping[str, Any] | None = None
    """An error of the protocol in the place of a result, for a program that knows what it says."""


@value
class Guide:
    """What an agent has to know before it calls a tool, each as the end of a sentence."""

    when: str
    """For what it is the right one."""
    returns: str
    costs: str
    """Money, tokens, time, what it changes; 'nothing' where it only looks."""
    example: Mapping[str, Any]
    """Arguments of a call, as the tool takes them."""

    def words(self) -> str:
        """In few tokens: every client carries it in each turn."""
        call = orjson.dumps(self.example).decode()
        return f"For {self.when}. Gives {self.returns}. Costs {self.costs}. E.g. {call}"


@value
class McpTool:
    """A row of the toolbox."""

    name: str
    title: str
    description: str
    """What it does, to the model that may call it: a sentence or two."""
    guide: Guide | None = None
    """Each of ours has one."""
    takes: tuple[Option, ...] = ()
    """Its arguments; the schemas that are shown decide what is accepted."""
    needs: frozenset[str] = frozenset()
    """Those that must be given."""
    refuses: Mapping[str, str] = field(default_factory=dict)
    """Arguments that clients know from other gateways, and what to do instead: they are not listed,
    and only what asks for nothing, false or an empty list, is let pass."""
    tells: Schema = field(default_factory=dict)
    """JSON schemas of what its structure holds, by name."""
    call: Callable[[McpToolCall], Awaitable[ToolAnswer]]
    scope: Scope
    """To whom this is not allowed the tool is not there."""
    profiles: frozenset[Profile] = EVERY_PROFILE
    reads_only: bool = False
    destroys: bool = False
    """It may change or remove what was there."""
    is_idempotent: bool = False
    reaches_out: bool = False
    """It talks to the world beyond this gateway."""
    core_takes: frozenset[str] | None = None
    """Of a tool with very many arguments those that other profiles than full show; all are
    accepted."""

    has_shape: bool = True
    """What it answers is told as structure; else it is what another tool answers."""

    is_on: Callable[[], bool] | None = None
    """Whether it is of use by the settings of now, where that depends on them; it can be called
    all the same, and then says what is wrong."""

    @property
    def told(self) -> str:
        """Description and guide, as clients are shown them."""
        return f"{self.description} {self.guide.words()}" if self.guide else self.description

    def shown_to(self, principal: Principal, profile: Profile) -> bool:
        is_for_him = profile in self.profiles and self.scope in principal.scopes
        return is_for_him and (self.is_on is None or self.is_on())


NOT_FOUND = "not_found"
PERMISSION = "permission_denied"
DENIED = "approval_denied"
INTERNAL = "internal_error"
CATEGORIES = (
    *ErrorCategory,
    JobState.CANCELED,
    JobState.ORPHANED,
    NOT_FOUND,
    PERMISSION,
    DENIED,
    INTERNAL,
)
"""All words that `errorCategory` may hold."""


class InvalidArgument(InvalidRun):
    """Of a tool; `field` is its name."""

    kind = "invalid_argument"


class NotFound(RequestError):
    """Not there, or another's: nobody learns which."""

    kind = "not_found"


def refusal(error: LlmgwError, **more: Any) -> ToolAnswer:
    """`more`: what this tool adds, such as the id that was asked for."""
    if isinstance(error, ApprovalDenied):
        more["approval"] = approval_object(error.approval)
    # what an agent cannot mend it can tell its person
    help_words = f" {row_of(error).advice}" if isinstance(error, StoreError) else ""
    return told(
        f"{error}{help_words}",
        category_of(error),
        field=getattr(error, "field", "") or None,
        retryable=is_passing(error),
        more=more,
    )


def told(
    message: str,
    category: str,
    *,
    field: str | None = None,
    retryable: bool = False,
    more: Mapping[str, Any] | None = None,
) -> ToolAnswer:
    message = plain_text(message)
    structured = {
        "success": False,
        "error": message,
        "errorCategory": category,
        "field": field,
        "retryable": retryable,
        **(more or {}),
    }
    return ToolAnswer(structured=structured, text=message, is_error=True)


def category_of(error: LlmgwError) -> str:
    if isinstance(error, NoSuchJob | NoSuchSession | NoSuchWorkspace | NoSuchWorktree | NotFound):
        return NOT_FOUND
    if isinstance(error, AccessError):
        return PERMISSION
    if isinstance(error, ApprovalDenied):
        return DENIED
    category = getattr(error, "category", None)
    if category:
        return str(category)
    if isinstance(error, GatewayClosed):
        return ErrorCategory.SATURATED
    return ErrorCategory.INVALID_INPUT if isinstance(error, RequestError) else INTERNAL
