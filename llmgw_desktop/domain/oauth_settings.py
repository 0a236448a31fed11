"""How programs may be let in by OAuth, as a person has set it."""

from dataclasses import dataclass
from enum import StrEnum


class RegistrationPolicy(StrEnum):
    """Who may make a program known by `POST /oauth/register`."""

    STATIC_CLIENTS = "static_clients"
    """Nobody: a person makes them with `llmgw oauth client add`."""
    SHARED_SECRET = "shared_secret"  # noqa: S105 - a word of the settings
    """Who knows the secret of `llmgw oauth shared-secret set`."""
    OPEN_DEV = "open_dev"
    """Everybody who reaches the port. Needs LLM_GATEWAY_OAUTH_OPEN_DEV=1 besides."""
    THIS_COMPUTER = "this_computer"
    """Programs of this computer, to be sent back to this computer alone."""


_WITHOUT_SECRET = frozenset({RegistrationPolicy.OPEN_DEV, RegistrationPolicy.THIS_COMPUTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthSettings:
    """`[http.oauth]`. That a person is asked and PKCE is used is no choice; the two names stand
    here because other gateways let them be switched off."""

    enabled: bool = True
    registration_policy: RegistrationPolicy = RegistrationPolicy.THIS_COMPUTER
    """Left out it is STATIC_CLIENTS where others can reach the gateway."""
    allow_public_clients: bool = True
    """Left out it is true on this computer alone, and false where others can reach the gateway."""
    allow_client_documents: bool = True
    """Programs whose id is the address of a document about them, which the gateway then reads."""
    token_ttl_seconds: int = 3600
    require_pkce: bool = True
    allow_plain_pkce: bool = False
    require_consent: bool = True

    @property
    def is_open(self) -> bool:
        """Programs that nobody here has made known can ask to be let in."""
        return self.enabled and (self.takes_strangers or self.takes_documents)

    @property
    def takes_strangers(self) -> bool:
        """Programs register with no secret."""
        return self.registration_policy in _WITHOUT_SECRET

    @property
    def takes_documents(self) -> bool:
        """They are public clients."""
        return self.enabled and self.allow_client_documents and self.allow_public_clients

    @property
    def asks_for_documents(self) -> bool:
        """Clients that could do both take a document before they register, and then the gateway
        must reach the open internet. Where they can register, nothing on this computer needs it."""
        is_local = self.registration_policy is RegistrationPolicy.THIS_COMPUTER
        return self.takes_documents and not is_local
