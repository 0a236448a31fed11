"""A comparison in words: how each answer stands, what the verdicts come to, who says what."""

from llmgw_desktop.app.flights.run_errors import REFUSED_RUNS, words_of_run
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    cost_text,
    counted,
    duration_text,
    in_out_text,
)
from llmgw_desktop.app.words.inert_text import folded_lines, inert, inert_line
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.validation import (
    Confidence,
    Intent,
    SeatAnswer,
    SeatState,
    Stance,
    ValidationRun,
    Verdict,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.confidence import Count, count_of
from llmgw_desktop.engine.validation.report import PanelReading, recommendation

MOST_SHOWN = 200_000
"""Characters of an answer that a window shows; all of it stands in its flight."""
INTENTS: tuple[tuple[Intent, str], ...] = (
    (Intent.ASK, "Question"),
    (Intent.VALIDATE, "Validate"),
    (Intent.RED_TEAM, "Red team"),
    (Intent.CONSENSUS, "Consensus"),
)
_INTENT_WORDS = {
    **dict(INTENTS),
    Intent.SECOND_OPINION: "Second opinion",
    Intent.REVIEW: "Review of changes",
    Intent.SYNTHESIS: "Synthesis",
}
STATE_WORDS = {
    SeatState.RUNNING: "Answering",
    SeatState.COMPLETED: "Answered",
    SeatState.FAILED: "Failed",
    SeatState.CANCELED: "Canceled",
    SeatState.ORPHANED: "Lost",
    SeatState.SKIPPED: "Not asked",
}
_ENDED_WORDS = {
    SeatState.FAILED: "It failed.",
    SeatState.ORPHANED: "It was lost.",
    SeatState.SKIPPED: "It was not asked.",
}
_STANCE_WORDS = {
    Stance.AGREE: "Pass",
    Stance.DISAGREE: "Fail",
    Stance.MIXED: "With conditions",
    Stance.UNCLEAR: "No clear verdict",
    Stance.ANSWERED: "Answered",
    Stance.PENDING: "Still to come",
    Stance.NOT_RUN: "No answer",
}
_OF_CLAIMS = {Stance.AGREE: "Agrees", Stance.DISAGREE: "Disagrees"}
_ADVICE = {
    ErrorCategory.CLI: "Its job keeps all that it wrote.",
    ErrorCategory.INVALID_INPUT: "Choose another model.",
    "invalid_run": "Choose another model.",
}
"""Where what is said of a failed request would point to words that are not here."""
_SURE = {
    Confidence.HIGH: "Confidence high",
    Confidence.MEDIUM: "Confidence medium",
    Confidence.LOW: "Confidence low",
    Confidence.NONE: "Confidence none",
}
_NO_MOST = "no clear verdict has more voices than another"
_DIFFER = "verdicts differ: "
_VOTES = {Stance.AGREE: "pass", Stance.DISAGREE: "fail", Stance.MIXED: "with conditions"}
_ALL_OF_ONE_MIND = (
    "three or more of at least two vendors are of one mind, nobody dissents and nothing contradicts"
)


@value
class ShownAnswer:
    """All that a column shows of one who was asked."""

    key: str
    """Its correlation id."""
    name: str
    model: str
    """The one that really answered; until it is known the one that was asked for."""
    state: SeatState
    state_words: str
    stance: Stance
    stance_words: str
    figures: str
    """«12.4 s · 1.2k → 310 tokens · $0.012»; what is unknown is said to be."""
    text: str
    is_cut: bool
    """There is more than is shown."""
    trouble: str
    advice: str
    note: str
    job_id: str
    flight_id: str

    @property
    def is_live(self) -> bool:
        return self.state is SeatState.RUNNING


@value
class ShownVerdict:
    """One row of the table of verdicts, and what is told below it."""

    name: str
    stance: Stance
    words: str
    why: str
    risks: tuple[str, ...]
    next_step: str
    is_judge: bool = False

    @property
    def risk_words(self) -> str:
        return counted(len(self.risks), "risk") if self.risks else UNKNOWN

    @property
    def detail(self) -> str:
        parts = [self.why or "It gave no reasons that could be read."]
        if self.risks:
            parts.append("Risks:\n" + "\n".join(f"• {risk}" for risk in self.risks))
        if self.next_step:
            parts.append(f"Next step: {self.next_step}")
        return "\n\n".join(parts)


@value
class PanelOutcome:
    """What all of it comes to."""

    title: str
    confidence: str
    """With its reason; empty where no verdict was asked for."""
    reasons: tuple[str, ...]
    advice: str
    stance: Stance


def intent_words(intent: Intent) -> str:
    return _INTENT_WORDS[intent]


def stance_words(stance: Stance, intent: Intent) -> str:
    special = _OF_CLAIMS.get(stance) if intent is Intent.CONSENSUS else None
    return special or _STANCE_WORDS[stance]


def shown_answer(
    answer: SeatAnswer, verdict: Verdict, intent: Intent, *, text: str, now_s: float
) -> ShownAnswer:
    """`text`: what it has said so far, while it is live."""
    said = text if answer.is_live else _final_text(answer, verdict)
    trouble, advice = _trouble(answer)
    return ShownAnswer(
        key=answer.correlation_id,
        name=inert_line(answer.seat.name, 80),
        model=inert_line(answer.model or answer.seat.model, 80),
        state=answer.state,
        state_words="Said nothing" if answer.is_empty else STATE_WORDS[answer.state],
        stance=verdict.stance,
        stance_words="" if answer.is_live else stance_words(verdict.stance, intent),
        figures=figures_words(answer, now_s),
        text=shown_text(said),
        is_cut=len(said) > MOST_SHOWN or not answer.is_whole,
        trouble=trouble,
        advice=advice,
        note=_note(answer),
        job_id=answer.job_id,
        flight_id=answer.flight_id,
    )


def shown_text(text: str) -> str:
    """Harmless, and no longer than a window takes."""
    return folded_lines(inert(text[:MOST_SHOWN]))


def figures_words(answer: SeatAnswer, now_s: float) -> str:
    end_s = answer.ended_at_s
    if answer.state is SeatState.SKIPPED:
        return ""
    if end_s is None:
        return f"{max(0, int(now_s - answer.asked_at_s))} s"
    usage, took = answer.usage, duration_text(max(0.0, end_s - answer.asked_at_s) * 1000)
    tokens, cost = in_out_text(usage), cost_text(usage, answer.cost_usd)
    return " · ".join(
        (
            took,
            "tokens unknown" if tokens == UNKNOWN else f"{tokens} tokens",
            "cost unknown" if cost == UNKNOWN else cost,
        )
    )


def verdict_rows(reading: PanelReading) -> tuple[ShownVerdict, ...]:
    """The judge's last."""
    run, intent = reading.run, reading.run.request.intent
    rows = [
        _verdict_row(answer, verdict, intent)
        for answer, verdict in zip(run.answers, reading.verdicts, strict=True)
    ]
    if run.judge is not None and reading.judge_verdict is not None:
        rows.append(_verdict_row(run.judge, reading.judge_verdict, intent, is_judge=True))
    return tuple(rows)


def outcome_of(reading: PanelReading) -> PanelOutcome:
    run, agreement = reading.run, reading.agreement
    intent = run.request.intent
    answered = sum(answer.has_answered for answer in run.answers)
    if any(answer.is_live for answer in run.answers):
        title = f"{answered} of {len(run.answers)} have answered"
        return PanelOutcome(
            title=title, confidence="", reasons=(), advice="", stance=Stance.PENDING
        )
    reasons = tuple(
        _sentence(inert_line(_in_our_words(each, intent), 400))
        for each in (*agreement.signals, *agreement.limitations)
    )
    if intent in (Intent.ASK, Intent.SYNTHESIS):
        return PanelOutcome(
            title=f"{answered} of {len(run.answers)} answered",
            confidence="",
            reasons=reasons,
            advice="" if answered else "Ask again, or ask others.",
            stance=Stance.ANSWERED if answered else Stance.NOT_RUN,
        )
    return PanelOutcome(
        title=_title(reading, answered),
        confidence=": ".join((_SURE[agreement.confidence], f"{_why_so_sure(reading)}.")),
        reasons=reasons,
        advice=inert_line(recommendation(reading), 600),
        stance=agreement.stance,
    )


def _in_our_words(signal: str, intent: Intent) -> str:
    """Verdicts are called here as the cards above call them: «1 pass, 2 fail»."""
    if intent is Intent.CONSENSUS or not signal.startswith(_DIFFER):
        return signal
    votes = [each.split(" ", 1) for each in signal.removeprefix(_DIFFER).split(", ")]
    told = ", ".join(f"{count} {_VOTES[Stance(stance)]}" for count, stance in votes)
    return f"verdicts differ: {told}"


def _why_so_sure(reading: PanelReading) -> str:
    """What it was in this case, and not all that it may be."""
    count = count_of(reading.run.answers, reading.verdicts, reading.comparison)
    level = reading.agreement.confidence
    if level is Confidence.LOW:
        return _why_low(count)
    if level is not Confidence.MEDIUM:
        return _ALL_OF_ONE_MIND if level is Confidence.HIGH else _NO_MOST
    so_many = f"{count.of_one_mind} of {count.asked}, of at least two vendors, are of one mind"
    if count.of_one_mind < count.asked:
        return f"{so_many}, not all"
    return f"{so_many}, and their reasons contradict" if count.contradictions else so_many


def _why_low(count: Count) -> str:
    if count.of_one_mind < 2:
        return "only one gave this verdict"
    if count.vendors < 2:
        return "all who gave this verdict are models of one vendor"
    return "fewer than two thirds gave this verdict"


def title_of(run: ValidationRun) -> str:
    request = run.request
    return inert_line(request.question or request.content, 300) or "Without words"


def standing_words(run: ValidationRun) -> str:
    """«Validate · 3 asked · 2 answered»."""
    answered = sum(answer.has_answered for answer in run.answers)
    words = [intent_words(run.request.intent), f"{len(run.answers)} asked", f"{answered} answered"]
    if not run.has_ended:
        words.append("goes on")
    return " · ".join(words)


def _title(reading: PanelReading, answered: int) -> str:
    """Who did not answer is among those who were asked, and on nobody's side."""
    asked, stance = len(reading.run.answers), reading.agreement.stance
    votes = sum(verdict.stance is stance for verdict in reading.verdicts)
    words = stance_words(stance, reading.run.request.intent)
    sure = f"confidence {reading.agreement.confidence}"
    if stance is Stance.UNCLEAR:
        is_split = any(
            verdict.stance in (Stance.AGREE, Stance.DISAGREE) for verdict in reading.verdicts
        )
        found = "split" if is_split else "no clear verdict"
        return f"{answered} of {asked} answered: {found}"
    told = ": ".join((words, f"{votes} of {asked}"))
    return " · ".join((told, sure))


def _verdict_row(
    answer: SeatAnswer, verdict: Verdict, intent: Intent, *, is_judge: bool = False
) -> ShownVerdict:
    trouble, _ = _trouble(answer)
    name = inert_line(answer.seat.name, 80)
    return ShownVerdict(
        name=f"Judge: {name}" if is_judge else name,
        stance=verdict.stance,
        words=stance_words(verdict.stance, intent),
        why=inert(verdict.rationale) or trouble,
        risks=tuple(inert_line(risk, 400) for risk in verdict.risks),
        next_step=inert_line(verdict.next_step, 600),
        is_judge=is_judge,
    )


def _final_text(answer: SeatAnswer, verdict: Verdict) -> str:
    """A verdict that came as JSON is told in lines; its job has it as it came."""
    if not verdict.is_structured:
        return answer.text
    parts = [f"Verdict: {verdict.said or _STANCE_WORDS[verdict.stance]}", verdict.rationale]
    if verdict.risks:
        parts.append("Risks:\n" + "\n".join(f"- {risk}" for risk in verdict.risks))
    if verdict.next_step:
        parts.append(f"Next step: {verdict.next_step}")
    return "\n\n".join(part for part in parts if part)


def _trouble(answer: SeatAnswer) -> tuple[str, str]:
    """What happened, and what to do; nothing of one that is live or has answered."""
    if answer.is_live or answer.has_answered:
        return "", ""
    words = words_of_run(answer.category) or REFUSED_RUNS.get(answer.category)
    what, advice = (words[0], words[2]) if words else ("", "")
    if answer.state is SeatState.CANCELED:
        return "It was canceled; it counts with nobody.", ""
    if answer.is_empty:
        return "It ended well and said nothing: this counts as no answer.", advice
    if answer.category == ErrorCategory.AUTH and answer.seat.cli is not None:
        advice = f"Sign in with {answer.seat.cli} in a terminal, then ask again."
    advice = _ADVICE.get(answer.category, advice)
    said = inert_line(answer.error, 600)
    return said or what or _ENDED_WORDS.get(answer.state, "It did not answer."), advice


def _note(answer: SeatAnswer) -> str:
    notes = [inert_line(answer.warning, 300)]
    if answer.deduped:
        notes.append("Taken from an equal run of the last hour.")
    return " ".join(note for note in notes if note)


def _sentence(words: str) -> str:
    if words.startswith(("verdicts ", "contradiction ")):  # all others begin with a name
        words = f"{words[:1].upper()}{words[1:]}"
    return words if words[-1:] in ".!?…" else f"{words}."
