"""What the pocket page keeps: its authority with the door's certificate, and paired devices.

All of it lies in `data/pocket`, for this computer's person alone. Of a device's key the digest is
kept. Nothing of it goes into a backup: another computer is another door.
"""

import ipaddress
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.settings.address_kinds import PRIVATE_NETWORKS
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.private_files import keep_folder, read_own, write_whole

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

FOLDER = "pocket"
MOST_DEVICES = 32
_MOST_BYTES = 256 * 1024
_AUTHORITY, _DOOR, _DEVICES = "authority", "door", "devices.json"
_AUTHORITY_DAYS, _DOOR_DAYS, _RENEW_DAYS = 3650, 397, 30
_NO_NAME = "pocket.invalid"
"""The one name that the authority may vouch for: none that there is."""


@value
class PairedDevice:
    """`digest`: of its key, in hex."""

    id: str
    name: str
    digest: str
    paired_at_s: float
    expires_at_s: float


class DeviceStore:
    """Each change is on the disk before it holds. May be used from any thread; waits for the disk,
    but for `all`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FOLDER / _DEVICES
        self._devices: tuple[PairedDevice, ...] | None = None
        self._turn = threading.Lock()
        """One change at a time: none may bring back what another took away."""

    def all(self) -> tuple[PairedDevice, ...]:
        """Those that were paired and not revoked, in their order. Raises StoreUnavailable."""
        if self._devices is None:
            self._devices = self._read()
        return self._devices

    def add(self, name: str, held: str, at_s: float, until_s: float) -> PairedDevice:
        """`held`: its key. Raises StoreUnavailable."""
        device = PairedDevice(
            id=f"dev_{secrets.token_hex(6)}",
            name=name,
            digest=sha256(held.encode()).hexdigest(),
            paired_at_s=at_s,
            expires_at_s=until_s,
        )
        with self._turn:
            kept = [each for each in self.all() if each.expires_at_s > at_s]
            if len(kept) >= MOST_DEVICES:
                raise StoreUnavailable(f"{MOST_DEVICES} devices are paired; revoke one first.")
            self._write((*kept, device))
        return device

    def remove(self, device_id: str) -> PairedDevice | None:
        """None where it is not there any more. Raises StoreUnavailable."""
        with self._turn:
            found = next((each for each in self.all() if each.id == device_id), None)
            if found is not None:
                self._write(tuple(each for each in self.all() if each is not found))
        return found

    def _read(self) -> tuple[PairedDevice, ...]:
        try:
            told = json.loads(read_own(self._path, _MOST_BYTES))
            return tuple(PairedDevice(**each) for each in told["devices"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {error}.") from error

    def _write(self, devices: Sequence[PairedDevice]) -> None:
        told = {"devices": [asdict(each) for each in devices]}
        try:
            make_folder(self._path.parent)
            write_whole(self._path, json.dumps(told, indent=1).encode() + b"\n")
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be written: {error.strerror}.") from error
        self._devices = tuple(devices)


@value
class PocketDoor:
    """`fingerprint`: SHA-256 of the door's certificate, in hex, as browsers show it."""

    context: ssl.SSLContext
    fingerprint: str
    authority: Path
    """Its certificate: what a device may be told to believe."""


def make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_folder(folder)


def pocket_door(data_folder: Path, host: str, now: datetime | None = None) -> PocketDoor:
    """Authority and certificate are made where they are missing; the latter anew for another
    address, and before it ends. Waits for the disk. Raises StoreUnavailable."""
    folder, now = data_folder / FOLDER, now or datetime.now(UTC)
    try:
        make_folder(folder)
        authority = _Pair(folder, _AUTHORITY)
        door = _Pair(folder, _DOOR)
        if not authority.is_fit(now, lambda _: True):
            authority.make(_authority, now, None)
            door.forget()
        if not door.is_fit(now, lambda found: _is_of(found, host, authority)):
            door.make(lambda *made: _leaf(*made, host=host), now, authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(door.certificate_path, door.key_path)
        der = ssl.PEM_cert_to_DER_cert(door.certificate_path.read_text().split("\n\n")[0])
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise StoreUnavailable(f"The pocket page's certificate cannot be made: {error}") from error
    return PocketDoor(
        context=context,
        fingerprint=sha256(der).hexdigest(),
        authority=authority.certificate_path,
    )


_Made = Callable[
    ["x509.CertificateBuilder", "ec.EllipticCurvePrivateKey", "_Pair | None"],
    "x509.CertificateBuilder",
]


class _Pair:
    """A certificate and its key, as two files."""

    def __init__(self, folder: Path, name: str) -> None:
        self.certificate_path = folder / f"{name}.pem"
        self.key_path = folder / f"{name}.key"

    def read(self) -> "x509.Certificate":
        from cryptography import x509

        return x509.load_pem_x509_certificate(self.certificate_path.read_bytes())

    def key(self) -> "ec.EllipticCurvePrivateKey":
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key = load_pem_private_key(read_own(self.key_path, _MOST_BYTES), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{self.key_path} holds a key of another kind")  # noqa: TRY004
        return key

    def is_fit(self, now: datetime, fits: Callable[["x509.Certificate"], bool]) -> bool:
        try:
            found, key = self.read(), self.key()
        except (OSError, ValueError):
            return False
        is_own = found.public_key() == key.public_key()
        lasts = found.not_valid_after_utc - now > timedelta(days=_RENEW_DAYS)
        return is_own and lasts and found.not_valid_before_utc <= now and fits(found)

    def forget(self) -> None:
        self.certificate_path.unlink(missing_ok=True)

    def make(self, made: _Made, now: datetime, signer: "_Pair | None") -> None:
        """Signed by itself where there is no `signer`; else followed by the signer's."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        # whoever looks at it from outside learns nothing of whose it is
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
        days = _AUTHORITY_DAYS if signer is None else _DOOR_DAYS
        start = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name if signer is None else signer.read().subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=days))
        )
        signing = key if signer is None else signer.key()
        signed = made(start, key, signer).sign(signing, hashes.SHA256())
        pem = serialization.Encoding.PEM
        no_password = serialization.NoEncryption()
        write_whole(
            self.key_path, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
        )
        chain = signed.public_bytes(pem)
        if signer is not None:
            chain += b"\n" + signer.certificate_path.read_bytes()
        write_whole(self.certificate_path, chain)


def _authority(
    start: "x509.CertificateBuilder", key: "ec.EllipticCurvePrivateKey", _: "_Pair | None"
) -> "x509.CertificateBuilder":
    """It can vouch for addresses of private networks alone: a device that believes it is exposed
    to nobody else's pages."""
    from cryptography import x509

    networks = [x509.IPAddress(each) for each in PRIVATE_NETWORKS]
    permitted = [*networks, x509.DNSName(_NO_NAME)]
    return (
        start.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _leaf(
    start: "x509.CertificateBuilder",
    key: "ec.EllipticCurvePrivateKey",
    signer: "_Pair | None",
    *,
    host: str,
) -> "x509.CertificateBuilder":
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    assert signer is not None
    names = [x509.IPAddress(ipaddress.ip_address(host))]
    return (
        start.add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key().public_key()),
            critical=False,
        )
    )


def _usage(*, signs: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_of(found: "x509.Certificate", host: str, authority: _Pair) -> bool:
    from cryptography import x509

    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(each) for each in names.get_values_for_type(x509.IPAddress)}
    return found.issuer == authority.read().subject and addresses == {host}
