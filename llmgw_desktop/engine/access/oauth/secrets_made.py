"""Codes, tokens and secrets: made at random, known again by their digests."""

import base64
import hmac
import re
import secrets
from hashlib import sha256

_BYTES = 32
ACCESS, REFRESH, CODE, SECRET = "llmgw-at-", "llmgw-rt-", "llmgw-ac-", "llmgw-cs-"
"""How each begins. All are known by `llmgw-` to what keeps our keys out of records, of addresses
and of requests to vendors."""
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def made(kind: str) -> str:
    return kind + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of it; as the authenticator reckons it of any key."""
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


def is_challenge(text: str) -> bool:
    """PKCE with S256 has one length."""
    return _CHALLENGE.fullmatch(text) is not None


def answers(verifier: str, challenge: str) -> bool:
    """RFC 7636, S256."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    found = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(found, challenge.encode())
