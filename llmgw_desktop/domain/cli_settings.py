"""What a person says of a vendor's CLI, and the CLI as one of the providers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from llmgw_desktop.domain.account import Account, CredentialKind
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.containment import ContainSettings
from llmgw_desktop.domain.provider import Provider, ProviderKind

PROVIDER_SUFFIX = "-cli"
"""`claude-cli` is the program; `claude` may be the name of an account with its vendor."""
_OF_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
DEFAULT_MODELS = frozenset({"", "default", "latest"})
"""Names that leave the choice to the settings, and then to the CLI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CliSettings:
    """One `[clis.NAME]` table."""

    name: CliName
    command: str = ""
    """A name on PATH or an absolute path; empty: the CLI's own."""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to what a run sees."""
    default_model: str = ""
    """Where a request names none; empty: the CLI chooses."""
    models: tuple[str, ...] = ()
    """Shown in lists of models; others may be asked for as well."""
    max_running: int | None = None
    """Runs at once; None: as `[limits]` says."""
    enabled: bool = True
    containment: ContainSettings = field(default_factory=ContainSettings)
    vault: str = ""
    """The vault's provider of the files with which its runs are signed in, in a HOME of their
    own; empty: they have the person's."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What its variables hold that is a credential by the variable's name."""
        return tuple(text for name, text in self.env.items() if name.endswith(_OF_SECRETS))

    @property
    def provider(self) -> Provider:
        """Reached by name alone: a subscription answers nobody who did not ask for it."""
        return Provider(
            name=provider_of(self.name),
            kind=ProviderKind.CLI,
            accounts=(Account(credential=CredentialKind.SIGN_IN),),
            models=self.models or ("default",),
            enabled=self.enabled,
        )


def provider_of(name: CliName) -> str:
    return f"{name}{PROVIDER_SUFFIX}"


CLI_OF_PROVIDER = {provider_of(name): name for name in CliName}
ALL_CLIS = tuple(CliSettings(name=name) for name in CliName)
