"""What was done to the gateway itself, by whom, and what of it is written down."""

import hashlib
import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from llmgw_desktop.domain.canonical import canonical
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import looks_like_key

NO_DIGEST = "0" * 64
"""What the first entry names as the one before."""


class ActorDoor(StrEnum):
    """From where somebody acts."""

    WINDOW = "window"
    COMMAND = "command"
    """A command line on this computer."""
    DEVICE = "device"
    """A page in a browser, here or on a device that was paired; the name says which."""
    HTTP = "http"
    MCP = "mcp"
    CONSENT_PAGE = "consent_page"
    FILE = "file"
    """Somebody edited the settings file; who, nobody knows."""
    GATEWAY = "gateway"
    """Nobody: the gateway itself, by a rule (a grant that ran out)."""


@value
class Actor:
    """Who acts."""

    name: str
    """A person's or a client's; empty: not known."""
    door: ActorDoor
    client_id: str = ""
    address: str = ""
    """Of the other end, where it is not this computer."""


def elsewhere(address: str) -> str:
    """An address that is not this computer's; empty for one that is, and for none."""
    try:
        return "" if ipaddress.ip_address(address.partition("%")[0]).is_loopback else address
    except ValueError:
        return ""


BY_ITSELF = Actor(name="", door=ActorDoor.GATEWAY)
BY_HAND = Actor(name="", door=ActorDoor.FILE)


@value
class Act:
    """One administrative act, as it is about to be written down. Secrets are masked before."""

    verb: str
    """Subject and past participle: `key.made`, `settings.changed`, `vault.stored`."""
    subject: str
    """Whom or what it was done to, as screens name it."""
    before: Mapping[str, object] = field(default_factory=dict)
    """Only what changed; empty for what is new."""
    after: Mapping[str, object] = field(default_factory=dict)
    """Only what changed; empty for what is gone."""
    note: str = ""


@value
class AuditEntry:
    """One that is written down. `digest` is over all of it and over `previous`: a chain."""

    number: int
    """From 1, without gaps."""
    at_s: float
    """To the millisecond."""
    actor: Actor
    act: Act
    previous: str
    """Hex; of the first one 64 zeros."""
    digest: str


@value
class AuditSeal:
    """A signature over an entry's digest, and so over all entries up to it."""

    number: int
    digest: str
    signature: str
    public_key: str
    at_s: float


@value
class AuditQuery:
    """Which entries are meant; empty is any."""

    since_s: float | None = None
    who: str = ""
    """In the actor's name, its client's id or its address, in any case of letters."""
    what: str = ""
    """The beginning of a verb (`key`, `key.made`), or any text of the act."""
    below: int | None = None
    """Only entries with a smaller number: where the page before ended."""
    limit: int = 100


def body_of(entry: AuditEntry) -> bytes:
    """What is digested: all but the digest, in the one way in which it can be written. Raises
    ValueError for a value that has no such form."""
    return canonical(
        {
            "number": entry.number,
            "at_ms": round(entry.at_s * 1000),
            "actor": {**asdict(entry.actor), "door": str(entry.actor.door)},
            "act": {
                "verb": entry.act.verb,
                "subject": entry.act.subject,
                "before": dict(entry.act.before),
                "after": dict(entry.act.after),
                "note": entry.act.note,
            },
            "previous": entry.previous,
        }
    )


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def entry_of(body: bytes, digest: str) -> AuditEntry:
    """Raises ValueError, KeyError or TypeError for what is no entry."""
    told = json.loads(body)
    actor = told["actor"]
    return AuditEntry(
        number=int(told["number"]),
        at_s=told["at_ms"] / 1000,
        actor=Actor(**{**actor, "door": ActorDoor(actor["door"])}),
        act=Act(**told["act"]),
        previous=str(told["previous"]),
        digest=digest,
    )


def sealed_words(number: int, digest: str) -> bytes:
    """What a seal signs; it can be taken for nothing else that the gateway signs."""
    return canonical({"format": "llmgw-audit-seal/1", "number": number, "digest": digest})


_ACTOR: ContextVar[Actor | None] = ContextVar("actor", default=None)


@dataclass(slots=True)
class _Process:
    """What holds for the whole process."""

    actor: Actor = BY_ITSELF
    clean: Callable[[str], str] = str
    listeners: list[Callable[[], None]] = field(default_factory=list)


_process = _Process()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is done inside is this one's act."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)


def who_acts() -> Actor:
    return _ACTOR.get() or _process.actor


def act_as(actor: Actor) -> None:
    """Whose acts those are that no context covers; said once, when the process begins."""
    _process.actor = actor


def clean_with(clean: Callable[[str], str]) -> None:
    """What takes the secrets that this process knows out of a text."""
    _process.clean = clean


def cleaned(text: str) -> str:
    return _process.clean(text)


def hear_acts(listener: Callable[[], None]) -> Callable[[], None]:
    """`listener` is told from any thread, quickly, just before an act is committed; the answer
    ends it."""
    _process.listeners.append(listener)

    def end() -> None:
        if listener in _process.listeners:
            _process.listeners.remove(listener)

    return end


def are_acts_heard() -> bool:
    """Whether somebody in this process does soon after an act what has to follow it."""
    return bool(_process.listeners)


def tell_acted() -> None:
    for listener in tuple(_process.listeners):
        listener()


