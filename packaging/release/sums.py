"""The sums of what was made, and a signature of them by the key that a release brings.

openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
"""

import hashlib
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_NAME = "SHA256SUMS"
_MADE = (".deb", ".xz", ".gz", ".run", ".exe", ".dmg", ".cdx.json")


def signing_key(file: Path) -> Ed25519PrivateKey:
    """An Ed25519 key in PEM. Raises ValueError for what is none, OSError."""
    try:
        found = load_pem_private_key(file.read_bytes(), password=None)
    except TypeError:
        raise ValueError(f"{file} is locked by a passphrase: name a key without one") from None
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError(f"{file} holds no Ed25519 key in PEM")
    return found


def write_sums(folder: Path, key: Ed25519PrivateKey | None) -> Path:
    """As `sha256sum -c` reads them, and signed where there is a key."""
    files = sorted(each for each in folder.iterdir() if each.name.endswith(_MADE))
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files]
    listed, signed = folder / _NAME, folder / f"{_NAME}.sig"
    listed.write_text("".join(lines))
    signed.unlink(missing_ok=True)
    if key is not None:
        signed.write_bytes(key.sign(listed.read_bytes()))
    return listed
