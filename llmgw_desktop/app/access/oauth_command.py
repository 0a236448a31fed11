"""Programs that may ask to be let in, as a person makes them known. A secret is shown once."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from llmgw_desktop.app.command_line.command_line import print_table, secret_lines_agree
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.consent import (
    GRANTABLE_SCOPES,
    USUAL_SCOPES,
    ClientMade,
    ClientProof,
    OauthClient,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock, IdSource, SystemClock, TimedIds
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryUnfit, looks_like_key
from llmgw_desktop.engine.access.oauth.client_metadata import is_fit
from llmgw_desktop.engine.loop.hashing import SECRET, made
from llmgw_desktop.engine.questions.consents.operator import SHORTEST
from llmgw_desktop.store.access.oauth_clients import (
    CONSENT_PASSWORD,
    LONGEST_SECRET,
    REGISTRATION_SECRET,
    OauthClientStore,
    hashed,
)
from llmgw_desktop.store.paths import Places

SHORTEST_SECRET = 16
"""Characters of a secret that a person chooses and programs send."""


@value
class Shown:
    """`secret` for its only showing; empty for a public client."""

    client: OauthClient
    secret: str


class OauthPrograms:
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


def run(arguments: argparse.Namespace, places: Places, _: Mapping[str, str]) -> int:
    clock = SystemClock()
    store = OauthClientStore(places.gateway_db)
    try:
        return _VERBS[arguments.what, arguments.verb](
            arguments, OauthPrograms(store, clock, TimedIds(clock))
        )
    except (ValueError, EntryUnfit) as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    finally:
        store.close()


def _add(arguments: argparse.Namespace, clients: OauthPrograms) -> int:
    shown = clients.add(
        arguments.name,
        arguments.redirect_uri,
        [Scope(word) for word in arguments.scope],
        is_public=arguments.public,
    )
    return _show(shown)


def _rotate(arguments: argparse.Namespace, clients: OauthPrograms) -> int:
    shown = clients.rotate(arguments.name)
    return _none(arguments.name) if shown is None else _show(shown)


def _show(shown: Shown) -> int:
    print(f"client_id\t{shown.client.id}")
    if shown.secret:
        print(f"client_secret\t{shown.secret}")
        print("This secret is shown once and cannot be shown again.", file=sys.stderr)
    return 0


def _list(_: argparse.Namespace, clients: OauthPrograms) -> int:
    known = clients.all()
    if not known:
        command = own_command("oauth", "client", "add", "NAME", "--redirect-uri", "ADDRESS")
        print(f"No programs are known yet. Make one known with: {command}", file=sys.stderr)
        return 0
    lines = ["NAME\tCLIENT_ID\tMADE\tSECRET\tSCOPES\tREDIRECTS\tSTATE"]
    for client in known:
        over = client.revoked_at_s
        state = "active" if over is None else f"revoked {_day(over)}"
        made = f"{client.made} {_day(client.made_at_s)}"
        secret = "none" if client.is_public else "yes"
        may, redirects = " ".join(sorted(client.scopes)), " ".join(client.redirect_uris)
        name = inert_line(client.name, 60)
        lines.append("\t".join((name, client.id, made, secret, may, redirects, state)))
    print_table(lines)
    return 0


def _revoke(arguments: argparse.Namespace, clients: OauthPrograms) -> int:
    name = clients.revoke(arguments.name)
    if not name:
        return _none(arguments.name)
    print(
        f"{inert_line(name, 60)} and all that it was given are revoked; a running gateway notices"
        " within a second."
    )
    return 0


def _set_shared_secret(_: argparse.Namespace, clients: OauthPrograms) -> int:
    clients.set_shared_secret(secret_lines_agree("Secret that programs register with"))
    print("Set. It holds at once, where the settings say:", file=sys.stderr)
    print('[http.oauth]\nregistration_policy = "shared_secret"', file=sys.stderr)
    return 0


def _set_consent_password(_: argparse.Namespace, clients: OauthPrograms) -> int:
    clients.set_consent_password(secret_lines_agree("Password to let programs in with"))
    print("Set. The page in the browser asks for it within seconds.", file=sys.stderr)
    return 0


def _clear_consent_password(_: argparse.Namespace, clients: OauthPrograms) -> int:
    clients.clear_consent_password()
    print("Cleared. Questions are answered in the window or by command alone.", file=sys.stderr)
    return 0


def _none(name: str) -> int:
    print(f"llmgw: There is no active program '{inert_line(name, 60)}'.", file=sys.stderr)
    return 1


def _day(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).astimezone().strftime("%Y-%m-%d")


_VERBS = {
    ("client", "add"): _add,
    ("client", "list"): _list,
    ("client", "rotate"): _rotate,
    ("client", "revoke"): _revoke,
    ("shared-secret", "set"): _set_shared_secret,
    ("consent-password", "set"): _set_consent_password,
    ("consent-password", "clear"): _clear_consent_password,
}
