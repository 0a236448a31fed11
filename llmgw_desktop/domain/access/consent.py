"""Programs that ask to be let in: the question as a person is asked it, with the answer; and by
OAuth, what they ask and what they are given.
"""

from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

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
    DEVICE = "device"
    """A page in a browser, or a paired device."""
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
        case ConsentWay.DEVICE:
            return Actor(name=answer.person, door=ActorDoor.DEVICE)
        case ConsentWay.PAGE:
            page = ActorDoor.CONSENT_PAGE
            return Actor(name=answer.person, door=page, address=elsewhere(address))
        case _:
            return BY_ITSELF


CODE_S = 60.0
"""A code is exchanged within this time, or never."""
LONGEST_GRANT_S = 30 * 86_400.0
"""Also of one that lasts until a program ends."""
LONGEST_NAME = 60

GRANTABLE_SCOPES = frozenset(Scope) - {Scope.ADMIN, Scope.OPERATIONS}
"""What a person may give a program that asks. Who could change clients and settings could let in
others."""
USUAL_SCOPES = frozenset({Scope.MCP, Scope.MODELS_LIST, Scope.MODELS_USE, Scope.JOBS_RUN})
"""What is asked where a program does not say what it wants; a person gives all or some of it."""


class ClientMade(StrEnum):
    """How we came to know a program."""

    STATIC = "static"
    """A person made it: `llmgw oauth client add`."""
    REGISTERED = "registered"
    """It registered itself (RFC 7591)."""
    DOCUMENT = "document"
    """Its id is the address of a document about it."""


class ClientProof(StrEnum):
    """How a program proves that it is the one; the words of `token_endpoint_auth_method`."""

    NONE = "none"
    """A public client: what is on many computers keeps no secret."""
    POST = "client_secret_post"
    BASIC = "client_secret_basic"


@value
class OauthClient:
    """A program that may ask."""

    id: str
    name: str
    """As it calls itself, or as a person called it; not made inert."""
    made: ClientMade
    redirect_uris: tuple[str, ...]
    """Where answers may go; of loopback ones (RFC 8252) the port is the program's choice."""
    scopes: frozenset[Scope] = GRANTABLE_SCOPES
    """It may ask for these at most."""
    proof: ClientProof = ClientProof.NONE
    secret_hash: str = ""
    """Of `store/access/oauth_clients.py`; empty for public clients."""
    made_at_s: float = 0.0
    revoked_at_s: float | None = None

    @property
    def is_public(self) -> bool:
        return self.proof is ClientProof.NONE


@value
class AuthorizeRequest:
    """What a browser brought to `/oauth/authorize`, checked: the client is known, the redirect is
    its own, every scope is one that it may ask for and a person may give."""

    client: OauthClient
    redirect_uri: str
    """As it came, with the port of now."""
    scopes: tuple[Scope, ...]
    """In the order of `Scope`."""
    state: str
    challenge: str
    """PKCE, S256."""
    resource: str
    """Which of our doors the tokens shall be for."""
    names_redirect: bool = True
    """Whether the address stood in the request; the exchange must name it then."""


@value
class TokenPair:
    """What an exchange gives; nobody can read either a second time."""

    access_token: str
    refresh_token: str
    expires_in_s: int
    scopes: frozenset[Scope]


def owner_of(client_id: str) -> str:
    """To whom jobs, sessions and flights of a client belong: no key's id and no reserved name
    looks like it."""
    return f"oauth:{client_id}"


def plain_name(name: str) -> str:
    """What a program calls itself, as the name of a client: printable letters alone, and few."""
    kept = "".join(letter for letter in name[:500] if letter.isprintable()).strip()
    return kept[:LONGEST_NAME].strip() or "a program without a name"


LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@value
class Redirect:
    """`uri` as it was registered or asked for, and what of it counts."""

    uri: str
    is_loopback: bool
    """A program on the browser's own computer, by plain HTTP; its port may be another each time."""
    port: int | None
    without_port: str
    """To be compared where the port may differ; the whole of it elsewhere."""


def read_redirect(uri: str) -> Redirect:
    """Never raises: what cannot be read leads nowhere on this computer."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return Redirect(uri=uri, is_loopback=False, port=None, without_port=uri)
    is_loopback = _leads_to_loopback(parts)
    if not is_loopback:
        return Redirect(uri=uri, is_loopback=False, port=port, without_port=uri)
    host = parts.hostname or ""
    bare = parts._replace(netloc=f"[{host}]" if ":" in host else host).geturl()
    return Redirect(uri=uri, is_loopback=True, port=port or 80, without_port=bare)


def _leads_to_loopback(parts: SplitResult) -> bool:
    is_plain = parts.scheme == "http" and parts.username is None and parts.password is None
    return is_plain and parts.hostname in LOOPBACK_HOSTS
