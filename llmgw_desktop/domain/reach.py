"""From where the gateway can be reached, as far as its settings tell."""

import ipaddress

from llmgw_desktop.domain.access_settings import TUNNEL_VARIABLE, AccessSettings
from llmgw_desktop.domain.settings import HttpSettings


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


def is_bound_elsewhere(http: HttpSettings) -> bool:
    """Other computers can connect to the port itself."""
    return not names_this_computer(http.host)


def ways_in(http: HttpSettings, access: AccessSettings) -> tuple[str, ...]:
    """The settings by which others than this computer can come in, by name and value; empty where
    nobody can."""
    ways = []
    if is_bound_elsewhere(http):
        ways.append(f"http.host is {http.host}")
    if http.public_url and not names_this_computer(http.public_url.partition("://")[2]):
        ways.append(f"http.public_url is {http.public_url}")
    if access.tunnel:
        ways.append(f"{TUNNEL_VARIABLE} is set")
    if http.tls_at_proxy:
        ways.append("http.tls_at_proxy is true")
    return tuple(ways)
