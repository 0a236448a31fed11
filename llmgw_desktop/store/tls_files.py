"""The door's certificate and its key: read, checked, and made ready for connections.

Everything that is wrong with them is one sentence, told at the start and not by a client's failure.
"""

import ipaddress
import os
import ssl
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.door import HttpSettings

if TYPE_CHECKING:
    from cryptography import x509

_ALPN = ["http/1.1"]
_PASSWORD_WANTED = "-"  # noqa: S105 - no password: what OpenSSL asks for stops the reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the first certificate of the file says."""

    names: tuple[str, ...]
    """Host names and addresses that it is for, in lower case."""
    begins_at_s: float
    ends_at_s: float


def server_context(http: HttpSettings) -> ssl.SSLContext | None:
    """None without a certificate. Raises ConfigError."""
    if not http.has_tls:
        return None
    certificate, key = _path(http.tls_certificate), _path(http.tls_key)
    _check_dates(certificate)
    _check_privacy(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(_ALPN)
    asked: list[str] = []

    def no_password() -> str:
        asked.append(_PASSWORD_WANTED)
        return ""

    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except (ssl.SSLError, OSError, ValueError) as error:
        if asked:
            _refuse("tls_key", f"{key} is sealed with a password; write it without one")
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            _refuse("tls_key", f"{key} is not the key of {certificate}")
        _refuse("tls_key", f"{key} holds no private key in PEM form that OpenSSL can read")
    return context


def certificate_of(http: HttpSettings) -> Certificate:
    """Raises ConfigError."""
    from cryptography import x509  # most gateways need none of it

    path = _path(http.tls_certificate)
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())[0]
        return Certificate(
            names=_names(found),
            begins_at_s=found.not_valid_before_utc.timestamp(),
            ends_at_s=found.not_valid_after_utc.timestamp(),
        )
    except OSError as error:
        _refuse("tls_certificate", f"{path} cannot be read: {error.strerror}")
    except ValueError:
        _refuse("tls_certificate", f"{path} holds no certificate in PEM form")


def base_url(http: HttpSettings, port: int) -> str:
    """Where programs on this computer find the gateway. Under a certificate the first of its
    names that leads here; a file that cannot be read is no reason to show nothing."""
    hosts = (_this_computer(http.host), "localhost", "127.0.0.1")
    host = hosts[0]
    if http.has_tls:
        try:
            names = certificate_of(http).names
        except ConfigError:
            names = ()
        host = next((each for each in hosts if each in names), host)
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if http.has_tls else 'http'}://{shown}:{port}"


def _this_computer(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared


def _path(told: str) -> Path:
    return Path(told).expanduser()


def _names(certificate: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*names, *(str(ipaddress.ip_address(str(each))) for each in addresses))


def _check_dates(path: Path) -> None:
    certificate = certificate_of(HttpSettings(tls_certificate=str(path)))
    now_s = datetime.now(UTC).timestamp()
    if certificate.ends_at_s <= now_s:
        _refuse("tls_certificate", f"{path} has expired on {_day(certificate.ends_at_s)}; renew it")
    if certificate.begins_at_s > now_s:
        day = _day(certificate.begins_at_s)
        _refuse("tls_certificate", f"{path} is not valid before {day}; look at the clock as well")


def _check_privacy(path: Path) -> None:
    """A group may read what another user owns: so system services are given their keys."""
    try:
        found = path.stat()
    except OSError as error:
        _refuse("tls_key", f"{path} cannot be read: {error.strerror}")
    if os.name != "posix":
        return
    mode = stat.S_IMODE(found.st_mode)
    too_open = 0o037 if found.st_uid != os.geteuid() else 0o077
    if mode & too_open:
        _refuse("tls_key", f"{path} can be read by other users (mode {mode:o}): chmod 600 {path}")


def _day(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _refuse(key: str, message: str) -> NoReturn:
    raise ConfigError(message, file="settings", key=f"http.{key}")
