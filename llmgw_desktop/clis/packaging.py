"""Under which names vendors' CLIs are to be had, and how each brings itself up to date."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmgw_desktop.domain.cli import CliName

_TARGET = "{target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging:
    """Of one CLI. Its package is one of npm or of PyPI, or there is none."""

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
        return tuple(each.replace(_TARGET, target) for each in self.update_to)


PACKAGES: Mapping[CliName, Packaging] = {
    CliName.CLAUDE: Packaging(
        npm="@anthropic-ai/claude-code", update=("update",), update_to=("install", _TARGET)
    ),
    CliName.CODEX: Packaging(npm="@openai/codex", update=("update",)),
    CliName.GEMINI: Packaging(npm="@google/gemini-cli"),
    CliName.GROK: Packaging(
        npm="@xai-official/grok",
        update=("update",),
        update_to=("update", f"--version={_TARGET}"),
    ),
    CliName.MISTRAL: Packaging(pypi="mistral-vibe"),
    CliName.OPENCODE: Packaging(
        npm="opencode-ai", update=("upgrade",), update_to=("upgrade", _TARGET)
    ),
    CliName.COPILOT: Packaging(npm="@github/copilot", update=("update",)),
}
AGY = Packaging(update=("update",))
"""Google's other command: no package, only its own installer."""


def packaging_of(name: CliName, command: str) -> Packaging:
    """`command`: the bare name of the program that does its work."""
    return AGY if command == "agy" else PACKAGES[name]
