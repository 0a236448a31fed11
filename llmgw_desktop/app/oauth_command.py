"""`llmgw oauth client add|list|rotate|revoke`, `llmgw oauth shared-secret set` and
`llmgw oauth consent-password set|clear`."""

import argparse
import sys
from datetime import UTC, datetime

from llmgw_desktop.app.asking import secret_lines_agree
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.oauth_clients import OauthClients, Shown
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.vault_errors import EntryUnfit
from llmgw_desktop.store.oauth_client_store import OauthClientStore
from llmgw_desktop.store.paths import Places


def run(arguments: argparse.Namespace, places: Places) -> int:
    clock = SystemClock()
    store = OauthClientStore(places.gateway_db)
    try:
        return _VERBS[arguments.what, arguments.verb](
            arguments, OauthClients(store, clock, TimedIds(clock))
        )
    except (ValueError, EntryUnfit) as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    finally:
        store.close()


def _add(arguments: argparse.Namespace, clients: OauthClients) -> int:
    shown = clients.add(
        arguments.name,
        arguments.redirect_uri,
        [Scope(word) for word in arguments.scope],
        is_public=arguments.public,
    )
    return _show(shown)


def _rotate(arguments: argparse.Namespace, clients: OauthClients) -> int:
    shown = clients.rotate(arguments.name)
    return _none(arguments.name) if shown is None else _show(shown)


def _show(shown: Shown) -> int:
    print(f"client_id\t{shown.client.id}")
    if shown.secret:
        print(f"client_secret\t{shown.secret}")
        print("This secret is shown once and cannot be shown again.", file=sys.stderr)
    return 0


def _list(_: argparse.Namespace, clients: OauthClients) -> int:
    known = clients.all()
    if not known:
        command = own_command("oauth", "client", "add", "NAME", "--redirect-uri", "ADDRESS")
        print(f"No programs are known yet. Make one known with: {command}", file=sys.stderr)
        return 0
    print("NAME\tCLIENT_ID\tMADE\tSECRET\tSCOPES\tREDIRECTS\tSTATE")
    for client in known:
        over = client.revoked_at_s
        state = "active" if over is None else f"revoked {_day(over)}"
        made = f"{client.made} {_day(client.made_at_s)}"
        secret = "none" if client.is_public else "yes"
        may, redirects = " ".join(sorted(client.scopes)), " ".join(client.redirect_uris)
        name = inert_line(client.name, 60)
        print("\t".join((name, client.id, made, secret, may, redirects, state)))
    return 0


def _revoke(arguments: argparse.Namespace, clients: OauthClients) -> int:
    name = clients.revoke(arguments.name)
    if not name:
        return _none(arguments.name)
    print(
        f"{inert_line(name, 60)} and all that it was given are revoked; a running gateway notices"
        " within a second."
    )
    return 0


def _set_shared_secret(_: argparse.Namespace, clients: OauthClients) -> int:
    clients.set_shared_secret(secret_lines_agree("Secret that programs register with"))
    print("Set. It holds at once, where the settings say:", file=sys.stderr)
    print('[http.oauth]\nregistration_policy = "shared_secret"', file=sys.stderr)
    return 0


def _set_consent_password(_: argparse.Namespace, clients: OauthClients) -> int:
    clients.set_consent_password(secret_lines_agree("Password to let programs in with"))
    print("Set. The page in the browser asks for it within seconds.", file=sys.stderr)
    return 0


def _clear_consent_password(_: argparse.Namespace, clients: OauthClients) -> int:
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
