"""What an address of a network stands for: a machine's metadata, one's own network, or the world.

IPv6 has many ways to wrap an address of IPv4. What counts is the one inside.
"""

import ipaddress

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
