"""Several models asked the same: who is asked, what each said, and what that comes to."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import RequestError
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value

SCHEMA_VERSION = "validation-report.v1"
LONGEST_SEAT = 150


class Intent(StrEnum):
    """What a panel is asked for: the name of its tool."""

    VALIDATE = "validate_with_models"
    SECOND_OPINION = "second_opinion"
    RED_TEAM = "red_team_review"
    CONSENSUS = "consensus_check"
    ASK = "ask_model"
    REVIEW = "review_changes"
    SYNTHESIS = "synthesize_validation"
    """Answers that were given elsewhere, for a judge."""
    CHECK = "check_answer"
    """One answer of a regression set, against a demand in words."""
    CHECKS = "check_run"
    """A run of a regression set; its answers are what the checks say."""


class SeatState(StrEnum):
    """How an answer stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    ORPHANED = "orphaned"
    SKIPPED = "skipped"
    """It could not even be asked."""


class RunState(StrEnum):
    """How a panel stands; after RUNNING nothing changes but by a judge."""

    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    """All have ended, and not all well."""
    NOT_STARTED = "not_started"


class Stance(StrEnum):
    """What a verdict comes to."""

    AGREE = "agree"
    """Also: pass."""
    DISAGREE = "disagree"
    """Also: fail."""
    MIXED = "mixed"
    UNCLEAR = "unclear"
    """It said something that is no verdict: never agreement."""
    ANSWERED = "answered"
    """A plain question, of which no verdict was asked."""
    PENDING = "pending"
    NOT_RUN = "not_run"


class Confidence(StrEnum):
    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class NoSuchValidation(RequestError):
    """None of this owner's."""

    kind = "no_such_validation"
    category = "not_found"

    def __init__(self, validation_id: str) -> None:
        super().__init__(f"You have no validation '{validation_id[:80]}'.")


@value
class Seat:
    """Who is asked: a CLI (`claude`), one with a model of its own (`claude:opus`), or a model of
    the HTTP doors (`openai/gpt-5`)."""

    name: str
    cli: CliName | None = None
    model: str = ""
    """Empty: the CLI chooses."""


@value
class Verdict:
    """What an answer says, read as structure."""

    stance: Stance
    said: str = ""
    """The verdict in the answer's own words."""
    rationale: str = ""
    risks: tuple[str, ...] = ()
    next_step: str = ""
    is_structured: bool = False
    """It came as the JSON that was asked for."""


@value
class SeatAnswer:
    """What became of one who was asked. Times are seconds since 1970."""

    seat: Seat
    state: SeatState = SeatState.RUNNING
    correlation_id: str = ""
    job_id: str = ""
    """Empty for a model of the HTTP doors."""
    flight_id: str = ""
    asked_at_s: float = 0.0
    ended_at_s: float | None = None
    text: str = field(default="", repr=False)
    sha256: str = ""
    """Of the text, as it was kept."""
    is_whole: bool = True
    """False where something of it was cut."""
    model: str = ""
    """The one that really answered."""
    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    error: str = ""
    category: str = ""
    deduped: bool = False
    """It shares the run of an earlier request that is the same."""
    warning: str = ""

    @property
    def is_live(self) -> bool:
        return self.state is SeatState.RUNNING

    @property
    def is_empty(self) -> bool:
        return self.category == "empty_output" or (
            self.state is SeatState.COMPLETED and not self.text.strip()
        )

    @property
    def has_answered(self) -> bool:
        return self.state is SeatState.COMPLETED and not self.is_empty


@value
class PanelRequest:
    """What is asked of whom."""

    intent: Intent
    seats: tuple[Seat, ...]
    question: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    """What is judged: never to be obeyed."""
    focus: str = ""
    is_adversarial: bool = False
    judge: Seat | None = None
    """Asked by itself as soon as all seats have ended."""
    working_dir: str = ""
    """Where reviewers of changes read; empty for all others."""
    workspace: str = ""
    """Its alias, where the folder was named so: it says which CLIs may work there."""
    evidence: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What `content` was made from: sizes and digests."""
    may_upload: bool = True
    """False: models of the HTTP doors are not sent the content."""
    may_use_models: bool = True
    """Who asks may use models of the HTTP doors; kept for a judge that is asked after a restart."""


@value
class ValidationRun:
    """A panel with all that became of it."""

    id: str
    owner: str
    client: str
    project: str = ""
    made_at_s: float
    request: PanelRequest
    answers: tuple[SeatAnswer, ...]
    judge: SeatAnswer | None = None
    judge_order: tuple[str, ...] = ()
    """The seats whose answers the judge saw as A, B, C."""

    @property
    def state(self) -> RunState:
        all_told = (*self.answers, *((self.judge,) if self.judge else ()))
        if any(each.is_live for each in all_told):
            return RunState.RUNNING
        if self.is_waiting_for_judge:
            return RunState.RUNNING
        if all(each.state is SeatState.SKIPPED for each in self.answers):
            return RunState.NOT_STARTED
        if all(each.state is SeatState.COMPLETED for each in all_told):
            return RunState.COMPLETED
        return RunState.PARTIAL

    @property
    def is_waiting_for_judge(self) -> bool:
        """One was asked for, and there is something to judge."""
        wants = self.request.judge is not None and self.judge is None
        return wants and any(each.is_live or each.has_answered for each in self.answers)

    @property
    def has_ended(self) -> bool:
        return self.state is not RunState.RUNNING


@value
class Agreement:
    """What the verdicts of a panel come to, by the rules of `engine/validation/confidence.py`."""

    stance: Stance
    """Of most of those that gave a clear one."""
    confidence: Confidence
    has_material_disagreement: bool
    summary: str
    signals: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()


@value
class Claim:
    """One thing that answers say."""

    id: int
    text: str
    holders: tuple[int, ...]
    """Numbers of the answers that say it, from 0."""
    share: str
    """`all`, `some` or `unique`."""
    is_block: bool = False
    """A block of code, matched as a whole."""


@value
class Contradiction:
    """Two claims of different answers that cannot both be so."""

    one: int
    other: int
    why: str
    """`negation` or `numbers`."""


@value
class Comparison:
    """What answers share and where they part."""

    answers: int
    claims: tuple[Claim, ...]
    contradictions: tuple[Contradiction, ...]
    limitations: tuple[str, ...] = ()
    """What was too much to be compared."""

    def claims_of(self, share: str) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if claim.share == share)


@value
class Receipt:
    """A signed record of a panel that has ended, chained to the one before."""

    seq: int
    validation_id: str
    owner: str
    minted_at_s: float
    body: bytes = field(repr=False)
    """Canonical JSON: what is hashed and signed."""
    sha256: str
    prev_sha256: str
    """Empty for the first."""
    signature: str
    """Ed25519, 128 hexadecimal digits."""
    public_key: str
    """64 hexadecimal digits."""


@value
class SeatGrew:
    """More of an answer's text."""

    seat: str
    text: str
    is_judge: bool = False


@value
class SeatEnded:
    """One has answered, or will not."""

    answer: SeatAnswer
    is_judge: bool = False


@value
class RunChanged:
    """How the whole panel stands; the last one told is of its end."""

    run: ValidationRun


ValidationEvent = SeatGrew | SeatEnded | RunChanged
