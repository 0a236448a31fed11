"""How a run is shut in on macOS: by Seatbelt, through `sandbox-exec`. Nobody has seen it run there
(docs/macos.md), so it is used only where the settings demand that a run is contained.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from typing_extensions import override

from llmgw_desktop.domain.jobs.cli_settings import Network
from llmgw_desktop.engine.containment.containment import Access, Containment, View, refused

PROGRAM = "/usr/bin/sandbox-exec"
_LOOK_AGAIN_S = 30.0
_RESERVED = (
    'Seatbelt contains runs only where the settings demand it (contain = "always"), since nobody'
    " has seen that at work yet."
)
_BASE = """\
(version 1)
(deny default)
(import "system.sb")
(allow process-fork process-exec)
(allow process-info* signal (target same-sandbox))
(allow sysctl-read ipc-posix-sem pseudo-tty)
(allow file-read* file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") \
(literal "/dev/ptmx") (regex #"^/dev/ttys[0-9]+$"))
(allow file-read* (literal "/") (literal "/dev/random") (literal "/dev/urandom"))
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo") \
(global-name "com.apple.system.opendirectoryd.membership"))
"""
"""`system.sb` is Apple's: what any program needs to start. The keychain's service, the pasteboard's
and the one that starts programs are not in it."""
_ONLINE = """\
(allow network-outbound (remote ip))
(allow network-inbound network-bind (local ip))
(allow network-outbound (literal "/private/var/run/mDNSResponder"))
(allow system-socket)
(allow mach-lookup (global-name "com.apple.SystemConfiguration.configd") \
(global-name "com.apple.dnssd.service") (global-name "com.apple.networkd") \
(global-name "com.apple.trustd.agent") (global-name "com.apple.trustd"))
"""
"""Names are looked up, and certificates believed, by services of the system."""


class Seatbelt(Containment):
    """`program`: the system's own, by its path, so that no `PATH` leads to another."""

    leads_within = False

    def __init__(self, program: str = PROGRAM) -> None:
        self._program = program
        self._problem, self._looked_at_s = "", -_LOOK_AGAIN_S

    @property
    @override
    def name(self) -> str:
        return "seatbelt"

    @override
    def problem(self) -> str:
        if time.monotonic() - self._looked_at_s >= _LOOK_AGAIN_S:
            self._problem = self._tried()
            self._looked_at_s = time.monotonic()
        return self._problem

    @override
    def reserve(self) -> str:
        return _RESERVED

    @override
    def advice(self) -> str:
        return ""

    @override
    def wrapped(
        self, argv: Sequence[str], view: View, cwd: Path, network: Network, *, port: int = 0
    ) -> list[str]:
        """It becomes `argv`, so there is one process less than elsewhere; `cwd` is the keeper's."""
        text, places = profile_of(view, network, port)
        named = (f"-D{name}={place}" for name, place in places.items())
        return [self._program, "-p", text, *named, *argv]

    def _tried(self) -> str:
        view = View()
        for each in ("/usr", "/bin", "/System"):
            view.give(Path(each), Access.READ)
        words = self.wrapped([os.path.realpath("/bin/sh"), "-c", ":"], view, Path("/"), Network.ON)
        return refused(words, "Seatbelt")


def profile_of(view: View, network: Network, port: int = 0) -> tuple[str, Mapping[str, str]]:
    """The profile, and what the names in it stand for: no path is part of its text, so none can say
    anything in it. The last rule that fits counts, so parents come first."""
    places: dict[str, str] = {}

    def named(place: Path) -> str:
        places[name := f"P{len(places)}"] = str(place)
        return f'(param "{name}")'

    lines = [_BASE, *_network_rules(network, port)]
    for place in sorted({*view.rules, *view.instead}, key=_depth):
        lines += _rules_of(named(place), view, place, network)
    ways = {*view.links, *(each for place in (*view.rules, *view.links) for each in place.parents)}
    lines += [  # seen to be there, and nothing in them
        f"(allow file-read-metadata (literal {named(place)}))" for place in sorted(ways, key=_depth)
    ]
    lines += [f"(allow file-read* (literal {named(link)}))" for link in sorted(view.links)]
    return "\n".join(lines) + "\n", places


def _depth(place: Path) -> tuple[int, str]:
    return len(place.parts), str(place)


def _rules_of(name: str, view: View, place: Path, network: Network) -> Iterator[str]:
    """Another folder cannot be shown in the place of one: what would be shown so is hidden."""
    access = Access.HIDDEN if place in view.instead else view.rules[place]
    below = f"(subpath {name})"
    sockets = "network-outbound network-bind"
    if access is Access.HIDDEN:
        yield f"(deny file-read* file-write* process-exec {sockets} {below})"
        yield f"(allow file-read-metadata (literal {name}))"
    elif access is Access.READ:
        yield f"(allow file-read* process-exec {below})"
        yield f"(deny file-write* {sockets} {below})"
    else:
        yield f"(allow file-read* file-write* process-exec {below})"
        if network is Network.ON:
            yield f"(allow {sockets} {below})"


def _network_rules(network: Network, port: int) -> Iterator[str]:
    """Without a network of its own a run that may reach us alone may reach our port alone."""
    if network is Network.ON:
        yield _ONLINE
    elif network is Network.LOOPBACK:
        yield f'(allow network-outbound (remote ip "localhost:{port:d}"))'
        yield "(allow system-socket)"
