"""What a person says of a vendor's CLI, and how far its runs are shut in."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.provider import Account, CredentialKind, Provider, ProviderKind
from llmgw_desktop.domain.values import value


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
