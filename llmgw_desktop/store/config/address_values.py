"""Values that say where a door stands and by which names it is called."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from llmgw_desktop.domain.hops import NAME_LENGTH, hop_name
from llmgw_desktop.domain.reach import names_this_computer
from llmgw_desktop.store.config.values import Unfit

_USUAL_PORTS = {"http": 80, "https": 443}

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def is_host(text: str) -> bool:
    """A Host header's value; no pattern, no address with a path."""
    return _HOST.fullmatch(text) is not None


def is_origin(text: str) -> bool:
    """An Origin header's value; never `null` and no pattern."""
    scheme, _, rest = text.partition("://")
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or not is_host(rest):
        return False
    try:
        return urlsplit(text).hostname is not None
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ListeningHost:
    """An address of this computer, or all of them."""

    expected = (
        "an address of this computer such as 127.0.0.1 or ::1, localhost, or 0.0.0.0 or :: for all"
    )

    def read(self, raw: object) -> str:
        if raw == "localhost":
            return "localhost"
        try:
            address = ipaddress.ip_address(raw if isinstance(raw, str) else "")
        except ValueError:
            raise Unfit(self.expected) from None
        if address.is_multicast or getattr(address, "scope_id", None):
            raise Unfit(self.expected)
        return str(address)

    def read_text(self, text: str) -> str:
        return self.read(text.strip())


@dataclass(frozen=True, slots=True)
class GatewayName:
    """A name that may stand in a header; empty for none."""

    expected = f"at most {NAME_LENGTH} letters, digits, dots, hyphens and underscores"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or (raw and hop_name(raw) != raw):
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> str:
        return self.read(text.strip())


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """An address of this gateway as others know it; empty for none."""

    expected = 'an address such as "https://gateway.example.com", without a path'

    def read(self, raw: object) -> str:
        url = raw.strip().removesuffix("/").lower() if isinstance(raw, str) else "?"
        if not url:
            return ""
        scheme, _, host = url.partition("://")
        if scheme not in _USUAL_PORTS or not is_origin(url) or not _has_good_port(url):
            raise Unfit(self.expected)
        if scheme == "http" and not names_this_computer(host):
            raise Unfit(f"{self.expected}; http:// leads no further than this computer")
        return url.removesuffix(f":{_USUAL_PORTS[scheme]}")

    def read_text(self, text: str) -> str:
        return self.read(text)


def _has_good_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


_OTHER_DOORS = re.compile(
    r"/(v1|v1beta|openai|anthropic|gemini|responses|backend-api|health|metrics|oauth|"
    r"\.well-known)(/|$)"
)


@dataclass(frozen=True, slots=True)
class DoorPath:
    """Where a door stands that may be moved."""

    expected = 'a path such as "/mcp", of letters, digits and -_.~, that no other door has'

    def read(self, raw: object) -> str:
        path = raw.rstrip("/") if isinstance(raw, str) else ""
        if not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){1,8}", path):
            raise Unfit(self.expected)
        if _OTHER_DOORS.match(path):
            raise Unfit(self.expected)
        return path

    def read_text(self, text: str) -> str:
        return self.read(text.strip())
