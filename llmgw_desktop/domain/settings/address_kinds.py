"""Kinds of values that say where a door stands, who may call it, and what the vault has."""

import ipaddress
import re
from base64 import b64decode
from enum import StrEnum
from pathlib import PurePath
from urllib.parse import urlsplit

from llmgw_desktop.domain.net_address import names_this_computer, read_proxy
from llmgw_desktop.domain.routing.hops import NAME_LENGTH, hop_name
from llmgw_desktop.domain.setting import Kind, PlainText, Unfit
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryKind, EntryUnfit, address, looks_like_key, reference

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


@value(kw_only=False)
class ListeningHost(Kind):
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


PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
        *("127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"),
    )
)
"""Local networks, and those of VPNs; this computer itself."""


class PrivateHost(Kind):
    """One address of this computer in a private network; empty: none is chosen."""

    expected = (
        "an address of this computer in a local network or a VPN, such as 192.168.1.5 or 10.8.0.2"
    )

    def read(self, raw: object) -> str:
        if raw == "":
            return ""
        try:
            address = ipaddress.ip_address(raw if isinstance(raw, str) else "")
        except ValueError:
            raise Unfit(self.expected) from None
        if getattr(address, "scope_id", None) or not any(
            address in each for each in PRIVATE_NETWORKS
        ):
            raise Unfit(self.expected)
        return str(address)

    def read_text(self, text: str) -> str:
        return self.read(text.strip())


@value(kw_only=False)
class GatewayName(Kind):
    """A name that may stand in a header; empty for none."""

    expected = f"at most {NAME_LENGTH} letters, digits, dots, hyphens and underscores"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or (raw and hop_name(raw) != raw) or ":" in raw:
            raise Unfit(self.expected)
        return raw

    def read_text(self, text: str) -> str:
        return self.read(text.strip())


@value(kw_only=False)
class PublicUrl(Kind):
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


@value(kw_only=False)
class FeedAddress(Kind):
    """A file at another computer; empty for none."""

    expected = 'an address such as "https://example.com/llmgw/feed.json"'

    def read(self, raw: object) -> str:
        url = PlainText().read(raw)
        if not url:
            return ""
        scheme, _, rest = url.partition("://")
        host, slash, _ = rest.partition("/")
        if scheme not in _USUAL_PORTS or not slash or not is_origin(f"{scheme}://{host}"):
            raise Unfit(self.expected)
        if scheme == "http" and not names_this_computer(host):
            raise Unfit(f"{self.expected}; http:// leads no further than this computer")
        return url


@value(kw_only=False)
class PublicKey(Kind):
    """Of Ed25519; empty for none."""

    expected = "32 bytes in Base64, which are 44 characters"

    def read(self, raw: object) -> str:
        text = PlainText().read(raw)
        try:
            if text and len(b64decode(text, validate=True)) != 32:
                raise Unfit(self.expected)
        except ValueError:
            raise Unfit(self.expected) from None
        return text


def _has_good_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


_OTHER_DOORS = re.compile(
    r"/(v1|v1beta|openai|anthropic|gemini|responses|backend-api|health|metrics|oauth|"
    r"\.well-known)(/|$)"
)


@value(kw_only=False)
class CollectorUrl(Kind):
    """Where a program takes what is sent to it; may be empty."""

    expected = "an address as in http://127.0.0.1:4318, or nothing"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not raw.isprintable():
            raise Unfit(self.expected)
        try:
            parts = urlsplit(raw.strip())
            _ = parts.port
        except ValueError:
            raise Unfit(self.expected) from None
        if raw.strip() and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise Unfit(self.expected)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise Unfit(f"{self.expected}; a key stands in OTEL_EXPORTER_OTLP_HEADERS")
        return raw.strip()


@value(kw_only=False)
class DoorPath(Kind):
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


@value(kw_only=False)
class FilePath(Kind):
    """A file, looked at when it is used; empty for none."""

    expected = "an absolute path, or one that begins with ~/"

    def read(self, raw: object) -> str:
        path = PlainText().read(raw)
        if path and not (PurePath(path).is_absolute() or path.startswith("~/")):
            raise Unfit(self.expected)
        return path


class ProxyWord(StrEnum):
    """What may stand in the place of a proxy's address."""

    NONE = "none"
    ENVIRONMENT = "environment"


@value(kw_only=False)
class ProxyChoice(Kind):
    """A proxy's address without a sign-in, or a word. What stands there by mistake may hold a
    password, so it is not shown."""

    expected = (
        'an address such as "http://proxy.example.com:3128" or "socks5://127.0.0.1:1080", '
        '"environment" or "none"'
    )

    def read(self, raw: object) -> str:
        text = PlainText().read(raw)
        if not text or text in set(ProxyWord):
            return text
        try:
            proxy, sign_in = read_proxy(text)
        except ValueError as unfit:
            raise Unfit(f'{unfit}, "environment" or "none"') from None
        if sign_in:
            raise Unfit("an address without a name or password: proxy_vault names their entry")
        return str(proxy)


@value(kw_only=False)
class VaultReference(Kind):
    """`provider/name`. What stands there by mistake may be the key itself, so it is not shown."""

    expected = 'an entry of the vault, as in "openai/default"'

    def read(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise Unfit(self.expected)
        try:
            return "/".join(reference(raw.strip()))
        except EntryUnfit:
            raise Unfit(self.expected) from None


@value(kw_only=False)
class VaultAccount(Kind):
    """The provider under which files of a sign-in lie. As above it is not shown."""

    expected = 'what sign-in files of the vault stand under, as in "codex" or "codex.work"'

    def read(self, raw: object) -> str:
        name = raw.strip() if isinstance(raw, str) else ""
        if not name or looks_like_key(name):
            raise Unfit(self.expected)
        try:
            return address(EntryKind.FILE, name, "auth.json").provider
        except EntryUnfit:
            raise Unfit(self.expected) from None
