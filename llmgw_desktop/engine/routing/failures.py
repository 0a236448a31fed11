"""What a failure means: may another candidate be tried, must this one rest, what can a person do.

TABLE is the whole truth; `docs/failover.md` shows it. Recognising which of its rows an answer
belongs to is left to `diagnosis.py`, keeping the rests to `health.py`.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.domain.values import value


class FailureKind(StrEnum):
    """The rows of the table."""

    REQUEST = "request"
    LOOP = "loop"
    UNTRANSLATED = "untranslated"
    MODEL_MISSING = "model-missing"
    KEY_MISSING = "key-missing"
    CREDENTIAL = "credential"
    SIGN_IN = "sign-in"
    NOT_INSTALLED = "not-installed"
    QUOTA = "quota"
    RATE_LIMIT = "rate-limit"
    OVERLOADED = "overloaded"
    REGION = "region"
    CHALLENGE = "challenge"
    OFFLINE = "offline"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CUT = "cut"
    GARBAGE = "garbage"
    SLOW = "slow"
    QUEUED = "queued"


class FailureScope(StrEnum):
    """What is left alone."""

    NONE = "nothing"
    MODEL = "this model of the account"
    ACCOUNT = "the account"
    ENDPOINT = "the provider"


@value
class FailureClass:
    """One row. Times in seconds."""

    when: str
    """How it is recognised, for the documents."""
    happened: str
    """What happened, for a person."""
    advice: str = ""
    """What to do."""
    others_may: bool = True
    """Another candidate may be tried."""
    again: bool = False
    """The same account may be asked once more within the request."""
    scope: FailureScope = FailureScope.NONE
    state: AccountState = AccountState.COOLING
    """Of the account while it is left alone."""
    passes: bool = False
    """Only after several in a row is anything left alone."""
    first_s: float | None = None
    """The first rest where the vendor names none; None: until a person has done something."""
    most_s: float = 0.0
    """Each further rest is twice as long, up to this. No vendor's word makes it longer."""
    is_dead: bool = False
    """A credential that answers nothing, whatever it is asked."""


_HOUR_S = 3600.0
_ASK_AGAIN = "Nothing is to be done: it is asked again by itself."
_NO_REST = 0.0
_harmless = partial(FailureClass, first_s=_NO_REST)
"""Says nothing of the account."""
_dead = partial(FailureClass, scope=FailureScope.ACCOUNT, is_dead=True)
_passing = partial(
    FailureClass, scope=FailureScope.ACCOUNT, passes=True, first_s=60.0, most_s=_HOUR_S / 2
)

