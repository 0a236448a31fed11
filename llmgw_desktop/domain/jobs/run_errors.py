"""What can be wrong with asking for a run."""

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import GatewayClosed, RequestError
from llmgw_desktop.domain.jobs.approval import Approval


class InvalidRun(RequestError):
    """It cannot be started as asked; nothing was. `field` is the request's own name for it."""

    kind = "invalid_run"

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        category: ErrorCategory = ErrorCategory.INVALID_INPUT,
    ) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.category = category


class OnePrompt(InvalidRun):
    """A prompt was given in two ways, or in none; the words are those that clients know."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class Saturated(GatewayClosed):
    """As many runs as may be go on, and as many as may wait do."""

    kind = "saturated"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"All places for runs are taken and {waiting} wait already; nothing was started.",
            retry_after_s=15,
        )


class CliResting(GatewayClosed):
    """It failed several times, or nobody is signed in with it: it is left alone for a while."""

    kind = "cli_resting"

    def __init__(
        self,
        provider: str,
        reason: str,
        *,
        category: ErrorCategory,
        retry_after_s: int,
        is_limit: bool = False,
    ) -> None:
        """`is_limit`: its vendor itself asked for it."""
        super().__init__(
            f"'{provider}' is left alone for {retry_after_s} s; nothing was started. {reason}",
            retry_after_s=retry_after_s,
        )
        self.category = category
        self.is_limit = is_limit


class SessionBusy(InvalidRun):
    """A run of this session goes on: two at once would lose what one of them says."""

    kind = "session_busy"

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"job {job_id} is under way in this session; wait for it or cancel it, or fork the"
            f" session",
            field="sessionId",
            category=ErrorCategory.SATURATED,
        )


class NoSuchJob(RequestError):
    """None of this owner's."""

    kind = "no_such_job"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"You have no job '{job_id[:80]}'.")


class JobStillLive(RequestError):
    """Only what has ended can be deleted."""

    kind = "job_still_live"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} has not ended. Cancel it first.")


class JobNotParked(RequestError):
    """Only what waits for a limit can be told to go on."""

    kind = "job_not_parked"

    def __init__(self, job_id: str, state: str) -> None:
        super().__init__(f"Job {job_id} does not wait for a limit: it is {state}.")


class NoSuchWorkspace(RequestError):
    """None of this alias is registered; `field` is the request's own name for it."""

    kind = "no_such_workspace"

    def __init__(self, alias: str, *, field: str = "workspace") -> None:
        super().__init__(f"{field}: there is no workspace '{alias[:64]}'.")
        self.field = field


class NoSuchSession(RequestError):
    """None of this owner's."""

    kind = "no_such_session"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"You have no session '{session_id[:80]}'.")


class NoSuchQuestion(RequestError):
    """It waits no longer: somebody was quicker, it fell due, or it was withdrawn."""

    kind = "no_such_question"

    def __init__(self, question_id: str) -> None:
        super().__init__(f"No question '{question_id[:80]}' waits for an answer.")


class ApprovalDenied(RequestError):
    """The gate did not let it begin; nothing was started. `approval` is the record of it."""

    kind = "approval_denied"

    def __init__(self, approval: Approval, *, may_bypass: bool) -> None:
        """`may_bypass`: whether the settings allow more than the safe mode at all."""
        why = "; ".join(approval.reasons)
        advice = "Ask for less."
        if approval.bypass_requested and not may_bypass:
            named = approval.metadata.get("managedRiskReasons")
            fields = ", ".join(map(str, named)) if isinstance(named, list) else "what it names"
            advice = (
                f"Leave out {fields}; the person at the gateway can allow it by [approvals]"
                " allow_bypass = true."
            )
        super().__init__(
            f"{approval.operation} was denied by the approval gate (policy {approval.policy},"
            f" score {approval.score}): {why}. {advice}"
        )
        self.approval = approval


def is_passing(error: Exception) -> bool:
    """Whether the same request may do better later, with nothing changed. Not where somebody
    has to sign in first."""
    if isinstance(error, CliResting):
        return error.category is not ErrorCategory.AUTH
    is_busy = getattr(error, "category", None) is ErrorCategory.SATURATED
    return is_busy or isinstance(error, GatewayClosed)
