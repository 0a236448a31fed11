"""What the gateway needs to know of a CLI: one value a CLI, made in the package of its name, which
holds every fact of it. Nothing outside of that package names a CLI.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol

from llmgw_desktop.clis.checks import Rights
from llmgw_desktop.clis.dialogue import AskingMode, HookUse
from llmgw_desktop.clis.subcommand import ModelList, Subcommand
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliFacts,
    CliName,
    CliRequest,
    LaunchPlan,
    Retrying,
    RunUsageTold,
)
from llmgw_desktop.domain.jobs.rules.command import CommandShell
from llmgw_desktop.domain.mcp_server import Servers
from llmgw_desktop.domain.values import value


class OutputReader(Protocol):
    """Reads what a run writes, in whatever pieces it comes."""

    def feed(self, chunk: bytes) -> list[CliEvent]:
        """Of stdout."""

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        """All has come; `stderr` is the end of what was said there. The last event of a run is
        its RunEnded: of a CLI that gave none, one that says so."""


@value
class SignIn:
    """How a person signs in with a CLI, and how one sees whether he has."""

    command: tuple[str, ...]
    """Run in a terminal."""
    guidance: str
    files: tuple[str, ...] = ()
    """Below HOME: where the CLI keeps what it got; written by it again and again."""
    variables: tuple[str, ...] = ()
    """Environment variables that do as well."""
    kept: tuple[str, ...] = ()
    """Of `files` those that the vault keeps, by their names without folders, and that are placed
    in a private HOME: the first must be there. None: it cannot be kept."""
    homes: Mapping[str, str] = field(default_factory=dict)
    """Variables that name a folder of the CLI's own, and where that is below HOME."""
    kept_environment: Mapping[str, str] = field(default_factory=dict)
    """Set where a kept sign-in is used, for a CLI that must be told so."""


@value
class Option:
    """One field of a request to this CLI, by its public name."""

    name: str
    schema: Mapping[str, object]
    """JSON schema: what is accepted."""
    meaning: str
    flag: str = ""
    """Empty where a field becomes something else than a flag."""
    refused: str = ""
    """Why it cannot be asked for, of a field that clients know all the same: it is not offered."""


@value
class SideUsage:
    """Where a CLI whose output does not tell what a run used writes it down. What is told here
    takes the place of what the output told."""

    path: str
    """Below HOME, or below the run's private folder where it begins with `{folder}/`;
    `{session_id}` stands for the CLI's own id, and `*` for any part of a name."""
    read: Callable[[bytes], RunUsageTold | None]
    """What the last run used, out of the whole file; None where it does not tell."""


@value
class RetryWords:
    """Where a CLI says that it tries its upstream again, when its output does not."""

    read: Callable[[bytes], Retrying | None]
    """Of one line; None for all others."""
    path: str = ""
    """Below HOME, as of `SideUsage`; empty: on stderr."""
    process_of: Callable[[bytes], int | None] | None = None
    """Of a file that all its runs write into: the process that a line is of."""


@value
class ModelUse:
    """How a CLI is asked where it stands for a model: it only answers, touches nothing and keeps
    no session."""

    options: Mapping[str, object] = field(default_factory=dict)
    system: str = ""
    """The option that takes system instructions; empty: the prompt begins with them."""
    longest_system: int | None = None
    """Bytes of them that it takes, where it is an argument; longer ones go with the prompt."""
    effort: str = ""
    """The option that takes the effort; empty: none does."""
    efforts: frozenset[str] = frozenset()
    """The words that it knows."""
    schema: str = ""
    """The option that takes an answer's JSON schema; empty: the prompt ends with it."""
    answers_at_end: bool = False
    """What fits the schema is told at its end, apart from what was said on the way there."""
    settings_file: str = ""
    """Below HOME: the person's settings that would give it more than it shall have; empty: options
    keep it from them."""
    without: Callable[[Mapping[str, object], bytes], Mapping[str, object]] | None = None
    """(The options, what stands in that file) → options that take this from it."""
    leaves: str = ""
    """Below HOME: the folder that it keeps a session in all the same, which is removed after the
    answer. `{session_id}`, its last part, is the CLI's own id; `*` any name. Empty: none, or not
    known well enough."""
    reads_mentions: bool = False
    """It puts files into a prompt that names them behind an `@`, and no option keeps it from it."""


@value
class ModelUpstream:
    """How a CLI is told whom it asks for its models, and what it shows there. All are names of
    environment variables but the file."""

    url: str
    key: str = ""
    """Whose value counts before any that a file says."""
    headers: str = ""
    """Takes further headers, a `Name: value` a line, which are sent beside any key."""
    settings_file: str = ""
    """Below HOME: where the address may stand as well."""
    url_in: Callable[[bytes], str] | None = None
    """The address out of that file; empty where it names none."""
    file_wins: bool = False
    """What the file says counts before the environment."""


@value
class ReviewUse:
    """How a CLI reads a folder and changes nothing in it."""

    options: Mapping[str, object] = field(default_factory=dict)
    takes_schema: bool = False
    """Seen to answer by a schema in this mode, too."""


@value
class ServersGiven:
    """MCP servers for one run."""

    servers: Servers
    is_managed: bool
    environment: Mapping[str, str]
    """What the run has besides, which a variable of ours must not take away."""


