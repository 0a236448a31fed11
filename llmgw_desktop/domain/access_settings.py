"""What the environment says of callers from elsewhere. None of it stands in the settings file:
what opens the door is no setting that a program may write."""

import re
from dataclasses import dataclass, field

BEARER_VARIABLE = "LLM_GATEWAY_AUTH_TOKEN"
TRUSTED_HEADER_VARIABLE = "LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER"
TUNNEL_VARIABLE = "LLM_GATEWAY_TUNNEL_PROVIDER"
OPEN_TO_ALL_VARIABLE = "LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE"
SHORTEST_BEARER = 32
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Held from the start on; a change of the environment needs another start."""

    bearer: str = field(default="", repr=False)
    """Whoever presents it is `gateway-bearer`, or whom the trusted header names. Empty: nobody."""
    trusted_header: str = ""
    """In lower case. Empty: no header names anybody."""
    tunnel: str = ""
    """Whose tunnel brings callers from elsewhere to this port, as the person called it."""
    is_open_to_all: bool = False
    """A person has said that programs nobody knows may ask to be let in from elsewhere."""


_NAME = re.compile(r"(?=.*[A-Za-z0-9])(?!(?:.*/)?\.{1,2}(?:/|$))[A-Za-z0-9._@:+=/-]{1,256}")
"""With a letter or digit in it, and no part that leads out of a folder."""
_NOBODY_S = re.compile(
    r"local|gateway[-_]bearer|(cli|oauth|proxied)[-_:].*|[a-z]{2,12}_[0-9a-f]{16,}|llmgw.*|"
    r"https?:.*|none|null|nil|n[./]a\.?|undefined|undef|unset|unknown|empty|default|false|"
    r"no[-_.]?(?:body|one|name|user)|anon(?:ymous)?|guest|public|unauthenticated|not[-_.]set",
    re.IGNORECASE,
)
"""What this gateway calls others, however it is written, and what proxies say for nobody."""


def is_person(name: str) -> bool:
    """Whether a trusted proxy may name somebody so."""
    return bool(_NAME.fullmatch(name)) and not _NOBODY_S.fullmatch(name)
