"""What a person says of a vendor's CLI: whether its jobs wait until a limit is over, and until
when; and how far its runs are shut in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.provider import Account, CredentialKind, Provider, ProviderKind
from llmgw_desktop.domain.values import value


class LimitWish(StrEnum):
    """What becomes of a job that meets a limit of its vendor's."""

    OFF = "off"
    """It has failed."""
    ON = "on"
    """It waits, and goes on in its session when the limit is over."""
    ASK = "ask"
    """It waits, and goes on only when a person has said so."""


@value
class LimitWait:
    """Why a job is parked and until when. Wall clock."""

    since_s: float
    due_at_s: float
    """When it goes on, never before; where nobody said so, when a person may have it go on."""
    is_known: bool
    """The vendor told when its limit is over; else it is tried again then, and later again."""
    reason: str = ""
    """In the vendor's words."""
    asks: bool = False
    """Nobody has said yet that it may go on."""
    window: str = ""
    """Of which what is left is kept for the person, in words; empty: it is its vendor that
    refuses."""

    @property
    def in_words(self) -> str:
        """«goes on at 14:05», in the time of this computer; of another day with its date."""
        at = _moment(self.due_at_s)
        if self.window:
            kept = f"what is left of {self.window} is kept for the person"
            if not self.is_known:
                then = "say whether it may go on" if self.asks else f"it is looked at again at {at}"
                return f"{kept}; {then}"
            then = "say whether it may go on then" if self.asks else "it goes on then"
            return f"{kept} until {at}; {then}"
        if self.asks:
            return f"its vendor's limit lasts until {at}; say whether it may go on then"
        if self.is_known:
            return f"its vendor's limit lasts until {at}; it goes on then"
        return f"when its vendor's limit ends was not told; it is tried again at {at}"


def _moment(at_s: float) -> str:
    at = datetime.fromtimestamp(at_s).astimezone()
    is_today = at.date() == datetime.now().astimezone().date()
    return f"{at:%H:%M}" if is_today else f"{at:%d} {month_text(at)} {at:%H:%M}"


class Contain(StrEnum):
    """Whether runs are started so that they see no more than they need. The last is the
    strictest."""

    NEVER = "never"
    AUTO = "auto"
    """Where this computer can."""
    ALWAYS = "always"
    """Or not at all."""


class Network(StrEnum):
    """What a run reaches. The last is the strictest."""

    ON = "on"
    LOOPBACK = "loopback"
    """This gateway alone."""
    OFF = "off"
    """Nothing, this computer's own ports included."""


@value
class ContainSettings:
    """What one table of the settings says; None: nothing."""

    contain: Contain | None = None
    network: Network | None = None
    readable: tuple[str, ...] = ()
    """Further folders and files, absolute or with `~/`."""
    writable: tuple[str, ...] = ()


@value
class ContainWish:
    """What all tables together come to for one run."""

    contain: Contain = Contain.AUTO
    network: Network = Network.ON
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()

    @property
    def is_demanded(self) -> bool:
        """Nothing may be started that is not contained."""
        return self.contain is Contain.ALWAYS or self.network is not Network.ON


@value
class Contained:
    """How a run was started."""

    by: str = ""
    """What contains it; empty: nothing does."""
    network: Network = Network.ON
    why: str = ""
    """Nothing does: a sentence."""


def kept_settings(kept: Mapping[str, Any]) -> ContainSettings:
    """As they were written down, member by member. Raises ValueError for a word that there is
    not."""
    contain, network = kept.get("contain"), kept.get("network")
    return ContainSettings(
        contain=contain and Contain(contain),
        network=network and Network(network),
        readable=tuple(kept.get("readable", ())),
        writable=tuple(kept.get("writable", ())),
    )


def wish_of(tables: Iterable[ContainSettings]) -> ContainWish:
    """The strictest word that is said counts, and every folder."""
    said = list(tables)
    contain = [each.contain for each in said if each.contain is not None]
    network = [each.network for each in said if each.network is not None]
    return ContainWish(
        contain=max(contain, key=list(Contain).index, default=Contain.AUTO),
        network=max(network, key=list(Network).index, default=Network.ON),
        readable=tuple(path for each in said for path in each.readable),
        writable=tuple(path for each in said for path in each.writable),
    )


PROVIDER_SUFFIX = "-cli"
"""`claude-cli` is the program; `claude` may be the name of an account with its vendor."""
_OF_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
DEFAULT_MODELS = frozenset({"", "default", "latest"})
"""Names that leave the choice to the settings, and then to the CLI."""


@value
class CliSettings:
    """One `[clis.NAME]` table."""

    name: CliName
    command: str = ""
    """A name on PATH or an absolute path; empty: the CLI's own."""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to what a run sees."""
    default_model: str = ""
    """Where a request names none; empty: the CLI chooses."""
    models: tuple[str, ...] = ()
    """Shown in lists of models; others may be asked for as well."""
    max_running: int | None = None
    """Runs at once; None: as `[limits]` says."""
    enabled: bool = True
    containment: ContainSettings = field(default_factory=ContainSettings)
    limit_wait: LimitWish = LimitWish.OFF
    """What becomes of jobs that meet a limit of its vendor's and do not say so themselves."""
    snapshot: bool = True
    """Its runs get one of their folder first, where the settings say so."""
    vault: str = ""
    """The vault's provider of the files with which its runs are signed in, in a HOME of their
    own; empty: they have the person's."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What its variables hold that is a credential by the variable's name."""
        return tuple(text for name, text in self.env.items() if name.endswith(_OF_SECRETS))

    @property
    def provider(self) -> Provider:
        """Reached by name alone: a subscription answers nobody who did not ask for it."""
        return Provider(
            name=provider_of(self.name),
            kind=ProviderKind.CLI,
            accounts=(Account(credential=CredentialKind.SIGN_IN),),
            models=self.models or ("default",),
            enabled=self.enabled,
        )


def provider_of(name: CliName) -> str:
    return f"{name}{PROVIDER_SUFFIX}"


CLI_OF_PROVIDER = {provider_of(name): name for name in CliName}
ALL_CLIS = tuple(CliSettings(name=name) for name in CliName)
