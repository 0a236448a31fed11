"""Certificates made for one test: for which names, since when, until when."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Pair:
    certificate: Path
    key: Path

    def toml(self) -> str:
        return f'tls_certificate = "{self.certificate}"\ntls_key = "{self.key}"\n'


def make_pair(
    folder: Path,
    *,
    names: Sequence[str] = ("127.0.0.1", "localhost"),
    days: tuple[float, float] = (-1, 30),
    password: bytes = b"",
    mode: int = 0o600,
) -> Pair:
    """Signed by itself; `days`: from and until, counted from now."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "llmgw test")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives = x509.SubjectAlternativeName([_name(each) for each in names])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(alternatives, critical=False)
        .sign(key, hashes.SHA256())
    )
    pair = Pair(folder / "door.pem", folder / "door.key")
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pair.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption(),
        )
    )
    pair.key.chmod(mode)
    return pair


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
