"""What an address of a network stands for: a machine's metadata, one's own network, or the world;
and the way to a provider: straight or through a proxy, whose certificates are believed there, and
with which one we show who we are.

IPv6 has many ways to wrap an address of IPv4. What counts is the one inside. Nothing is asked here:
addresses are read, and what the environment says of proxies.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from llmgw_desktop.domain.values import value

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",
        "fe80::/10",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fd00:ec2::254/128",
        "fd00:c1::a9fe:a9fe/128",
        "fd20:ce::254/128",
    )
)
"""Link-local addresses, and where clouds answer questions about the machine, credentials
included."""
_WRAPPING = tuple(
    ipaddress.IPv6Network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
)
"""NAT64 (two), and two older ways; the address of IPv4 is at the end."""
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network) for network in ("fec0::/10", "3fff::/20", "192.88.99.0/24")
)
"""Which Python takes for public: site-local addresses, those of documents, and relays that nobody
runs any more."""
_STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")
"""Where proxies on the person's computer put names that they look up themselves."""


def innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps, else the address itself."""
    if address.version == 4:
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    is_of_ipv6 = address.is_loopback or address.is_unspecified
    if not is_of_ipv6 and any(address in network for network in _WRAPPING):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_never_a_provider(address: Address) -> bool:
    """Nobody's model is there, and much that nobody should ask."""
    return any(address in network for network in _NEVER)


def is_own_network(address: Address) -> bool:
    """This computer, the network that it stands in, or no place of the public one."""
    if any(address in network for network in _NOT_PUBLIC):
        return True
    return (address.is_loopback or address.is_private) and address not in _STAND_INS


def names_this_computer(host: str) -> bool:
    """A host name or address, with a port or without."""
    name = host.lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class ProxyKind(StrEnum):
    """How a proxy is spoken with."""

    HTTP = "http"
    HTTPS = "https"
    """As above, inside TLS."""
    SOCKS5 = "socks5"


_SCHEMES = {
    "http": ProxyKind.HTTP,
    "https": ProxyKind.HTTPS,
    "socks5": ProxyKind.SOCKS5,
    "socks5h": ProxyKind.SOCKS5,  # names are always the proxy's to look up
}
_USUAL_PORTS = {ProxyKind.HTTP: 80, ProxyKind.HTTPS: 443, ProxyKind.SOCKS5: 1080}
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
LONGEST_HOST = 253


@value
class ProxyAddress:
    """Where a proxy is."""

    kind: ProxyKind
    host: str
    """Lower case; an address of IPv6 without its brackets."""
    port: int

    @property
    def place(self) -> str:
        """`proxy.example.com:3128`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        """Without the sign-in, which is never part of it."""
        return f"{self.kind}://{self.place}"


@value
class TlsFiles:
    """Files in PEM form, as the settings name them; empty for none."""

    ca_file: str = ""
    """Authorities that are believed beside the system's."""
    client_cert: str = ""
    client_key: str = ""
    """Empty: it stands in the certificate's file."""


NO_FILES = TlsFiles()


