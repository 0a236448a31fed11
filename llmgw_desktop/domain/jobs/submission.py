"""What a client asked for when it asked for a run, and what it is told."""

from dataclasses import field

from llmgw_desktop.domain.cli import CliRequest, Warned
from llmgw_desktop.domain.jobs.approval import Approval
from llmgw_desktop.domain.jobs.cli_settings import Contained, ContainSettings, LimitWish
from llmgw_desktop.domain.jobs.job import Job, SessionUse
from llmgw_desktop.domain.jobs.workspace import Worktree
from llmgw_desktop.domain.mcp_server import ServersTold
from llmgw_desktop.domain.usage import NO_FACTS, AnswerShape, PromptFacts, Saving
from llmgw_desktop.domain.values import value


@value
class Submission:
    """A run, with who asks for it and how."""

    request: CliRequest
    owner: str
    """`client_id` of the principal."""
    client: str = ""
    label: str = ""
    """What the caller said that it is."""
    correlation_id: str = ""
    flight_id: str = ""
    has_own_flight: bool = False
    """Nobody but the run itself opens and closes it."""
    session: SessionUse | None = None
    project: str = ""
    """Whose sign-in is used, where the vault keeps that; empty: the one of all projects."""
    window_s: float | None = None
    """How long ago the same may have been asked to be given again; None: as the settings say."""
    force_refresh: bool = False
    """A run of its own, whatever goes on."""
    replay: bool = False
    """Also a run that ended and may have changed files: its answer, without the changes."""
    is_attempt: bool = False
    """One of several attempts: who asks decides himself whether another is made, and keeps himself
    how the CLI stands."""
    prompt_facts: PromptFacts = NO_FACTS
    answer_shape: AnswerShape = AnswerShape.AS_IT_IS
    workspace: str = ""
    """The alias of the one that it works in; empty: none."""
    workspace_top: str = ""
    """That one's folder, or the job's worktree of it."""
    containment: ContainSettings = field(default_factory=ContainSettings)
    """What the settings say of that workspace."""
    is_remote: bool = False
    """Who asks may sit anywhere."""
    timeout_s: float | None = None
    idle_timeout_s: float | None = None
    snapshot: bool = True
    """Its folder is kept as it was, where the settings say so too."""
    limit_wait: LimitWish | None = None
    """What becomes of it at a limit of its vendor's; None: as the settings of its CLI say."""
    by_hand: bool = False
    """A person asked for it in a window, and sits there."""
    handed_from: str = ""
    """The job that it goes on from with another CLI; empty: none."""
    has_other_account: bool = False
    """It was handed over to an account of its project's own: how the CLI stands with the usual one
    says nothing of it."""

    @property
    def session_id(self) -> str:
        """The gateway's own; empty for a run that belongs to none."""
        return self.session.id if self.session else ""


@value(kw_only=False)
class HandedOver:
    """Which job, or flight, a run goes on from, in the place of that one's CLI."""

    job_id: str = ""
    worktree: str = ""
    """That one's own, where it is in a workspace: this one goes on in there."""
    project: str = ""
    """Whose sign-in is used, as of a Submission."""
    has_other_account: bool = False
    """As of a Submission."""


@value(kw_only=False)
class HandOverTo:
    """Who goes on with a job. Without a project whose sign-in is used that does not change."""

    cli: str
    model: str = ""
    project: str | None = None


@value
class RecordedTalk:
    """A conversation that was no job of ours, such as a CLI's in a terminal, told to another agent.
    `folder`: where it worked, as its requests tell; empty: they do not."""

    prompt: str
    folder: str


@value
class HandOver:
    """What would be asked, and what does not go along, as sentences. `of`: a job's id, or that of
    a flight of a conversation that was no job."""

    of: str
    to: HandOverTo
    prompt: str = field(repr=False)
    lost: tuple[str, ...] = ()


@value
class EarlierRun:
    """A job that was asked for the same, has ended, and is not given again unasked: that it would
    do nothing more cannot be said."""

    job: Job
    ago_s: float
    """Since its end, when this request came."""


@value
class Submitted:
    """The job that does what was asked."""

    job: Job
    deduped: bool = False
    """It was there already: asked for by an earlier request that is the same."""
    earlier: EarlierRun | None = None
    """What `replay` would have given instead of a run."""


@value
class JobResult:
    """A job with what its CLI answered, as far as it came."""

    job: Job
    text: str = field(default="", repr=False)
    left_out_bytes: int = 0
    """Of the text: more than was wanted."""
    structured: object = field(default=None, repr=False)
    stop_reason: str | None = None
    stderr: str = field(default="", repr=False)
    """The end of what was said there."""
    warnings: tuple[Warned, ...] = ()
    """Of the CLI; none of them ended the run."""
    contained: Contained | None = None
    """How it was started; None: not yet, or by a gateway that did not write it down."""


@value
class RunReply:
    """A job as it stands, with what its CLI answered so far."""

    job: Job
    text: str = field(default="", repr=False)
    structured: object = field(default=None, repr=False)
    stop_reason: str | None = None
    stderr: str = field(default="", repr=False)
    deduped: bool = False
    """The job was there already: asked for by an earlier request that is the same."""
    earlier: EarlierRun | None = None
    """What `replay` would have given this request instead of a run."""
    correlation_id: str = ""
    """Of this request; a shared job has that of the first."""
    provider_session_id: str | None = None
    """The CLI's own, as soon as it is known."""
    prompt_saving: Saving | None = None
    answer_saving: Saving | None = None
    """Of an answer that has come; None where it was not asked for, and of structures."""
    warnings: tuple[Warned, ...] = ()
    approval: Approval | None = None
    """What the gate said of this request; None where it was not asked."""
    mcp_servers: ServersTold | None = None
    """None where none were asked for."""
    contained: Contained | None = None
    """How it was started, as far as that is known."""
    worktree: Worktree | None = None
    """The one that was made for it."""
