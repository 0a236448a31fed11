"""What was decided: who was let in, what agents were allowed, what the gate said; newest first."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum

from llmgw_desktop.app.questions import consent_words, permission_words
from llmgw_desktop.app.words.figures import UNKNOWN, clock_text, duration_text, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.consent import ConsentDecision
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.approval import (
    Approval,
    ApprovalStatus,
    PermissionDecision,
    PermissionQuestion,
)
from llmgw_desktop.domain.values import value

MOST_LISTED = 500
COLUMNS = ("When", "Kind", "What", "Outcome", "By", "How", "Took")


class DecisionKind(StrEnum):
    PROGRAM = "program"
    AGENT = "agent"
    GATE = "gate"


KIND_WORDS = {
    DecisionKind.PROGRAM: "Program",
    DecisionKind.AGENT: "Agent",
    DecisionKind.GATE: "Gate",
}


@value
class DecisionRow:
    """One decision as a line; `cells` are in the order of COLUMNS."""

    at_s: float
    kind: DecisionKind
    allowed: bool
    cells: tuple[str, ...]
    more: str = ""
    """All that is known of it, for whoever points at the line."""
    job_id: str = ""


class Decisions:
    """`recent` waits for the disk."""

    def __init__(
        self,
        clock: Clock,
        *,
        consents: Callable[[int], Sequence[ConsentDecision]] = lambda _: (),
        agents: Callable[[int], Sequence[PermissionDecision]] = lambda _: (),
        gate: Callable[[int], Sequence[Approval]] = lambda _: (),
    ) -> None:
        """Each gives at most so many, newest first, and raises StoreError."""
        self._clock = clock
        self._consents = consents
        self._agents = agents
        self._gate = gate

    def recent(self) -> tuple[DecisionRow, ...]:
        """Raises StoreError."""
        today = local_time(self._clock.now_s()).date()
        rows = [consent_row(each, today) for each in self._consents(MOST_LISTED)]
        rows += [agent_row(each, today) for each in self._agents(MOST_LISTED)]
        rows += [gate_row(each, today) for each in self._gate(MOST_LISTED)]
        return tuple(sorted(rows, key=lambda row: row.at_s, reverse=True)[:MOST_LISTED])


def shown(
    rows: Sequence[DecisionRow], kind: DecisionKind | None, text: str
) -> tuple[DecisionRow, ...]:
    """Those of a kind (None: all) that have the text in them."""
    wanted = text.strip().casefold()
    return tuple(
        row
        for row in rows
        if (kind is None or row.kind is kind)
        and (not wanted or wanted in " ".join((*row.cells, row.more)).casefold())
    )


def consent_row(decision: ConsentDecision, today: date) -> DecisionRow:
    question, answer = decision.question, decision.answer
    name = consent_words.shown_name(question.client_name)
    redirection = consent_words.redirection(question.redirect_uri)
    outcome = "Refused"
    if answer.allowed:
        may = consent_words.scope_summary(answer.scopes)
        outcome = f"Let in: {may}, until {consent_words.TERM_WORDS[answer.term]}"
    more = (
        f"{name} ({consent_words.peer_words(question.peer)})",
        f"asked to {consent_words.scope_summary(question.scopes)}",
        f"sent back to {redirection.origin} ({redirection.words})",
        outcome,
    )
    return DecisionRow(
        at_s=answer.at_s,
        kind=DecisionKind.PROGRAM,
        allowed=answer.allowed,
        cells=_cells(
            answer.at_s,
            today,
            said=(DecisionKind.PROGRAM, f"{name} asked for access", outcome),
            by=(answer.person, consent_words.WAY_WORDS[answer.way]),
            took_s=answer.at_s - question.asked_at_s,
        ),
        more="\n".join(more),
    )


def _whose(question: PermissionQuestion) -> str:
    client = inert_line(question.client, 60)
    if question.is_of_terminal:
        return inert_line(question.job_title, 120)
    job = inert_line(question.job_title, 120) or question.job_id
    return f"job {job}, asked for by {client}" if job else f"called by {client}"


def agent_row(decision: PermissionDecision, today: date) -> DecisionRow:
    question, answer = decision.question, decision.answer
    outcome = permission_words.outcome_words(answer)
    note = f": {inert_line(answer.note, 200)}" if answer.note else ""
    more = (
        inert_line(permission_words.thing_of(question.ask), 600),
        _whose(question),
        f"{outcome}{note}",
    )
    return DecisionRow(
        at_s=answer.at_s,
        kind=DecisionKind.AGENT,
        allowed=answer.allows,
        cells=_cells(
            answer.at_s,
            today,
            said=(DecisionKind.AGENT, permission_words.asks_words(question), f"{outcome}{note}"),
            by=(answer.person, permission_words.WAY_WORDS[answer.way]),
            took_s=answer.at_s - question.asked_at_s,
        ),
        more="\n".join(part for part in more if part),
        job_id="" if question.is_of_terminal else question.job_id,
    )


def gate_row(approval: Approval, today: date) -> DecisionRow:
    allowed = approval.status is ApprovalStatus.APPROVED
    outcome = "Approved" if allowed else "Denied"
    reasons = "; ".join(inert_line(each, 120) for each in approval.reasons)
    what = f"{approval.cli} by {inert_line(approval.operation, 60)}, score {approval.score}"
    return DecisionRow(
        at_s=approval.at_s,
        kind=DecisionKind.GATE,
        allowed=allowed,
        cells=_cells(
            approval.at_s,
            today,
            said=(DecisionKind.GATE, what, f"{outcome}: {reasons}" if reasons else outcome),
            by=(approval.owner, f"policy {inert_line(approval.policy, 40)}"),
            took_s=None,
        ),
        more="\n".join((what, outcome, reasons)),
    )


def _cells(
    at_s: float,
    today: date,
    *,
    said: tuple[DecisionKind, str, str],
    by: tuple[str, str],
    took_s: float | None,
) -> tuple[str, ...]:
    kind, what, outcome = said
    person, how = by
    took = UNKNOWN if took_s is None else duration_text(max(took_s, 0.0) * 1000)
    who = inert_line(person, 60) or "nobody"
    return (clock_text(at_s, today), KIND_WORDS[kind], what, outcome, who, how, took)