MASK = "[masked]"
OTHER = f"{MASK}, another than before"
LONGEST_VALUE = 500
LONGEST_TEXT = 300
MOST_VALUES = 60
MOST_BYTES = 16_000
"""Of what was before, and of what is after."""
_SHORT = 200
_DEEPEST = 4
_MOST_LOOKED_AT = 400
_SECRET_NAME = re.compile(
    r"(?:^|[._\-])(?:api_?key|keys?|secrets?|tokens?|passwords?|passphrase|passwd|bearer|"
    r"credentials?|authorization|cookie|private_key|client_secret|access_token|refresh_token)$",
    re.IGNORECASE,
)
_SECRET_PARTS = frozenset({"env", "headers", "environment", "extra_headers"})
"""Tables of which any value may be a secret, whatever its name."""
_CREDENTIAL_IN_URL = re.compile(r"(?<=://)[^/?#\s]{1,400}@")
"""To the last @ of the place: a password may hold one."""
_WORDS = r"(?:key|token|secret|passw(?:or)?d|passphrase|signature|sig|code|auth)"
_KEY_IN_URL = re.compile(rf"(?i)([?&#;][\w.%\-]{{0,60}}{_WORDS}(?:=|%3d))[^&\s#]+")
_KEY_FLAG = rf"--?[\w\-]{{0,60}}{_WORDS}"
_KEY_IN_ARGUMENT = re.compile(rf"(?i)((?<!\S){_KEY_FLAG}(?:=|\s+))\S+")
_IS_KEY_FLAG = re.compile(_KEY_FLAG, re.IGNORECASE)
"""Behind it stands a secret, in the next argument."""
_KEY_IN_HEADER = re.compile(r"(?i)(bearer\s+|authorization:\s*(?:\w+\s+)?)[^\s\"']+")


def masked_act(act: Act) -> Act:
    return replace(
        act,
        subject=_text(act.subject, LONGEST_TEXT),
        before=_bounded(_Masking().table(act.before)),
        after=_bounded(_Masking().table(act.after)),
        note=_text(act.note, LONGEST_TEXT),
    )


def masked_actor(actor: Actor) -> Actor:
    return replace(
        actor,
        name=_text(actor.name, 100),
        client_id=_text(actor.client_id, 200),
        address=_text(actor.address, 60),
    )


def is_secret_name(name: str) -> bool:
    """Of a value by its path: `clis.claude.env.TOKEN`."""
    parts = name.lower().split(".")
    return bool(_SECRET_NAME.search(name)) or any(part in _SECRET_PARTS for part in parts)


def masked_value(name: str, value: object) -> object:
    """With nothing in it that JSON cannot say without fractions."""
    return _Masking().value(name, value)


class _Masking:
    """One value or one table of them; so much is looked at and no more, whatever it is made of."""

    def __init__(self) -> None:
        self._left = _MOST_LOOKED_AT

    def value(self, name: str, value: object, depth: int = 0) -> object:
        self._left -= 1
        if isinstance(value, Mapping):
            inside = not is_secret_name(name) and self._may_go_into(depth)
            return self.table(value, f"{name}.", depth + 1) if inside else MASK
        if isinstance(value, list | tuple | set | frozenset):
            return self._list(name, value, depth)
        return _plain(name, value)

    def table(
        self, values: Mapping[str, object], path: str = "", depth: int = 0
    ) -> dict[str, object]:
        shown: dict[str, object] = {}
        for name in list(values)[:MOST_VALUES]:
            if self._left <= 0:
                break
            shown[_text(str(name), 200)] = self.value(f"{path}{name}", values[name], depth)
        if left := len(values) - len(shown):
            shown["…"] = f"{left} more"
        return shown

    def _list(self, name: str, value: Iterable[object], depth: int) -> object:
        if is_secret_name(name) or not self._may_go_into(depth):
            return MASK
        is_set = isinstance(value, set | frozenset)
        listed = sorted(value, key=str) if is_set else list(value)
        shown: list[object] = []
        for each in listed[:MOST_VALUES]:
            if self._left <= 0:
                break
            is_key = (
                bool(shown) and isinstance(shown[-1], str) and _IS_KEY_FLAG.fullmatch(shown[-1])
            )
            shown.append(MASK if is_key else self.value(name, each, depth + 1))
        return [*shown, "…"] if len(listed) > len(shown) else shown

    def _may_go_into(self, depth: int) -> bool:
        return depth < _DEEPEST and self._left > 0


def _plain(name: str, value: object) -> object:
    if value is None or isinstance(value, bool) or value == OTHER:
        return value
    is_number = isinstance(value, int) and abs(value) < 2**53
    if is_secret_name(name) and not (is_number and name.lower().endswith("tokens")):
        return MASK  # `max_tokens = 4096` counts, and is none
    return value if is_number else _text(str(value), LONGEST_VALUE)


def _bounded(values: dict[str, object]) -> dict[str, object]:
    """Values within values are many before each is long."""
    if len(json.dumps(values)) <= MOST_BYTES:
        return values
    return {name: _short(value) for name, value in values.items()}


def _short(value: object) -> object:
    words = json.dumps(value, ensure_ascii=False)
    return value if len(words) <= _SHORT else f"{words[:_SHORT]}…"


def _text(text: str, longest: int) -> str:
    """Storable (no halves of letters), clean, and cut at the end. What is cleaned is the whole
    text: a secret whose end is cut off looks like none."""
    whole = text[:100_000].encode("utf-8", "replace").decode()
    whole = _CREDENTIAL_IN_URL.sub(f"{MASK}@", cleaned(whole))
    for key in (_KEY_IN_URL, _KEY_IN_ARGUMENT, _KEY_IN_HEADER):
        whole = key.sub(rf"\1{MASK}", whole)
    words = re.split(r"(\s+)", whole)
    whole = "".join(MASK if looks_like_key(word.strip("'\",;()")) else word for word in words)
    return whole if len(whole) <= longest else f"{whole[:longest]}…"
