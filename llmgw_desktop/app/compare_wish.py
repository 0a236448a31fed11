"""What a person wants to ask of several models at once, and the panel that this comes to."""

from dataclasses import dataclass, field

from llmgw_desktop.app.compare_words import INTENTS
from llmgw_desktop.domain.validation import Intent, PanelRequest, ValidationRun
from llmgw_desktop.engine.validation.seats import seat_named, seats_named

MOST_ASKED = 6
"""In the window; clients may ask more at once."""
_OURS = frozenset(intent for intent, _ in INTENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants to ask of whom."""

    question: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    """What is to be judged."""
    focus: str = ""
    intent: Intent = Intent.ASK
    seats: tuple[str, ...] = ()
    judge: str = ""
    """Empty: none."""

    @property
    def problem(self) -> str:
        """Why it cannot be asked, and what to do; empty where it can."""
        if not self.question.strip() and not self.content.strip():
            return "There is nothing to ask yet: write a question."
        if self.intent is Intent.ASK and not self.question.strip():
            return "There is no question: write one, or choose what is to be done with the text."
        if not self.seats:
            return "Nobody is asked yet: add one or more models."
        if len(self.seats) > MOST_ASKED:
            return f"At most {MOST_ASKED} are asked at once here: take {len(self.seats)} down."
        return ""


def request_of(wish: Wish) -> PanelRequest:
    """What is attacked or claimed may stand in the question's place. Raises InvalidRun."""
    question, content = wish.question.strip(), wish.content.strip()
    if wish.intent in (Intent.RED_TEAM, Intent.CONSENSUS) and not content:
        question, content = "", question
    if wish.intent is Intent.ASK and content:
        question, content = f"{question}\n\n{content}", ""
    return PanelRequest(
        intent=wish.intent,
        seats=seats_named(wish.seats),
        question=question,
        content=content,
        focus="" if wish.intent is Intent.ASK else wish.focus.strip(),
        judge=seat_named(wish.judge) if wish.judge else None,
    )


def wish_of(run: ValidationRun) -> Wish:
    """To be asked again, as it was or changed."""
    request = run.request
    question, content = request.question, request.content
    if not question:
        question, content = content, ""
    return Wish(
        question=question,
        content=content,
        focus=request.focus,
        intent=request.intent if request.intent in _OURS else Intent.VALIDATE,
        seats=tuple(seat.name for seat in request.seats),
        judge=request.judge.name if request.judge else "",
    )
