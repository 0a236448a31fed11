"""Programs that want to be let in as items of the one list."""

from collections.abc import Callable, Iterator
from itertools import count

from llmgw_desktop.domain.access.consent import (
    ConsentAnswer,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
)
from llmgw_desktop.domain.events import ConsentChanged, Event
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.waiting.item import (
    GivenAnswer,
    OpenQuestion,
    QuestionChoice,
    QuestionKind,
    QuestionOutcome,
    line_of,
)

ALLOW, DENY = "allow", "deny"
_CHOICES = (
    QuestionChoice(id=ALLOW, words="Let it in", allows=True, for_several=False),
    QuestionChoice(id=DENY, words="Deny", allows=False),
)
_WORDS = "It asks to be let in. Its name is given by itself; nobody has verified it."
_SILENCE = "It is refused."


class ConsentSource:
    event: type[Event] = ConsentChanged

    def __init__(self, broker: ConsentBroker) -> None:
        self._broker = broker
        self._lookers = count()

    @property
    def waiting(self) -> Iterator[OpenQuestion]:
        return map(_item, self._broker.waiting)

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        if not isinstance(event, ConsentChanged):
            return None
        answer = event.answer
        if answer is None:
            return _item(event.question)
        return QuestionOutcome(
            id=event.question.id,
            choice=ALLOW if answer.allowed else DENY,
            allowed=answer.allowed,
            way=str(answer.way),
            person=answer.person,
            at_s=answer.at_s,
        )

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        """To let it in takes scopes, some of those that it asks for."""
        question = self._broker.find(question_id)
        if question is None:
            return False
        allowed = answer.choice == ALLOW
        given = ConsentAnswer(
            allowed=allowed,
            way=ConsentWay(answer.place),
            at_s=answer.at_s,
            scopes=answer.scopes if allowed else (),
            term=answer.term or usual_term(question),
            person=answer.person,
        )
        return self._broker.answer(question_id, given)

    def attend(self) -> Callable[[], None]:
        who = f"list {next(self._lookers)}"
        self._broker.attend(True, who)
        return lambda: self._broker.attend(False, who)


def usual_term(question: ConsentQuestion) -> ConsentTerm:
    """What asks is often a command for logging in, which ends as soon as it is let in."""
    usual = ConsentTerm.EIGHT_HOURS
    return usual if usual in question.terms else question.terms[0]


def _item(question: ConsentQuestion) -> OpenQuestion:
    name = line_of(question.client_name)
    return OpenQuestion(
        id=question.id,
        kind=QuestionKind.CONSENT,
        title=line_of(f"«{name}» asks for access" if name else "A program asks for access"),
        words=_WORDS,
        details=tuple(_details(question)),
        client=question.client_name,
        client_id=question.client_id,
        program="" if question.peer is None else question.peer.program,
        since_s=question.asked_at_s,
        until_s=question.expires_at_s,
        silence=_SILENCE,
        blocks="a browser that waits",
        group="consent",
        choices=_CHOICES,
        scopes=question.scopes,
        terms=question.terms,
        native=question,
    )


def _details(question: ConsentQuestion) -> Iterator[tuple[str, str]]:
    yield "The browser shows", question.words
    yield "Sent back to", question.redirect_uri
    if question.address:
        yield "Asks from", question.address
    if (peer := question.peer) is not None:
        user = f", user {peer.user}" if peer.user else ""
        yield "Seen as", f"{peer.program or 'unknown program'}, pid {peer.pid}{user}"
    yield "Let in before", "no" if question.is_first else "yes"
