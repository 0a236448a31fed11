"""Secrets that people or programs know, kept so that whoever reads the file learns none: scrypt.

A tenth of a second and 32 MB each time: never on the loop (`engine/hashing.py`).
"""

import base64
import hashlib
import hmac
import os

_N, _R, _P = 2**15, 8, 1
_SALT_BYTES = 16
_HASH_BYTES = 32
_MOST_MEMORY = 64 * 1024 * 1024
LONGEST_SECRET = 1024
"""Characters; a longer one matches nothing."""


def hashed(secret: str) -> str:
    """`scrypt:N=…,r=…,p=…:salt:hash`."""
    salt = os.urandom(_SALT_BYTES)
    made = _scrypt(secret, salt, (_N, _R, _P))
    return f"scrypt:N={_N},r={_R},p={_P}:{_text(salt)}:{_text(made)}"


def matches(secret: str, kept: str) -> bool:
    """In constant time; False for what is no hash of ours."""
    if not secret or len(secret) > LONGEST_SECRET:
        return False
    try:
        name, costs, salt, made = kept.split(":")
        n, r, p = (int(part.partition("=")[2]) for part in costs.split(","))
        wanted = base64.urlsafe_b64decode(made)
        if name != "scrypt" or (n, r, p) != (_N, _R, _P) or len(wanted) != _HASH_BYTES:
            return False
        found = _scrypt(secret, base64.urlsafe_b64decode(salt), (n, r, p))
    except ValueError:
        return False
    return hmac.compare_digest(found, wanted)


def _scrypt(secret: str, salt: bytes, costs: tuple[int, int, int]) -> bytes:
    n, r, p = costs
    data = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
