"""Programs of a few lines of shell that stand where vendors' CLIs would: they tell a version and a
help, and note how often they were asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmgw_desktop.app.clis.desk import CliDesk
from llmgw_desktop.app.clis.programs import PATIENCE_S, ProgramAsker
from llmgw_desktop.app.clis.survey import CliSurvey
from llmgw_desktop.app.clis.upgrades import CliUpgrader
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.engine.jobs.configured import KnownClis
from llmgw_desktop.engine.jobs.launch import Launcher


class Computer:
    """A HOME with a folder of programs on its PATH."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "person"
        self.programs = folder / "programs"
        self.home.mkdir(parents=True)
        self.programs.mkdir()
        self.patience_s = PATIENCE_S
        self.env = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.home)}

    def install(self, name: str, script: str) -> Path:
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\necho \"$*\" >> '{self.programs}/{name}.asked'\n{script}\n")
        path.chmod(0o755)
        return path

    def install_cli(self, name: CliName, *, version: str = "", lacks: Sequence[str] = ()) -> Path:
        """As its contract says, but for the flags that it lacks."""
        cli = cli_of(name)
        flags = sorted(cli.flags - cli.unlisted_flags - set(lacks))
        listing = "\n".join(f"      {flag} <x>   What it does" for flag in flags)
        version = version or cli.contract_version
        script = f"case $* in *--help*) cat <<'END'\n{listing}\nEND\n;;"
        script += f"\n*) echo 'WARNING: odd' >&2; echo '{name} {version} (Some Vendor)';; esac"
        return self.install(cli.commands[0], script)

    def asked(self, name: str) -> list[str]:
        path = self.programs / f"{name}.asked"
        return path.read_text().splitlines() if path.exists() else []

    def survey(self, *said: CliSettings, env: Mapping[str, str] | None = None) -> CliSurvey:
        ask = ProgramAsker(self.patience_s)
        return CliSurvey(KnownClis(said), Launcher({**self.env, **(env or {})}, said), ask)

    def desk(self, *said: CliSettings) -> CliDesk:
        return CliDesk(self.survey(*said), self.env, lambda: said)

    def upgrader(
        self, *said: CliSettings, running: Sequence[CliName] = (), secret: str = "s3cret"
    ) -> CliUpgrader:
        return CliUpgrader(
            self.survey(*said),
            self.env,
            running=lambda: running,
            clean=lambda text: text.replace(secret, "***"),
        )
