"""How far a run is shut in: what settings want, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainSettings:
    """What one table of the settings says; None: nothing."""

    contain: Contain | None = None
    network: Network | None = None
    readable: tuple[str, ...] = ()
    """Further folders and files, absolute or with `~/`."""
    writable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """How a run was started."""

    by: str = ""
    """What contains it; empty: nothing does."""
    network: Network = Network.ON
    why: str = ""
    """Nothing does: a sentence."""


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