@value
class ProviderWay:
    """How one provider is reached."""

    proxy: ProxyAddress | None = None
    """None: straight."""
    said: str = ""
    """What the settings say of proxies: an address, `none` or `environment`."""
    because: str = ""
    """Which variable says so; for a way that is straight though a variable names a proxy, why."""
    sign_in: str = field(default="", repr=False)
    """`name:password` for the proxy; empty where it wants none, or where the vault has it."""
    vault: str = ""
    """`provider/name` of the vault's entry with the sign-in, where it is not here yet."""
    tls: TlsFiles = NO_FILES
    problem: str = ""
    """Not empty: the provider is not asked, for this reason."""

    @property
    def place(self) -> str:
        """The proxy's host and port; empty where there is none."""
        return "" if self.proxy is None else self.proxy.place

    @property
    def words(self) -> str:
        """«through http://proxy:3128 (HTTPS_PROXY)»; empty where there is nothing to tell."""
        if self.proxy is None:
            return f"straight ({self.because})" if self.because else ""
        return f"through {self.proxy}" + (f" ({self.because})" if self.because else "")

    def __hash__(self) -> int:
        """Most ways are the straight one, and each request looks for its connection by its way."""
        return hash((self.because, self.sign_in))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The sign-in, and its password alone."""
        password = self.sign_in.partition(":")[2]
        return (self.sign_in, password) if password else ()

    @property
    def wants_sign_in(self) -> bool:
        """It lies in the vault, and has not been read yet."""
        return bool(self.vault) and not self.sign_in


STRAIGHT = ProviderWay()


def read_proxy(text: str, *, usual: str = "") -> tuple[ProxyAddress, str]:
    """A proxy's address, with `name:password` where that stands in it.

    `usual` is the scheme of an address that has none. Raises ValueError with what was expected;
    the text, which may hold a password, is not repeated.
    """
    if usual and "://" not in text:
        text = f"{usual}://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    kind = _SCHEMES.get(parts.scheme)
    host = (parts.hostname or "").rstrip(".")
    if not text.isprintable() or kind is None or port == 0 or not _is_host(host):
        raise ValueError("an address such as http://proxy.example.com:3128 or socks5://[::1]:1080")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("an address without a path")
    address = ProxyAddress(kind=kind, host=host, port=port or _USUAL_PORTS[kind])
    literal = address_of(host)
    if literal is not None and is_never_a_provider(literal):
        raise ValueError("an address that is not link-local and no machine's metadata service")
    return address, _sign_in(parts.username, parts.password)


def _sign_in(name: str | None, password: str | None) -> str:
    """As it is said, not as an address spells it. Raises ValueError."""
    plain = unquote(name or "")
    if ":" in plain:
        raise ValueError("a name without a colon before the proxy's password")
    if not plain and not password:
        return ""
    return f"{plain}:{unquote(password or '')}"


def _is_host(host: str) -> bool:
    if ":" in host:
        return address_of(host) is not None
    return len(host) <= LONGEST_HOST and _HOST_NAME.fullmatch(host) is not None


def address_of(host: str) -> Address | None:
    """The address that a host is in figures; None for a name."""
    try:
        return innermost(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None


_SEPARATORS = re.compile(r"[,\s]+")
_WITH_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+):([0-9]{1,5})")


class NoProxy:
    """What `NO_PROXY` excepts: names with all that is below them, addresses, networks; each with a
    port where one is meant. `*` is everything."""

    def __init__(self, text: str) -> None:
        """What is none of these excepts nothing."""
        self._entries = [each for each in _SEPARATORS.split(text.lower()) if each]

    def covers(self, host: str, port: int) -> bool:
        """`host` in lower case. A name is not looked up: networks except only addresses."""
        return any(_covers(each, host.rstrip("."), port) for each in self._entries)


def _covers(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if found := _WITH_PORT.fullmatch(entry):
        entry = found[1]
        if int(found[2]) != port:
            return False
    address = address_of(host)
    if address is not None:
        return _covers_address(entry, address)
    name = entry.removeprefix("*").removeprefix(".").rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _covers_address(entry: str, address: Address) -> bool:
    if "/" not in entry:
        return address_of(entry) == address
    base, _, length = entry.partition("/")
    try:
        network = ipaddress.ip_network(f"{base.strip('[]')}/{length}", strict=False)
    except ValueError:
        return False
    return address in network


_FOR_ALL = ("all_proxy", "ALL_PROXY")
_VARIABLES = {
    True: ("https_proxy", "HTTPS_PROXY", *_FOR_ALL),
    False: ("http_proxy", "HTTP_PROXY", *_FOR_ALL),
}
"""By whether the provider is spoken with inside TLS; the first that is set holds."""


def way_of_environment(
    host: str, port: int, env: Mapping[str, str], *, is_tls: bool
) -> ProviderWay:
    """What the environment says of a server. A value that cannot be read leads nowhere: going
    straight could be just what must not be."""
    variable = _first_set(_VARIABLES[is_tls], env)
    if not variable:
        return STRAIGHT
    exceptions = _first_set(("no_proxy", "NO_PROXY"), env)
    if exceptions and NoProxy(env[exceptions]).covers(host, port):
        return ProviderWay(because=exceptions)
    try:
        proxy, sign_in = read_proxy(env[variable].strip(), usual="http")
    except ValueError as unfit:
        return ProviderWay(problem=f"the environment's {variable} names no proxy: expected {unfit}")
    return ProviderWay(proxy=proxy, because=variable, sign_in=sign_in)


def _first_set(variables: tuple[str, ...], env: Mapping[str, str]) -> str:
    return next((each for each in variables if env.get(each, "").strip()), "")
