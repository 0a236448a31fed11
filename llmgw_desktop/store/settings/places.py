"""Where providers are, and what leads to them: addresses at which one may be, checked before
anything is sent there, and `provider`, `provider:model`, `provider/account:model`.

Where a name leads shows when it is looked up: that is checked by the pool of connections. Which
way leads there, through a proxy or not, stands here too.
"""

import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from llmgw_desktop.domain.net_address import (
    STRAIGHT,
    Address,
    ProviderWay,
    ProxyKind,
    TlsFiles,
    innermost,
    is_never_a_provider,
    read_proxy,
    way_of_environment,
)
from llmgw_desktop.domain.provider import (
    DEFAULT_ACCOUNT,
    KINDS,
    PRACTICE_PREFIX,
    Provider,
    ProviderKind,
)
from llmgw_desktop.domain.routing.route import RouteTarget
from llmgw_desktop.domain.setting import Setting, Unfit
from llmgw_desktop.domain.settings.address_kinds import (
    FilePath,
    ProxyChoice,
    ProxyWord,
    VaultReference,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.text import KeyPath, SettingsText
from llmgw_desktop.store.tls_files import client_problem

_NEVER_NAMES = frozenset(
    {
        "metadata",
        "metadata.goog",
        "metadata.google.internal",
        "metadata.azure.internal",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
_LOCAL_SUFFIXES = ("localhost", "local", "lan", "home", "internal", "intranet", "home.arpa")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


@value
class CheckedAddress:
    """An accepted base URL, without a slash at its end."""

    url: str
    host: str
    port: int
    is_encrypted: bool

    @property
    def is_this_computer(self) -> bool:
        address = _literal(self.host)
        if address is None:
            return self.host == "localhost" or self.host.endswith(".localhost")
        return address.is_loopback


def check_address(url: str, *, local: bool) -> CheckedAddress:
    """Raises Unfit with one clause that says what is wrong; it never repeats the URL."""
    if not url.isprintable() or " " in url:
        raise Unfit("expected an address without spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unfit("expected an address such as https://api.example.com/v1") from None
    _check_shape(parts)
    host = _plain_host(parts.hostname or "")
    _check_reach(host, local=local)
    encrypted = parts.scheme == "https"
    return CheckedAddress(
        url=_rebuilt(parts, host),
        host=host,
        port=port or (443 if encrypted else 80),
        is_encrypted=encrypted,
    )


def _check_shape(parts: SplitResult) -> None:
    if parts.scheme not in ("http", "https"):
        raise Unfit("expected an address that begins with http:// or https://")
    if "@" in parts.netloc:
        raise Unfit("no user name or password may stand in an address; use api_key_env")
    if parts.query or parts.fragment:
        raise Unfit("expected an address without ? and #")
    if not parts.hostname:
        raise Unfit("expected an address with a host name")


def _plain_host(host: str) -> str:
    """Lower case, without the root's dot; unusual letters as a look-up would spell them."""
    host = host.rstrip(".").lower()
    if ":" in host:
        return host
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise Unfit("the host name cannot be understood") from None
    if len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in plain.split(".")):
        raise Unfit("the host name cannot be understood")
    return plain


def _check_reach(host: str, *, local: bool) -> None:
    address = _literal(host)
    if host in _NEVER_NAMES or (address is not None and is_never_a_provider(address)):
        raise Unfit("this address is link-local, or belongs to a machine's own metadata service")
    if address is not None and (address.is_unspecified or address.is_multicast):
        raise Unfit("this is not the address of one server")
    if not local and not (_is_public_name(host) if address is None else address.is_global):
        raise Unfit(
            "this address is on your own computer or network; say so with local = true beside it"
        )


def _is_public_name(host: str) -> bool:
    return "." in host and not host.endswith(tuple(f".{suffix}" for suffix in _LOCAL_SUFFIXES))


def _literal(host: str) -> Address | None:
    """The address that this text is, in any spelling that a look-up would accept, or None."""
    try:
        if ":" in host:
            return innermost(ipaddress.IPv6Address(host))
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (ValueError, OSError):
        if ":" in host:
            raise Unfit("the host's address cannot be understood") from None
        return None


def _rebuilt(parts: SplitResult, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{shown}{port}{parts.path.rstrip('/')}"


WAY_KEYS: dict[str, Setting] = {
    "proxy": Setting(
        ProxyChoice(),
        "The proxy that leads to it, or `none`. Left out, the environment's HTTPS_PROXY, "
        "HTTP_PROXY, ALL_PROXY and NO_PROXY hold, but not where `local` is true; `environment` "
        "has them hold there as well.",
        since="0.2.0",
        label="Proxy",
    ),
    "proxy_vault": Setting(
        VaultReference(),
        "The entry of the vault that holds the proxy's sign-in, as name:password.",
        since="0.2.0",
    ),
    "ca_file": Setting(
        FilePath(),
        "Authorities, a PEM file, whose certificates are believed beside those that the system "
        "believes.",
        since="0.2.0",
    ),
    "client_cert": Setting(
        FilePath(), "The certificate to show to the provider, a PEM file.", since="0.2.0"
    ),
    "client_key": Setting(
        FilePath(),
        "The certificate's key, a PEM file that nobody else may read; left out where it stands in "
        "the certificate's file.",
        since="0.2.0",
    ),
}
"""How a provider is reached."""
_REFUSED = "requests to this provider are refused"


def read_way(
    text: SettingsText,
    path: KeyPath,
    where: CheckedAddress,
    env: Mapping[str, str],
    *,
    table: Mapping[str, object],
    local: bool,
) -> ProviderWay:
    """Of the table at `path`. What is wrong with its files is a warning: others can be asked
    meanwhile. Raises ConfigError."""
    values: dict[str, str] = {
        key: text.value((*path, key), each.kind, table[key])
        for key, each in WAY_KEYS.items()
        if key in table
    }
    way = _proxy_way(values.get("proxy", ""), where, env, local=local)
    if way.problem:
        text.warn((*path, "proxy"), f"{way.problem}; {_REFUSED}")
    entry = values.get("proxy_vault", "")
    if entry and (way.proxy is None or way.because):
        raise text.error(
            (*path, "proxy_vault"),
            "expected proxy = beside it, with an address: the sign-in is for that proxy alone",
        )
    names = ("ca_file", "client_cert", "client_key")
    tls = TlsFiles(**{key: values[key] for key in names if key in values})
    _check_files(text, path, tls, is_used=where.is_encrypted or _is_https(way))
    said = values.get("proxy", "")
    return replace(way, said=said, vault=entry, tls=tls) if values else way


def _proxy_way(
    said: str, where: CheckedAddress, env: Mapping[str, str], *, local: bool
) -> ProviderWay:
    if said not in ("", *ProxyWord):
        return ProviderWay(proxy=read_proxy(said)[0])
    told = way_of_environment(where.host, where.port, env, is_tls=where.is_encrypted)
    if said == ProxyWord.NONE:
        return _in_spite_of(told, 'proxy = "none"')
    return _in_spite_of(told, "local = true") if local and not said else told


def _in_spite_of(told: ProviderWay, why: str) -> ProviderWay:
    """Straight, and why where the environment says another thing."""
    return ProviderWay(because=why) if told.proxy is not None or told.problem else STRAIGHT


def _is_https(way: ProviderWay) -> bool:
    return way.proxy is not None and way.proxy.kind is ProxyKind.HTTPS


def _check_files(text: SettingsText, path: KeyPath, files: TlsFiles, *, is_used: bool) -> None:
    if files.client_key and not files.client_cert:
        raise text.error((*path, "client_key"), "expected client_cert beside it")
    if found := client_problem(files):
        key, problem = found
        text.warn((*path, key), f"{problem}; {_REFUSED}")
    for key in ("ca_file", "client_cert"):
        if getattr(files, key) and not is_used:
            text.warn((*path, key), "is not used: there are no certificates without https://")


PRACTICE = "practice"
LONGEST_NAME = 200


class KnownPlaces:
    """The providers and accounts of one settings file."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._own = [each.name for each in providers if each.kind is not ProviderKind.CLI]
        self._takes_any = any(
            not each.models and not KINDS[each.kind].by_name_only for each in providers
        )
        self._listed = {
            model
            for provider in providers
            if not KINDS[provider.kind].by_name_only
            for model in provider.models
        }

    def target(self, text: object) -> RouteTarget:
        """Raises Unfit, which says what is wrong with it."""
        if not isinstance(text, str) or not is_name(text):
            raise Unfit('expected a text such as "provider:model" or "provider/account:model"')
        place, colon, model = text.partition(":")
        provider, _, account = place.partition("/")
        if colon and not model:
            raise Unfit(f'expected a model behind the colon of "{text}"')
        if provider == PRACTICE:
            return self._practice(account, model)
        found = self._providers.get(provider)
        if found is None:
            raise Unfit(f'there is no provider "{provider}"{self._have(self._own)}')
        if account:
            self._check_account(found, account, text)
        return RouteTarget(provider=provider, account=account, model=model)

    def check_name(self, name: str) -> None:
        """Whether a model's name, as a program could ask for it, leads anywhere. Raises Unfit."""
        for mark in ("/", ":"):
            head, found, rest = name.partition(mark)
            if found and head in self._providers:
                if not rest:
                    raise Unfit(f'expected a model behind "{head}{mark}"')
                account, colon, model = rest.partition(":")
                names = [each.name for each in self._providers[head].accounts]
                if mark == "/" and colon and not model and account in names:
                    raise Unfit(f'expected a model behind "{name}"')
                return
        if name.startswith(PRACTICE_PREFIX) or name in self._listed or self._takes_any:
            return
        raise Unfit(
            f'"{name}" leads nowhere: it names no provider, and none lists it'
            f"{self._have(self._own)}"
        )

    def is_provider(self, name: str) -> bool:
        return name == PRACTICE or name in self._providers

    def _practice(self, account: str, model: str) -> RouteTarget:
        if account or not model:
            raise Unfit('expected one of its models behind practice, as in "practice:echo"')
        model = model if model.startswith(PRACTICE_PREFIX) else PRACTICE_PREFIX + model
        return RouteTarget(provider=PRACTICE, model=model)

    def _check_account(self, provider: Provider, account: str, text: str) -> None:
        names = [each.name for each in provider.accounts]
        if account in names:
            return
        if ":" not in text and names == [DEFAULT_ACCOUNT]:
            hint = f'; for a model write "{provider.name}:{account}"'
        else:
            hint = self._have(names)
        raise Unfit(f'provider "{provider.name}" has no account "{account[:80]}"{hint}')

    @staticmethod
    def _have(names: Sequence[str]) -> str:
        shown = ", ".join(names[:8])
        return f" (there are: {shown})" if shown else ""


def is_name(text: str) -> bool:
    return text.strip() == text and 0 < len(text) <= LONGEST_NAME and text.isprintable()
