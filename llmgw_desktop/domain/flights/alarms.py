"""What is worth an alarm while nobody looks, and whom it is told to."""

import re
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.net_address import STRAIGHT, ProviderWay
from llmgw_desktop.domain.values import value


class AlarmKind(StrEnum):
    """What happened; `[[notify]] events` names them so."""

    OTHER_MODEL = "other_model"
    """Another model answered than the account was asked for."""
    PRICE = "price"
    """An account costs twice or half of what it did, for the same tokens."""
    SPEED = "speed"
    """An account answers twice or half as fast as it did."""
    CACHE = "cache"
    """A client's prompts come from their vendor's cache no longer."""
    EMPTY = "empty"
    """Answers with nothing in them."""
    REFUSED = "refused"
    """An account refused several requests in a row."""
    BUDGET = "budget"
    """A client's budget is nearly or wholly used."""
    HELD = "held"
    """A request waits for a person."""
    PARKED = "parked"
    """A job waits until a limit of its vendor's is over."""


@value
class Alarm:
    """Of one account and one model, or of one client; told once, until it was over."""

    kind: AlarmKind
    flights: tuple[str, ...]
    """Ids of those that it is told from, oldest first."""
    since_s: float
    """When the first of them began."""
    account: str = ""
    """As `account_id` names it."""
    model: str = ""
    """As it was asked for."""
    found: str = ""
    """The model that answered, or the last refusal's words."""
    before: float | None = None
    """What was usual: dollars for a million tokens, or tokens a second."""
    now: float | None = None
    count: int = 0
    """How many answers were empty, or refusals came in a row."""


@value
class AlarmNote:
    """An alarm in words, as every target is told it."""

    kind: AlarmKind
    title: str
    text: str
    at_s: float
    flights: tuple[str, ...] = ()
    account: str = ""
    model: str = ""
    client: str = ""
    job: str = ""
    is_test: bool = False

    @property
    def filter(self) -> str:
        """What Flights is filtered by to show the flights behind it; empty where there are none."""
        return flights_filter(self.flights)


def flights_filter(flights: tuple[str, ...]) -> str:
    """`id:flt_…,flt_…`."""
    return f"id:{','.join(flights)}" if flights else ""


@value
class NotifyTarget:
    """One `[[notify]]` table: an address or a program."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()
    """Program and arguments; no shell reads them."""
    events: tuple[AlarmKind, ...] = tuple(AlarmKind)
    vault: str = ""
    """`provider/name` of the vault's entry that holds the secret to sign with."""
    local: bool = False
    """It may be on the person's own computer or network."""
    way: ProviderWay = field(default=STRAIGHT, repr=False)
    timeout_s: float = 10.0
    is_on: bool = True


_WORD = re.compile(r"[a-z]+|[0-9]+")
_BEHIND = re.compile(
    r"(?::latest|:free|:nitro|:floor|:online|:extended|:exacto|@[0-9a-z.-]+)$"
    r"|-v[0-9]+(?::[0-9]+)?$"
    r"|[-_](?:20[0-9]{6}|20[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}|0[0-9]{2,3}|1[0-2][0-9]{2})$"
)
"""What tells a variant of price or an edition by its date: the model is the same."""
_OF_PLACES = re.compile(r"^(?:(?:us|eu|apac|global)\.)?(?:anthropic|meta|amazon|mistral)\.")
_ANY = frozenset({"auto", "default", "router", "fusion", "best", "fast"})


def is_same_model(asked: str, served: str) -> bool:
    """Whether a vendor that was asked for the one may call what answered the other. An edition's
    date, the maker's name before a slash and the like make no difference; a name without a figure,
    or that ends in `latest`, is a family's, and each of it will do; `auto` asks for any."""
    wanted, got = _plain(asked), _plain(served)
    if not wanted or not got or wanted == got:
        return True
    words = _WORD.findall(wanted)
    if _ANY.intersection(words):
        return True
    is_family = "latest" in words or not any(each.isdigit() for each in words)
    return is_family and set(words) - {"latest"} <= set(_WORD.findall(got))


def _plain(name: str) -> str:
    plain = _OF_PLACES.sub("", name.strip().lower().rpartition("/")[2])
    while (shorter := _BEHIND.sub("", plain)) != plain:
        plain = shorter
    return plain.replace(".", "-").replace("_", "-")
