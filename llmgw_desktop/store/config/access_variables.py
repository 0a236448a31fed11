"""What the environment says of callers from elsewhere, checked."""

import re
from collections.abc import Mapping

from llmgw_desktop.domain.access_settings import (
    BEARER_VARIABLE,
    OPEN_TO_ALL_VARIABLE,
    SHORTEST_BEARER,
    TRUSTED_HEADER_VARIABLE,
    TUNNEL_VARIABLE,
    AccessSettings,
)
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.store.config.values import Unfit, YesNo

_BEARER = re.compile(rf"[\x21-\x7e]{{{SHORTEST_BEARER},4096}}")
_HEADER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TAKEN = re.compile(
    r"authorization|proxy-.*|x-api-key|x-goog-api-key|host|origin|referer|cookie|user-agent|"
    r"content-.*|accept.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|via|"
    r"forwarded|x-forwarded-(for|host|proto|port)|sec-.*|mcp-.*|x-project|x-llmgw-.*|anthropic-.*"
)


def read_access(env: Mapping[str, str]) -> AccessSettings:
    """Raises ConfigError; a secret is never repeated in it."""
    bearer = env.get(BEARER_VARIABLE, "").strip()
    header = env.get(TRUSTED_HEADER_VARIABLE, "").strip().lower()
    if bearer and not _BEARER.fullmatch(bearer):
        raise _error(
            BEARER_VARIABLE,
            f"expected at least {SHORTEST_BEARER} letters, digits and signs without a space;"
            " make one with: openssl rand -base64 36",
        )
    if header and (not _HEADER.fullmatch(header) or _TAKEN.fullmatch(header)):
        raise _error(
            TRUSTED_HEADER_VARIABLE,
            "expected the name of a header that your proxy alone sets, such as X-Gateway-User",
        )
    if header and not bearer:
        raise _error(
            TRUSTED_HEADER_VARIABLE,
            "the header is believed only where the proxy proves itself: set"
            f" {BEARER_VARIABLE} too, and have the proxy send it as Authorization: Bearer",
        )
    return AccessSettings(
        bearer=bearer,
        trusted_header=header,
        tunnel=env.get(TUNNEL_VARIABLE, "").strip()[:60],
        is_open_to_all=_yes(env, OPEN_TO_ALL_VARIABLE),
    )


def _yes(env: Mapping[str, str], variable: str) -> bool:
    said = env.get(variable, "").strip()
    try:
        return bool(said) and YesNo().read_text(said)
    except Unfit as unfit:
        raise _error(variable, f"expected {unfit}") from None


def _error(variable: str, message: str) -> ConfigError:
    return ConfigError(message, file="environment", key=variable)
