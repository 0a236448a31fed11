"""A program asks to be let in, and a person answers: the question as it is put, and the answer."""

from enum import StrEnum

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import BY_ITSELF, Actor, ActorDoor, elsewhere
from llmgw_desktop.domain.values import value

ANSWER_WITHIN_S = 120.0
"""An unanswered question is refused then."""
MOST_WAITING = 3
"""Above it new ones are a list, no longer dialogs."""
MOST_A_MINUTE = 5
"""Above it those of one source are refused unasked."""


class ConsentTerm(StrEnum):
    """How long a grant lasts."""

    PROGRAM = "program"
    """Until the program ends that was seen asking."""
    EIGHT_HOURS = "8h"
    THIRTY_DAYS = "30d"


class ConsentWay(StrEnum):
    """How a question came to its answer."""

    DIALOG = "dialog"
    PAGE = "page"
    """The operator's password on the waiting page."""
    COMMAND = "command"
    REMEMBERED = "remembered"
    TIMEOUT = "timeout"
    FLOOD = "flood"
    NOBODY_TO_ASK = "nobody to ask"
    WITHDRAWN = "withdrawn"
    """The browser or the gateway went away."""


@value
class Peer:
    """The program at the other end of a loopback connection, as the system knows it."""

    pid: int
    program: str
    """Its path; empty where the system does not tell."""
    user: str = ""
    started_ticks: int = 0
    """With the pid: the same process, not one that got its number later."""


@value
class ConsentRequest:
    """A program wants to be let in, as the authorization server has checked it: the client is
    known, the redirect is its own, every scope is one of ours."""

    client_id: str
    client_name: str
    """As the program calls itself; not verified."""
    redirect_uri: str
    scopes: tuple[Scope, ...]
    resource: str
    address: str
    """Where the browser asks from."""
    is_local: bool
    """The browser runs on this computer, so that a loopback redirect leads to a program here."""
    port: int | None = None
    """Of the browser's own end of its connection; None where it is not known."""


@value
class ConsentQuestion:
    """What a person is shown. Everything that the program said itself is still as it said it:
    `app/questions/consent_words.py` makes it inert."""

    id: str
    words: str
    """Two words that the browser shows as well: `amber otter`."""
    client_id: str
    client_name: str
    """As the program calls itself; not verified."""
    redirect_uri: str
    scopes: tuple[Scope, ...]
    """Asked for, in the order of `Scope`."""
    asked_at_s: float
    expires_at_s: float
    peer: Peer | None = None
    """None: not on this computer, or not found."""
    address: str = ""
    """Where the browser asks from."""
    is_first: bool = True
    """This client was never let in before."""
    terms: tuple[ConsentTerm, ...] = (ConsentTerm.EIGHT_HOURS,)
    """Those that can be offered, the preset first."""


@value
class ConsentAnswer:
    """What came of a question. `scopes` are those of the question or fewer."""

    allowed: bool
    way: ConsentWay
    at_s: float
    scopes: tuple[Scope, ...] = ()
    term: ConsentTerm = ConsentTerm.EIGHT_HOURS
    person: str = ""
    """Who answered: the system's user, or the operator."""


@value
class ConsentOutcome:
    """What one browser gets that waited. Those that were folded into one question get one each,
    with the same question and answer."""

    question: ConsentQuestion
    answer: ConsentAnswer
    standing: "Grant | None" = None
    """With `ConsentWay.REMEMBERED`: the grant that was given before, and is meant again."""


@value
class ConsentDecision:
    """A question with its answer, as the log keeps it."""

    question: ConsentQuestion
    answer: ConsentAnswer


@value
class Grant:
    """What a client may since a person said so; its tokens live no longer than it."""

    id: str
    client_id: str
    client_name: str
    scopes: frozenset[Scope]
    resource: str
    """The audience: the address of the door that it is good for."""
    redirect_uri: str
    term: ConsentTerm
    person: str
    granted_at_s: float
    expires_at_s: float
    peer: Peer | None = None
    last_used_at_s: float | None = None
    revoked_at_s: float | None = None


def actor_of(answer: ConsentAnswer, address: str = "") -> Actor:
    """Who gave it, and from where; `address` is the browser's."""
    match answer.way:
        case ConsentWay.DIALOG:
            return Actor(name=answer.person, door=ActorDoor.WINDOW)
        case ConsentWay.COMMAND:
            return Actor(name=answer.person, door=ActorDoor.COMMAND)
        case ConsentWay.PAGE:
            page = ActorDoor.CONSENT_PAGE
            return Actor(name=answer.person, door=page, address=elsewhere(address))
        case _:
            return BY_ITSELF
