"""Programs that may ask to be let in, as a person makes them known. A secret is shown once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.oauth import (
    GRANTABLE_SCOPES,
    USUAL_SCOPES,
    ClientMade,
    ClientProof,
    OauthClient,
)
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.vault import looks_like_key
from llmgw_desktop.engine.consents.operator_password import SHORTEST
from llmgw_desktop.engine.oauth.redirects import is_fit
from llmgw_desktop.engine.oauth.secrets_made import SECRET, made
from llmgw_desktop.store.oauth_client_store import (
    CONSENT_PASSWORD,
    REGISTRATION_SECRET,
    OauthClientStore,
)
from llmgw_desktop.store.secret_hash import LONGEST_SECRET, hashed

SHORTEST_SECRET = 16
"""Characters of a secret that a person chooses and programs send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`secret` for its only showing; empty for a public client."""

    client: OauthClient
    secret: str


class OauthClients:
    """The operator's side. Waits for the disk; everything raises StoreError."""

    def __init__(self, store: OauthClientStore, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def add(
        self, name: str, redirects: Sequence[str], scopes: Sequence[Scope], *, is_public: bool
    ) -> Shown:
        """Raises ValueError with one sentence for what cannot be one."""
        name = self._checked_name(name)
        if not redirects or not all(is_fit(each) for each in redirects):
            raise ValueError(
                "Each --redirect-uri is https, or http to 127.0.0.1, [::1] or localhost, without"
                " user name and fragment; at least one is needed."
            )
        if beyond := set(scopes) - GRANTABLE_SCOPES:
            raise ValueError(f"No program is given the scope '{min(beyond)}' by a person's answer.")
        client = OauthClient(
            id=self._ids.new("oac"),
            name=name,
            made=ClientMade.STATIC,
            redirect_uris=tuple(dict.fromkeys(redirects)),
            scopes=frozenset(scopes) or USUAL_SCOPES,
            proof=ClientProof.NONE if is_public else ClientProof.BASIC,
            made_at_s=self._clock.now_s(),
        )
        secret = "" if is_public else made(SECRET)
        client = replace(client, secret_hash=hashed(secret) if secret else "")
        self._store.add(client)
        return Shown(client=client, secret=secret)

    def all(self) -> Sequence[OauthClient]:
        return self._store.all()

    def rotate(self, name: str) -> Shown | None:
        """Another secret; the old one is worth nothing from now on. None where no client of this
        name or id is there; ValueError for one without a secret."""
        client = self._active(name)
        if client is None:
            return None
        if client.is_public:
            raise ValueError(f"{client.name} is a public client and has no secret.")
        secret = made(SECRET)
        if not self._store.set_secret_of(client.id, hashed(secret)):
            return None
        return Shown(client=client, secret=secret)

    def revoke(self, name: str) -> str:
        """It and all that it was given; its name, or empty where there is none. Of a program that
        is known by a document, the document's address is its id."""
        client = self._active(name)
        client_id = name if client is None else client.id
        if not self._store.revoke(client_id, self._clock.now_s()):
            return ""
        return name if client is None else client.name

    def set_shared_secret(self, secret: str) -> None:
        """What programs must know to register. Raises ValueError."""
        if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET or not secret.isprintable():
            raise ValueError(
                f"The secret has {SHORTEST_SECRET} to {LONGEST_SECRET} printable characters."
            )
        self._store.set_secret(REGISTRATION_SECRET, hashed(secret), self._clock.now_s())

    def set_consent_password(self, password: str) -> None:
        """By which the operator lets programs in on the page. Raises ValueError."""
        if not SHORTEST <= len(password) <= LONGEST_SECRET or not password.isprintable():
            raise ValueError(
                f"The password has {SHORTEST} to {LONGEST_SECRET} printable characters."
            )
        self._store.set_secret(CONSENT_PASSWORD, hashed(password), self._clock.now_s())

    def clear_consent_password(self) -> None:
        self._store.set_secret(CONSENT_PASSWORD, "", self._clock.now_s())

    def _active(self, name: str) -> OauthClient | None:
        active = [each for each in self._store.all() if each.revoked_at_s is None]
        by_id = next((each for each in active if each.id == name), None)
        if by_id is not None:
            return by_id
        # a program that registered itself chose its name: only a person's names count
        static = (each for each in active if each.made is ClientMade.STATIC)
        return next((each for each in static if each.name == name), None)

    def _checked_name(self, name: str) -> str:
        name = name.strip()
        if not name or len(name) > 60 or not name.isprintable():
            raise ValueError("A program's name has 1 to 60 printable characters.")
        if looks_like_key(name):
            raise ValueError("This looks like a key. Name the program; its secret is made here.")
        if self._active(name) is not None:
            raise ValueError(
                f"There is already a program named '{name}'. Choose another name, or revoke that"
                " one first: `llmgw oauth client revoke`."
            )
        return name
