"""Where a browser runs, and where it may be led."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from llmgw_desktop.domain.redirect import LOOPBACK_HOSTS
from llmgw_desktop.engine.front.guard import is_of_a_proxy
from llmgw_desktop.engine.front.http_caller import HttpCaller

_UNSAFE_SCHEMES = frozenset({"", "javascript", "data", "vbscript", "file", "blob", "about"})


def is_local(caller: HttpCaller, issuer: str) -> bool:
    """Whether the browser runs on this computer, as far as can be told: behind a proxy or a tunnel
    all of them come from here."""
    if caller.peer is None or any(map(is_of_a_proxy, caller.headers)):
        return False
    named = urlsplit(f"//{caller.headers.get('host', '')}").hostname
    issued = urlsplit(issuer).hostname
    return _is_loopback(caller.peer[0]) and {named, issued} <= LOOPBACK_HOSTS


def may_lead_to(location: str) -> bool:
    """Not to what is no place but a program or a file in itself."""
    try:
        return urlsplit(location).scheme.lower() not in _UNSAFE_SCHEMES
    except ValueError:
        return False


def _is_loopback(address: str) -> bool:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip.is_loopback or (mapped is not None and mapped.is_loopback)
