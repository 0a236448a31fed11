"""What the engine tells whoever listens. It never knows who does."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.access.consent import ConsentAnswer, ConsentQuestion
from llmgw_desktop.domain.brakes import HeldAnswer, HeldQuestion
from llmgw_desktop.domain.flights.alarms import Alarm
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.jobs.approval import (
    Approval,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.policy import Flood, Spent
from llmgw_desktop.domain.provider import AccountStatus
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value


class GatewayState(StrEnum):
    """How the engine stands."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@value
class GatewayStatus:
    """The engine's state with the address it serves and, if it failed, why."""

    state: GatewayState
    url: str = ""
    """`http://127.0.0.1:3333`, no slash at the end; empty until the door is open."""
    problem: str = ""


class StoreAnswer(StrEnum):
    """What a person has become of a `gateway.db` in question."""

    RESTORE = "restore"
    ANEW = "anew"
    AS_IT_IS = "as it is"


@value
class StoreQuestion:
    """`gateway.db` is not what it was; nothing opens it before a person has chosen."""

    what: str
    """In a sentence."""
    backup: str = ""
    """The newest backup that can be relied on, by its time in words; empty where there is none."""
    can_stay: bool = False
    """There is a file that could be used as it is."""
    lost: Mapping[StoreAnswer, str] = field(default_factory=dict)
    """What each answer takes away, in sentences, for a person to read before it is given."""
    is_in_use: bool = False
    """It changed under a gateway that has it open: a new start has to look at it, and asks."""


@value
class HeldDeletion:
    """Flights that are older than is kept if the clock is right, which somebody has to say."""

    flights: int
    days: int
    """How long flights are kept."""
    ahead_days: int
    """Whole days that the clock is ahead of the time that is known."""


@value
class RecorderStatus:
    """Whether flights are being written down."""

    recording: bool
    problem: str = ""
    """One sentence, empty when all is well."""
    dropped: int = 0
    """Flights that could not be kept since the start."""
    left_out: int = 0
    """Flights that were kept without their bodies since the start: too much came at once."""
    fell_behind: bool = False
    """Something was dropped or left out within the last minutes."""
    held: HeldDeletion | None = None
    """What waits for a person's word."""
    encrypted_percent: int = 100
    """Of what is recorded so much is as the settings want it: encrypted under the key in force, or
    plain. Below 100 the rest is being brought there."""


@value
class FlightOpened:
    """A request came in."""

    flight_id: str


@value
class FlightClosed:
    """It ended, one way or another."""

    summary: FlightSummary


@value
class GatewayChanged:
    """The engine moved to another state."""

    status: GatewayStatus


@value
class RecorderChanged:
    """Recording stopped or came back."""

    status: RecorderStatus


@value
class SettingsChanged:
    """The settings file was read again: new settings, or a problem and the old ones stay."""

    settings: Settings
    problem: str = ""
    warnings: tuple[str, ...] = ()


@value
class AccountChanged:
    """An account stands otherwise than before: it rests, is well again, or told of its quota."""

    status: AccountStatus


@value
class JobChanged:
    """A job was asked for, began, or ended."""

    job: Job


@value
class ConsentChanged:
    """A program asks to be let in, or has its answer."""

    question: ConsentQuestion
    answer: ConsentAnswer | None = None


@value
class PermissionChanged:
    """An agent asks whether it may, or has its answer."""

    question: PermissionQuestion
    answer: PermissionAnswer | None = None


@value
class TerminalTold:
    """An agent asks in its terminal, where alone it is answered; `way`: why it is told no more."""

    question: PermissionQuestion
    way: DecisionWay | None = None


@value
class HeldChanged:
    """A request is held until a person decides, or has its answer."""

    question: HeldQuestion
    answer: HeldAnswer | None = None


@value
class GrantsChanged:
    """Who has access is otherwise than before: somebody was let in, or it was taken back."""


@value
class ApprovalDecided:
    """The gate let a run begin, or did not."""

    approval: Approval


@value
class BudgetReached:
    """A client's budget passed a mark; once a period and mark."""

    client_id: str
    name: str
    spent: Spent
    percent: int
    """80 or 100."""


@value
class CacheFell:
    """A client's prompts came from its vendor's cache, and do no longer."""

    client_id: str
    name: str
    since_s: float
    """When the first of them began."""
    cause: str
    """In a few words: `a clock in tools[12].description`."""
    flight_id: str
    """The last of them."""
    flights: tuple[str, ...] = ()
    """All that are known of them, oldest first."""


@value
class AlarmRaised:
    """Something about an account is otherwise than a person takes it to be."""

    alarm: Alarm


@value
class FloodsChanged:
    """Somebody holds too many connections, or no longer does."""

    floods: tuple[Flood, ...]
    """All that go on."""


@value
class KeysGone:
    """Clients whose keys open no more, as of this look."""

    client_ids: frozenset[str]


@value
class KeysTroubled:
    """Why clients' keys cannot be looked up is another reason than before, or none."""


@value
class UpstreamTold:
    """What a run's upstream said to one of its requests that passed here."""

    job_id: str
    is_refusal: bool
    status: int | None = None
    """Of a refusal; None where no answer came."""
    until_s: float | None = None
    """By the wall clock, where the upstream told an end."""
    reason: str = ""


@value
class ClientsChanged:
    """A key was made, revoked or brought back."""


@value
class WorktreesChanged:
    """One was made or removed, or its job has ended."""

    owner: str


@value
class ToolServersChanged:
    """What MCP servers behind us offer, or what a person has to look at, is otherwise."""


@value
class ServerResourceChanged:
    """What stands at an address of a server behind us may be otherwise now."""

    address: str
    caller: tuple[str, str, str] | None = None
    """Whose own process told it; None: one that all share."""


@value
class ServerSaid:
    """A server behind us tells something, as a notification of the protocol."""

    server: str
    method: str
    params: Mapping[str, object] = field(repr=False)
    session: str = ""
    """Of the client whom it concerns; empty: all of this computer's that may use the server."""


@value
class AuditNoted:
    """The audit log has grown."""


Event = (
    FlightOpened
    | FlightClosed
    | GatewayChanged
    | RecorderChanged
    | SettingsChanged
    | AccountChanged
    | JobChanged
    | ConsentChanged
    | PermissionChanged
    | TerminalTold
    | HeldChanged
    | GrantsChanged
    | ApprovalDecided
    | BudgetReached
    | CacheFell
    | AlarmRaised
    | FloodsChanged
    | KeysGone
    | KeysTroubled
    | UpstreamTold
    | ClientsChanged
    | WorktreesChanged
    | AuditNoted
    | ToolServersChanged
    | ServerResourceChanged
    | ServerSaid
)
