"""The sums of what was made, and a signature of them by the key that a release brings.

openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
"""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_NAME = "SHA256SUMS"
_MADE = (".deb", ".xz", ".gz", ".exe", ".dmg", ".cdx.json")


def write_sums(folder: Path, key: Path | None) -> Path:
    """As `sha256sum -c` reads them; `key` is a file with an Ed25519 key in PEM. Raises ValueError
    for another kind of key, OSError."""
    files = sorted(each for each in folder.iterdir() if each.name.endswith(_MADE))
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files]
    listed, signed = folder / _NAME, folder / f"{_NAME}.sig"
    listed.write_text("".join(lines))
    signed.unlink(missing_ok=True)
    if key is not None:
        signed.write_bytes(_signature(listed.read_bytes(), key))
    return listed


def _signature(text: bytes, key: Path) -> bytes:
    found = load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError(f"{key} holds no Ed25519 key")
    return found.sign(text)
