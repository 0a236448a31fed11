"""`llmgw tools add` and `remove`: a server from a `server.json`, seen before it is set up."""

import argparse
import sys
from collections.abc import Iterator, Mapping

from llmgw_desktop.app.command_line.command_line import agrees, secret_line
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.safekeeping.importing.adding import ServerAdder, ServerPlan, planned
from llmgw_desktop.app.safekeeping.importing.server_file import (
    Need,
    ServerFile,
    ServerFileUnfit,
    ServerWay,
)
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.mcp_server import FROM_VAULT
from llmgw_desktop.store.paths import Places

_ASKED_LATER = "asked-for-when-it-is-set-up"


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError, VaultError."""
    if arguments.verb not in ("add", "remove"):
        from llmgw_desktop.app.mcp import tools_command  # it asks the running gateway

        return tools_command.run(arguments, places, env)
    adder = ServerAdder(places, env)
    try:
        if arguments.verb == "remove":
            return _remove(adder, arguments)
        return _add(adder, arguments, env)
    except ServerFileUnfit as error:
        print(f"llmgw: {inert(str(error))}", file=sys.stderr)
        return 1


def _add(adder: ServerAdder, arguments: argparse.Namespace, env: Mapping[str, str]) -> int:
    file = adder.look(arguments.at)
    print("\n".join(_told(file, arguments.at)), flush=True)
    if arguments.hash and arguments.hash.lower() != file.sha256:
        raise ServerFileUnfit("It does not hash to what --hash says: nothing was set up.")
    way = _way(file, arguments.way)
    answers = _answers(way, arguments.answers)
    for need in () if way.why_not else way.needs:
        if need.is_secret and need.is_required and not answers.get(need.key, need.usual):
            words = inert_line(f"{need.key} ({need.says})", 200)
            answers[need.key] = _ASKED_LATER if arguments.dry_run else secret_line(words)
    plan = planned(way, arguments.name or file.short_name, answers)
    print("\n".join(_planned(plan, way)), flush=True)
    if arguments.dry_run:
        return 0
    if not arguments.yes and not agrees("Set it up?"):
        print("Nothing was set up.", file=sys.stderr)
        return 1
    print(adder.add(way, plan))
    print(f"To take it back: {own_command('tools', 'remove', plan.name, env=env)}")
    return 0


def _told(file: ServerFile, at: str) -> Iterator[str]:
    title = f", {file.title}" if file.title else ""
    yield f"{file.name} {file.version}{title}"
    if file.description:
        yield f"  it says of itself: {file.description}"
    yield f"  from {inert_line(at, 300)}"
    yield f"  sha256 {file.sha256}"
    for number, way in enumerate(file.ways, start=1):
        why = f"  (not here: {way.why_not})" if way.why_not else ""
        yield f"  way {number}: {way.title}{why}"
        for need in way.needs if not way.why_not else ():
            yield f"    {_asked(need)}"


def _asked(need: Need) -> str:
    kinds = ["secret"] if need.is_secret else []
    kinds += ["has to be told"] if need.is_required and not need.usual else []
    kinds += [f"one of {', '.join(need.choices)}"] if need.choices else []
    kinds += [f"else {inert_line(need.usual, 100)}"] if need.usual and not need.is_secret else []
    told = f" [{'; '.join(kinds)}]" if kinds else ""
    return f"{need.key}{told}  {need.says}".rstrip()


def _way(file: ServerFile, number: int) -> ServerWay:
    """The one that is named, or the first that can be had."""
    if number:
        if number > len(file.ways):
            raise ServerFileUnfit(f"It has no way {number}.")
        return file.ways[number - 1]
    return next((each for each in file.ways if not each.why_not), file.ways[0])


def _answers(way: ServerWay, said: list[str]) -> dict[str, str]:
    """No secret is an argument: it would stand in a shell's history."""
    secret = {each.key for each in way.needs if each.is_secret}
    answers: dict[str, str] = {}
    for each in said:
        key, has_text, text = each.partition("=")
        if not has_text:
            raise ServerFileUnfit("--set takes NAME=TEXT.")
        if key in secret and not FROM_VAULT.fullmatch(text):
            raise ServerFileUnfit(
                f"{key} is a secret, and stands in your shell's history now: leave it out, and it"
                " is asked for; or name an entry of the vault as '${vault:PROVIDER/NAME}'."
            )
        answers[key] = f"{answers[key]}\n{text}" if key in answers else text
    return answers


def _planned(plan: ServerPlan, way: ServerWay) -> Iterator[str]:
    yield f"Would be set up as [mcp_servers.{plan.name}]:"
    yield f"  {'asks' if 'url' in plan.values else 'runs'} {plan.runs}"
    for kind in ("env", "headers"):
        for key, text in plan.values.get(kind, {}).items():
            yield f"  {kind} {key} = {inert_line(text, 300)}"
    for each in plan.entries:
        yield f"  credential {each.address.label}"
    if way.file_sha256:
        yield f"  its file is fetched first, and has to hash to {way.file_sha256}"


def _remove(adder: ServerAdder, arguments: argparse.Namespace) -> int:
    name = arguments.tool
    if not arguments.yes and not agrees(
        f"Take {inert_line(name, 80)} out of the settings, with its own entries in the vault?"
    ):
        print("Nothing was changed.", file=sys.stderr)
        return 1
    removed = adder.remove(name)
    adder.sweep()
    print(f"{inert_line(name, 80)} is not set up any more.")
    for each in removed.entries:
        print(f"  credential {each.address.label} is gone")
    return 0