@value
class ServerUse:
    """How a CLI is given MCP servers for one run, by a private file or variable: a person's own
    settings stay as they are, and what is secret never becomes an argument."""

    write: Callable[[LaunchPlan, ServersGiven], LaunchPlan] | None = None
    """Into its plan, and what keeps a managed run from the person's own; also where none is given.
    Raises InvalidRun."""
    takes: bool = True
    """In any run; else in those that ask, if `is_told`."""
    is_told: bool = False
    """Of a run that asks: it is told its servers as its session begins (`clis/acp`)."""
    not_asking: str = ""
    """Why a run that asks takes none."""


@value
class Packaging:
    """Under which name a CLI is to be had, and how it brings itself up to date. Its package is one
    of npm or of PyPI, or there is none."""

    npm: str = ""
    pypi: str = ""
    update: tuple[str, ...] = ()
    """The arguments with which it brings itself to its newest version; none: it cannot."""
    update_to: tuple[str, ...] = ()
    """The same to a version; `{target}` stands for it. None: only to the newest."""

    @property
    def package(self) -> str:
        return self.npm or self.pypi

    @property
    def install(self) -> str:
        """What a person types to have it."""
        return f"npm install -g {self.npm}" if self.npm else f"uv tool install {self.pypi}"

    def own_update(self, target: str) -> tuple[str, ...]:
        """Empty where it cannot do that by itself."""
        if target == "latest":
            return self.update
        return tuple(each.replace("{target}", target) for each in self.update_to)


@value
class Cli:
    """One vendor's CLI."""

    name: CliName
    title: str
    """What people call it."""
    vendor: str
    """Who makes it, as lists of prices and receipts call it."""
    packaging: Packaging
    variables: tuple[str, ...]
    """How the names of its vendor's own environment variables begin, which its runs see."""
    places: tuple[str, ...]
    """Below HOME: what it must write to work, and what the runs of others have no business with. A
    folder ends with a stroke."""
    rights: Rights
    commands: tuple[str, ...]
    """Names of the program, the usual one first."""
    facts: CliFacts
    options: tuple[Option, ...]
    plan: Callable[[CliRequest], LaunchPlan]
    """Raises InvalidRun for what cannot be asked."""
    reader: Callable[[CliRequest], OutputReader]
    sign_in: SignIn
    version: tuple[str, ...] = ("--version",)
    """Arguments that make it tell its version."""
    contract_version: str = ""
    """The version that `flags` were taken from."""
    flags: frozenset[str] = field(default_factory=frozenset)
    """All that it knew then: a plan uses no other."""
    helps: tuple[tuple[str, ...], ...] = (("--help",),)
    """Arguments that make it list its flags, on stdout or stderr; all lists together are compared
    with `flags`."""
    unlisted_flags: frozenset[str] = field(default_factory=frozenset)
    """Those of `flags` that no help names, though the CLI takes them."""
    side_usage: SideUsage | None = None
    retry_words: RetryWords | None = None
    """None: its output tells."""
    model_use: ModelUse = ModelUse()
    read_by: frozenset[str] = field(default_factory=frozenset)
    """The options that its reader looks at: they are kept with what it said, the others go with
    the prompt when the run has ended."""
    asking: AskingMode | None = None
    """None: it cannot be made to ask."""
    hook: HookUse | None = None
    """None: what it asks in a terminal is answered there alone."""
    upstream: ModelUpstream | None = None
    """None: it is told by other means, or they are not known well enough."""
    other_commands: tuple[str, ...] = ()
    """Commands that do its work in another way: each has a package of its own."""
    subcommands: tuple[Subcommand, ...] = ()
    skills: tuple[str, ...] = ()
    """Below HOME: where it looks for a person's own skills."""
    models: ModelList | None = None
    """None: it cannot be asked which it has."""
    model_hints: tuple[str, ...] = ()
    """Models out of the help of `--model`: whether an account has them nobody has asked."""
    servers: ServerUse | None = None
    """None: it reads them from files that are the person's own."""
    instructions: str = ""
    """The option that adds to its system prompt; empty: none does."""
    instructions_file: str = ""
    """The option for the same as a file, with which that one cannot stand."""
    review: ReviewUse = ReviewUse()
    uses_keyring: bool = False
    """Keeps its sign-in in the desktop's keyring on every system; on macOS others do, too."""
    tells_cache_life: bool = False
    """How long its vendor's prompt cache keeps what a run wrote is known."""
    native: tuple[str, ...] = ()
    """Patterns for the program itself where a command is only its loader: below the folder that
    the loader lies in."""
    shell_on_windows: CommandShell = CommandShell.POWERSHELL
    """Which one its commands are written for there; elsewhere it is `sh`."""

    def instructed(
        self, prompt: str, options: Mapping[str, object], instructions: str
    ) -> tuple[str, dict[str, object]]:
        """Prompt and options with instructions that a caller gives beside the prompt: by the
        option that adds to its system prompt, behind what the caller says there himself, or else
        before the prompt."""
        given = dict(options)
        if not instructions.strip():
            return prompt, given
        name = self.instructions
        own = given.get(name, "") if name else ""
        if not name or not isinstance(own, str) or self.instructions_file in given:
            return f"{instructions}\n\n{prompt}", given
        return prompt, given | {name: f"{own}\n\n{instructions}" if own else instructions}
