"""`llmgw key add|list|rotate|revoke`."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from llmgw_desktop.app.keys import ClientKeys
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.running_gateway import tell_keys_changed
from llmgw_desktop.domain.client import Client
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.store.client_store import ClientStore
from llmgw_desktop.store.paths import Places


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    clock = SystemClock()
    store = ClientStore(places.gateway_db, clock)
    try:
        code = _VERBS[arguments.verb](arguments, ClientKeys(store, clock, TimedIds(clock)))
    finally:
        store.close()
    if arguments.verb != "list" and code == 0:
        tell_keys_changed(places, env)
    return code


def _add(arguments: argparse.Namespace, keys: ClientKeys) -> int:
    try:
        key = keys.add(
            arguments.name, [Scope(word) for word in arguments.scope], strict=arguments.strict
        )
    except ValueError as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    _show_once(key)
    return 0


def _show_once(key: str) -> None:
    print(key)
    print("This key is shown once and cannot be shown again.", file=sys.stderr)


def _list(_: argparse.Namespace, keys: ClientKeys) -> int:
    clients = keys.all()
    if not clients:
        command = own_command("key", "add", "NAME")
        print(f"There are no keys yet. Make one with: {command}", file=sys.stderr)
        return 0
    now_s = SystemClock().now_s()
    print("NAME\tKEY\tSCOPES\tMADE\tSTATE")
    for client in clients:
        state = _state(client, now_s)
        made = _day(client.created_at_s)
        may = " ".join(sorted(client.scopes)) + (" strict" if client.wants_all_or_nothing else "")
        print(f"{client.name}\t{client.key_hint}…\t{may}\t{made}\t{state}")
    return 0


def _state(client: Client, now_s: float) -> str:
    if client.revoked_at_s is not None:
        return f"revoked {_day(client.revoked_at_s)}"
    ends_at_s = client.old_key_ends_at_s
    if ends_at_s is None or ends_at_s <= now_s:
        return "active"
    return f"active; the key before it until {_day(ends_at_s)}"


def _rotate(arguments: argparse.Namespace, keys: ClientKeys) -> int:
    done = keys.rotate(arguments.name, arguments.grace * 3600)
    if done is None:
        return _no_key(arguments.name)
    key, client = done
    _show_once(key)
    ends = "no longer opens" if not arguments.grace else f"opens for {arguments.grace:g} h yet"
    print(f"The key that {client.name} had before {ends}.", file=sys.stderr)
    return 0


def _revoke(arguments: argparse.Namespace, keys: ClientKeys) -> int:
    client = keys.revoke(arguments.name)
    if client is None:
        return _no_key(arguments.name)
    print(f"The key of {client.name} is revoked; a running gateway notices within a second.")
    return 0


def _no_key(name: str) -> int:
    print(f"llmgw: There is no active key of '{name}'.", file=sys.stderr)
    return 1


def _day(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


_VERBS = {"add": _add, "list": _list, "rotate": _rotate, "revoke": _revoke}
