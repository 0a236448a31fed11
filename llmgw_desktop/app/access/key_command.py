"""`llmgw key add|list|rotate|revoke`."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.app.command_line.running_gateway import tell_keys_changed
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.policy import ClientPolicy, is_paused, policy_for
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.paths import Places


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    clock = SystemClock()
    store = ClientStore(places.gateway_db, clock)
    keys = ClientKeys(store, clock, TimedIds(clock))
    try:
        if arguments.verb == "list":
            return _list(keys, places, env)
        code = _VERBS[arguments.verb](arguments, keys)
    finally:
        store.close()
    if code == 0:
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


def _list(keys: ClientKeys, places: Places, env: Mapping[str, str]) -> int:
    clients = keys.all()
    if not clients:
        command = own_command("key", "add", "NAME")
        print(f"There are no keys yet. Make one with: {command}", file=sys.stderr)
        return 0
    now_s = SystemClock().now_s()
    policies = _policies(places, env)
    lines = ["NAME\tKEY\tSCOPES\tMADE\tSTATE"]
    for client in clients:
        state = _state(client, policies, now_s)
        made = _day(client.created_at_s)
        may = " ".join(sorted(client.scopes)) + (" strict" if client.wants_all_or_nothing else "")
        lines.append(f"{client.name}\t{client.key_hint}…\t{may}\t{made}\t{state}")
    print_table(lines)
    return 0


def _policies(places: Places, env: Mapping[str, str]) -> Mapping[str, ClientPolicy] | None:
    """By their tables; None, said, where the settings cannot be read."""
    from llmgw_desktop.store.settings.reader import load_settings  # keys are made without it

    try:
        clients = load_settings(places.config_file, env).settings.clients
    except ConfigError as error:
        problem = "which clients are paused or expired is not known: the settings cannot be read"
        print(f"llmgw: {problem}: {error}", file=sys.stderr)
        return None
    return {each.client: each for each in clients}


def _state(client: Client, policies: Mapping[str, ClientPolicy] | None, now_s: float) -> str:
    if client.revoked_at_s is not None:
        return f"revoked {_day(client.revoked_at_s)}"
    state = "not revoked" if policies is None else "active"
    policy = policy_for(policies or {}, client.name)
    if policy is not None and policy.expires_at_s is not None and policy.expires_at_s <= now_s:
        state = f"expired {_day(policy.expires_at_s)}"
    elif is_paused(policy, client.name):
        state = "paused"
    ends_at_s = client.old_key_ends_at_s
    if ends_at_s is None or ends_at_s <= now_s:
        return state
    return f"{state}; the key before it until {_day(ends_at_s)}"


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


_VERBS = {"add": _add, "rotate": _rotate, "revoke": _revoke}
