"""The door's certificate and its key, and what is believed and shown on the way to a provider:
read, checked, and made ready for connections.

Everything that is wrong with them is one sentence, told at the start and not by a client's failure.
"""

import ipaddress
import ssl
import stat
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.net_address import TlsFiles
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.files import HAS_MODES, person

if TYPE_CHECKING:
    from cryptography import x509

_ALPN = ["http/1.1"]
_MOST_BYTES = 8 << 20
"""Of a file with authorities; a system's has a quarter of one."""
_PASSWORD_WANTED = "-"  # noqa: S105 - no password: what OpenSSL asks for stops the reading


@value
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
    if problem := _privacy_problem(key):
        _refuse("tls_key", problem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _demand_tls_1_2(context)
    context.set_alpn_protocols(_ALPN)
    if problem := _pair_problem(context, certificate, key):
        _refuse("tls_key", problem)
    return context


def _pair_problem(context: ssl.SSLContext, certificate: Path, key: Path) -> str:
    """What keeps `context` from having both; empty where it has them."""
    asked: list[str] = []

    def no_password() -> str:
        asked.append(_PASSWORD_WANTED)
        return ""

    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except (ssl.SSLError, OSError, ValueError) as error:
        if asked:
            return f"{key} is sealed with a password; write it without one"
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            return f"{key} is not the key of {certificate}"
        return f"{key} holds no private key in PEM form that OpenSSL can read"
    return ""


class UnfitTlsFile(OSError):
    """A file for the way to a provider; `key` is its setting, the text what is wrong with it."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """For connections to a provider: the system's authorities, and those of `files`. Certificates
    are always verified. Blocks for some ten milliseconds. Raises UnfitTlsFile."""
    context = ssl.create_default_context()
    _demand_tls_1_2(context)
    _load(context, files)
    return context


def _demand_tls_1_2(context: ssl.SSLContext) -> None:
    """Debian's Python leaves it to the system's settings, which a person may have loosened."""
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)


def client_state(files: TlsFiles) -> tuple[tuple[int, int] | None, ...]:
    """Another value once a file has changed."""
    return tuple(map(_state, (files.ca_file, files.client_cert, files.client_key)))


def client_problem(files: TlsFiles) -> tuple[str, str] | None:
    """The setting and what is wrong with its file; None where all is well. Blocks at first, and
    whenever one has changed."""
    return _problem(files, client_state(files))


@lru_cache(maxsize=64)
def _problem(files: TlsFiles, _: object) -> tuple[str, str] | None:
    try:
        _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), files)
    except UnfitTlsFile as unfit:
        return unfit.key, str(unfit)
    return None


def _state(told: str) -> tuple[int, int] | None:
    try:
        found = _path(told).stat() if told else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size)


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    if files.ca_file:
        path = _readable("ca_file", files.ca_file)
        try:
            context.load_verify_locations(path)
        except (ssl.SSLError, OSError, ValueError):
            raise UnfitTlsFile("ca_file", f"{path} holds no certificates in PEM form") from None
    if files.client_cert:
        certificate = _readable("client_cert", files.client_cert)
        which = "client_key" if files.client_key else "client_cert"
        key = _readable(which, files.client_key or files.client_cert)
        problem = _privacy_problem(key) or _pair_problem(context, certificate, key)
        if problem:
            raise UnfitTlsFile(which, problem)


def _readable(key: str, told: str) -> Path:
    path = _path(told)
    try:
        found = path.stat()
        is_fit = stat.S_ISREG(found.st_mode) and found.st_size <= _MOST_BYTES
        if is_fit:
            path.open("rb").close()
    except OSError as error:
        raise UnfitTlsFile(key, f"{path} cannot be read: {error.strerror}") from None
    if not is_fit:
        raise UnfitTlsFile(key, f"{path} is no file of at most {_MOST_BYTES >> 20} MB")
    return path


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


def _privacy_problem(path: Path) -> str:
    """A group may read what another user owns: so system services are given their keys."""
    try:
        found = path.stat()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if not HAS_MODES:
        return ""
    mode = stat.S_IMODE(found.st_mode)
    too_open = 0o037 if found.st_uid != person() else 0o077
    if mode & too_open:
        return f"{path} can be read by other users (mode {mode:o}): chmod 600 {path}"
    return ""


def _day(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _refuse(key: str, message: str) -> NoReturn:
    raise ConfigError(message, file="settings", key=f"http.{key}")
