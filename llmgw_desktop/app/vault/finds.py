"""Credentials that lie about on this computer, for a person to take into the vault or not.

Everything here is read and left as it is. What is found is shown by its place and its name; its
value is read along, and shown to nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.provider import DEFAULT_ACCOUNT
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import (
    MOST_FILE_BYTES,
    EntryKind,
    EntryUnfit,
    OpenEntry,
    VaultError,
    address,
    checked_secret,
)
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.vault.bridge_vault import BridgeVault

VARIABLES: Mapping[str, str] = {
    "ANTHROPIC_API_KEY": "anthropic",
    "OPENAI_API_KEY": "openai",
    "GEMINI_API_KEY": "google",
    "GOOGLE_API_KEY": "google",
    "GROQ_API_KEY": "groq",
    "OPENROUTER_API_KEY": "openrouter",
    "XAI_API_KEY": "xai",
    "MISTRAL_API_KEY": "mistral",
    "DEEPSEEK_API_KEY": "deepseek",
    "CEREBRAS_API_KEY": "cerebras",
    "TOGETHER_API_KEY": "together",
    "FIREWORKS_API_KEY": "fireworks",
    "PERPLEXITY_API_KEY": "perplexity",
    "COHERE_API_KEY": "cohere",
}
"""The variables that vendors' own programs and SDKs read, and whose key each holds."""


@value(kw_only=False)
class Find:
    """One credential and where it lies."""

    entry: OpenEntry
    source: str
    """In words: `the variable OPENAI_API_KEY`."""


@dataclass(slots=True)
class Finds:
    """All of them, and a sentence about each thing that could not be read."""

    found: list[Find] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def look_around(home: Path, env: Mapping[str, str]) -> Finds:
    """In the environment, in another gateway's vault, and in the CLIs' folders."""
    finds = Finds()
    _add(finds, _in_environment(env))
    _add(finds, _of_clis(home, env))
    _look_into_bridge(finds, home, env)
    return finds


def _add(finds: Finds, sources: Iterator[tuple[str, EntryKind, str, str, bytes]]) -> None:
    taken = {find.entry.address for find in finds.found}
    for source, kind, provider, name, secret in sources:
        try:
            entry = OpenEntry(address(kind, provider, name), checked_secret(kind, secret))
        except EntryUnfit as unfit:
            finds.problems.append(f"{source}: {unfit}")
            continue
        if entry.address not in taken:  # two variables of one vendor: the first counts, as there
            taken.add(entry.address)
            finds.found.append(Find(entry, source))


def _in_environment(env: Mapping[str, str]) -> Iterator[tuple[str, EntryKind, str, str, bytes]]:
    for variable, provider in VARIABLES.items():
        if value := known_secret(env, variable):
            secret = value.encode("utf-8", "surrogateescape")
            yield f"the variable {variable}", EntryKind.API_KEY, provider, DEFAULT_ACCOUNT, secret


def _of_clis(
    home: Path, env: Mapping[str, str]
) -> Iterator[tuple[str, EntryKind, str, str, bytes]]:
    for name in CliName:
        for file in cli_of(name).sign_in.kept:
            path = _place(file, cli_of(name).sign_in.homes, home, env)
            if not path.is_file():
                continue
            try:
                with path.open("rb") as found:
                    secret = found.read(MOST_FILE_BYTES + 1)
            except OSError:
                secret = b""
            yield f"the sign-in {path}", EntryKind.FILE, name.value, path.name, secret


def _place(file: str, folders: Mapping[str, str], home: Path, env: Mapping[str, str]) -> Path:
    """Where a CLI keeps it: below HOME, or where a variable of its own leads."""
    for variable, below in folders.items():
        begins = f"{below}/" if below else ""
        if (named := env.get(variable, "")) and file.startswith(begins):
            return Path(named).expanduser() / file.removeprefix(begins)
    return home / file


def _look_into_bridge(finds: Finds, home: Path, env: Mapping[str, str]) -> None:
    bridge = BridgeVault.of(home, env)
    if bridge is None:
        return
    try:
        opened, problems = bridge.read()
    except (VaultError, StoreError, OSError) as error:
        finds.problems.append(f"{bridge.path}: {error}")
        return
    finds.problems += problems
    for entry in opened:
        try:
            secret = checked_secret(entry.address.kind, entry.secret)
        except EntryUnfit as unfit:
            finds.problems.append(f"{bridge.path}, {entry.address.label}: {unfit}")
            continue
        finds.found.append(Find(OpenEntry(entry.address, secret), f"the vault {bridge.path}"))
