"""How long a client waits for its answer, where it says so."""

import math
from collections.abc import Mapping

_LEAST_S, _MOST_S = 0.001, 86400.0
_IN_SECONDS = ("x-stainless-timeout", "x-stainless-read-timeout", "x-server-timeout")
"""OpenAI's and Anthropic's SDKs; Google's."""
_GRPC_UNITS_S = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def client_patience_s(headers: Mapping[str, str]) -> float | None:
    """The shortest time that it names; None where it names none, or nonsense."""
    found = [_seconds(headers.get(name, "")) for name in _IN_SECONDS]
    found.append(_grpc(headers.get("grpc-timeout", "")))
    return min((each for each in found if each is not None), default=None)


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and _LEAST_S <= seconds <= _MOST_S else None


def _grpc(text: str) -> float | None:
    """`30S`, `500m`: up to eight digits and a unit."""
    number, unit = text[:-1], text[-1:]
    if unit not in _GRPC_UNITS_S or not (number.isascii() and number.isdigit()) or len(number) > 8:
        return None
    return _seconds(str(int(number) * _GRPC_UNITS_S[unit]))