TABLE: Mapping[FailureKind, FailureClass] = MappingProxyType(
    {
        FailureKind.REQUEST: _harmless(
            when="400, 413, 422 and every other status below 500 that no row below is for",
            happened="It refused the request",
            advice="Correct the request.",
            others_may=False,
        ),
        FailureKind.LOOP: _harmless(
            when="508: a gateway that it leads to has had this request before",
            happened="It leads back to a gateway that this request came through",
            advice="Correct its base_url, or that of the gateway behind it.",
            others_may=False,
        ),
        FailureKind.UNTRANSLATED: _harmless(
            when="the request cannot be written in the candidate's protocol",
            happened="The request cannot be told in its protocol",
            advice="Ask a provider that speaks the program's own protocol.",
        ),
        FailureKind.MODEL_MISSING: FailureClass(
            when="404 that names the model; 400 or 403 with a code or words that say so",
            happened="It does not have this model",
            advice="Correct the model's name in the request, the route or the provider's models.",
            scope=FailureScope.MODEL,
            first_s=12 * _HOUR_S,
            most_s=12 * _HOUR_S,
        ),
        FailureKind.KEY_MISSING: _dead(
            when="its key is not set, or the vault is locked; nothing was sent",
            happened="Its key is missing",
            advice="Give it a key, or unlock the vault.",
            state=AccountState.AUTH_REQUIRED,
            first_s=_NO_REST,
        ),
        FailureKind.CREDENTIAL: _dead(
            when="401, 403",
            happened="Its vendor refused the key",
            advice="Sign in anew, or give the account another key.",
            state=AccountState.AUTH_REQUIRED,
            first_s=None,
        ),
        FailureKind.SIGN_IN: _dead(
            when="a CLI that says that nobody is signed in, or that its key is refused",
            happened="Nobody is signed in with it",
            advice="Sign in with the CLI in a terminal; then it is asked again by itself.",
            state=AccountState.AUTH_REQUIRED,
            first_s=20.0,
            most_s=300.0,
        ),
        FailureKind.NOT_INSTALLED: _dead(
            when="a CLI whose program is not there or cannot be started",
            happened="Its program is not on this computer",
            advice="Install it, or name its place in its settings.",
            first_s=20.0,
            most_s=20.0,
        ),
        FailureKind.QUOTA: _dead(
            when="402; `insufficient_quota`, words about credit or billing, a daily limit, a "
            "subscription's window that is used up, with any status",
            happened="Its quota or credit is used up",
            advice="Add credit at the vendor, or wait until the quota begins anew.",
            state=AccountState.OVER_QUOTA,
            first_s=_HOUR_S / 2,
            most_s=12 * _HOUR_S,
        ),
        FailureKind.RATE_LIMIT: FailureClass(
            when="429",
            happened="It takes no more for a while",
            advice=_ASK_AGAIN,
            again=True,
            scope=FailureScope.MODEL,
            first_s=1.0,
            most_s=_HOUR_S / 2,
        ),
        FailureKind.OVERLOADED: _passing(
            when="408, 409, 425, 500 and above, 529, but not 508",
            happened="It failed or is overloaded",
            advice=_ASK_AGAIN,
            again=True,
        ),
        FailureKind.REGION: FailureClass(
            when="403 that speaks of the country or region, 451",
            happened="It does not serve the place from where it was asked",
            advice="Ask from another network, or use another provider.",
            scope=FailureScope.ENDPOINT,
            first_s=600.0,
            most_s=_HOUR_S / 2,
        ),
        FailureKind.CHALLENGE: FailureClass(
            when="403 with a page instead of JSON: a guard before the vendor",
            happened="A guard before the vendor turned it away",
            advice="Look whether a VPN or proxy is in the way; it is asked again by itself.",
            scope=FailureScope.ENDPOINT,
            first_s=10.0,
            most_s=_HOUR_S / 2,
        ),
        FailureKind.OFFLINE: _harmless(
            when="the name is unknown or the network cannot be reached",
            happened="It cannot be reached from here",
            advice="Look whether this computer is online.",
        ),
        FailureKind.REFUSED: _passing(
            when="no connection: refused, too slow, not to be trusted",
            happened="It could not be connected to",
            advice="Look whether it runs and its base_url is right; it is asked again by itself.",
            scope=FailureScope.ENDPOINT,
        ),
        FailureKind.TIMEOUT: _passing(
            when="connected, and silence for longer than `upstream.first_byte_timeout_s`",
            happened="It did not begin to answer in time",
            advice=_ASK_AGAIN,
        ),
        FailureKind.CUT: _passing(
            when="the connection broke before a word of the answer",
            happened="It broke the connection off",
            advice=_ASK_AGAIN,
            again=True,
        ),
        FailureKind.GARBAGE: _passing(
            when="HTML, half JSON, a redirect, no HTTP, 404 without a word about a model",
            happened="What it answered is not of its protocol",
            advice="Look whether its base_url leads to a model service of its kind.",
        ),
        FailureKind.QUEUED: _harmless(
            when="a local server's queue (`at_once`) is full, or no turn came within 10 minutes",
            happened="Too many requests wait for it",
            advice="Nothing is to be done: it is asked when it is free.",
        ),
        FailureKind.SLOW: _passing(
            when="fewer characters than `failover.slow_chars_per_s` while the beginning is watched",
            happened="It answered too slowly",
            advice=_ASK_AGAIN,
            scope=FailureScope.MODEL,
        ),
    }
)

_NOT_ASKED = frozenset(
    {
        FailureKind.KEY_MISSING,
        FailureKind.NOT_INSTALLED,
        FailureKind.QUEUED,
        FailureKind.REFUSED,
        FailureKind.UNTRANSLATED,
    }
)
LEAST_TOLD_S = 1.0
"""A Retry-After of nothing, or of a date that is past, is a rest all the same."""


@value
class Failure:
    """One outcome that is no answer."""

    kind: FailureKind
    status: int | None = None
    words: str = ""
    """The vendor's own, or our error's; may hold what must not be shown uncleaned."""
    told_s: float | None = None
    """The pause that the vendor asked for, as it said it."""
    is_of_account: bool = False
    """The vendor's limit is one of the whole account, whatever the row says."""

    @property
    def row(self) -> FailureClass:
        return TABLE[self.kind]

    @property
    def scope(self) -> FailureScope:
        return FailureScope.ACCOUNT if self.is_of_account else self.row.scope

    @property
    def costs_nothing(self) -> bool:
        """Nothing was generated: it was not asked, or answered with an error status and no more."""
        return self.kind in _NOT_ASKED or (self.status is not None and self.status >= 400)

    @property
    def outcome(self) -> str:
        """What happened, with the vendor's words where it said any."""
        status = f" ({self.status})" if self.status is not None else ""
        said = f": {self.words}" if self.words else ""
        told = f"{self.row.happened}{status}{said}"
        return told if told.endswith((".", "!", "?", "…")) else f"{told}."


def cooldown_s(failure: Failure, trips: int, settings: FailoverSettings) -> float | None:
    """How long to leave alone what has failed `trips` times before; None: until a person acts."""
    row = failure.row
    if row.first_s is None:
        return None
    first, most = row.first_s, row.most_s
    if failure.kind is not FailureKind.QUOTA and failure.kind is not FailureKind.MODEL_MISSING:
        most = min(most, settings.longest_rest_s) if most else most
    if row.passes:
        first = settings.rest_s
        most = max(most, first)
    if failure.told_s is not None and most:
        return min(max(failure.told_s, LEAST_TOLD_S), max(most, LEAST_TOLD_S))
    return min(first * 2.0 ** min(trips, 32), most)
