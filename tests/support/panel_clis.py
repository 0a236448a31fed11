"""Reviewers that say what a test tells them to: stand-ins for Claude Code and Codex.

What each says is a script in a file of its own, read when it is asked; what it was asked is kept.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.validation.service import ValidationService
from llmgw_desktop.store.paths import Places
from tests.support.fake_clis import make_fake_clis

CONFIG = """
[http]
port = 0
[clis.claude]
command = "{claude}"
writable = ["{folder}"]
[clis.codex]
command = "{codex}"
writable = ["{folder}"]
[clis.grok]
command = "{nothing}"
"""
PASSES = "Verdict: PASS\\nRationale: It holds.\\nRisks: none\\nSuggested next step: Merge it."
FAILS = "Verdict: FAIL\\nRationale: It breaks.\\nRisks:\\n- It loses data.\\nNext step: Mend it."


@dataclass
class Panels:
    """A gateway with its reviewers, as the tools of its MCP door see it."""

    container: Container
    folder: Path

    @property
    def service(self) -> ValidationService:
        return self.container.validations

    @property
    def toolbox(self) -> Toolbox:
        return self.container.mcp_offer().toolbox

    async def call(
        self, name: str, principal: Principal = LOCAL, progress: Any = None, **arguments: Any
    ) -> ToolAnswer:
        return await self.toolbox.call(name, arguments, principal, progress=progress)

    async def report(self, name: str, **arguments: Any) -> dict[str, Any]:
        answer = await self.call(name, **arguments)
        assert not answer.is_error, answer.structured
        report: dict[str, Any] = dict(answer.structured["report"])
        return report

    def says(self, cli: str, script: str) -> None:
        (self.folder / f"{cli}.says").write_text(script)

    def answers(self, cli: str, text: str) -> None:
        self.says(cli, f"answer '{text}' 0.01 10 5" if cli == "claude" else f"answer '{text}' 10 5")

    def asked(self, cli: str) -> list[str]:
        """Each prompt that it was given."""
        return [path.read_text() for path in sorted(self.folder.glob(f"{cli}.*.prompt"))]


@asynccontextmanager
async def panels_in(folder: Path, home: str = "gateway") -> AsyncIterator[Panels]:
    """Again in the same folder: as after a restart; runs go on meanwhile."""
    places = Places.of({"LLMGW_HOME": str(folder / home)})
    places.make()
    clis = make_fake_clis(folder / "bin")
    for name, program in clis.items():
        keep = (
            f'number=$(mktemp "{folder}/{name}.XXXXXX.prompt")\n'
            f'cat >"$number"\n. "{folder}/{name}.says"\n'
        )
        program.write_text(program.read_text().replace('eval "$(cat)"\n', keep))
    places.config_file.write_text(
        CONFIG.format(**clis, folder=folder, nothing=folder / "bin" / "nothing")
    )
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LLM_GATEWAY_MASTER_KEY": "ab" * 32,
    }
    container = Container(places, env)
    await container.start()
    panels = Panels(container, folder)
    try:
        yield panels
    finally:
        await container.stop()


async def end_all(panels: Panels) -> None:
    """Whatever a test left running."""
    supervisor = panels.container.runs.supervisor
    await supervisor.stop_all()
    for job in supervisor.list():
        assert await ProcessTree(job.id, None).end(0.0) == 0
