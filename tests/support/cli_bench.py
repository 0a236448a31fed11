"""Runs plans of vendors' CLIs as a launch would, in homes of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliEvent, CliRequest, RunEnded, RunUsageTold, SessionTold
from llmgw_desktop.domain.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Runs plans as a launch would, in a home and a folder of their own."""

    cli: Cli
    program: Path
    root: Path
    environment: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    model: str = "practice/echo"

    @property
    def folder(self) -> Path:
        return self.made("project")

    def with_(self, **changes: Any) -> Bench:
        return replace(self, **changes)

    def write(self, name: str, settings: str) -> None:
        """A file of the CLI's home."""
        file = self.made("home") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(settings)

    def run(self, prompt: str, **fields: Any) -> list[CliEvent]:
        options = {**self.options, **fields.pop("options", {})}
        model = fields.pop("model", self.model)
        request = CliRequest(
            cli=self.cli.name, prompt=prompt, model=model, options=options, **fields
        )
        plan = self.cli.plan(request)
        own = self.made("own")
        for file in plan.files:
            (own / file.name).write_bytes(file.content)
        done = subprocess.run(
            [self.program, *(each.replace("{folder}", str(own)) for each in plan.arguments)],
            cwd=self.folder,
            env=self.environment_with(plan.environment),
            input=plan.stdin,
            capture_output=True,
            timeout=180,
            check=False,
        )
        reader = self.cli.reader(request)
        events = [*reader.feed(done.stdout), *reader.finish(done.returncode, done.stderr.decode())]
        assert isinstance(events[-1], RunEnded)
        return events

    def help(self, arguments: tuple[str, ...]) -> str:
        """Some print it on stderr."""
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env=self.environment_with({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return f"{done.stdout}\n{done.stderr}"

    def used(self, events: list[CliEvent]) -> Usage:
        """By this run alone: out of a file, where the CLI has one."""
        side = self.cli.side_usage
        told = [event for event in events if isinstance(event, RunUsageTold)]
        if side is not None:
            root, path = self.made("home"), side.path.replace("{session_id}", session_of(events))
            if path.startswith("{folder}/"):
                root, path = self.made("own"), path.removeprefix("{folder}/")
            (file,) = root.glob(path)
            found = side.read(file.read_bytes())
            assert found is not None
            told.append(found)
        assert not told[-1].is_cumulative
        return told[-1].usage

    def environment_with(self, planned: Mapping[str, str]) -> dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.made("home")),
            "TMPDIR": str(self.made("tmp")),
            "TERM": "dumb",
            **self.environment,
            **planned,
        }

    def made(self, name: str) -> Path:
        (self.root / name).mkdir(parents=True, exist_ok=True)
        return self.root / name


def session_of(events: list[CliEvent]) -> str:
    (told,) = [event for event in events if isinstance(event, SessionTold)]
    return told.session_id
