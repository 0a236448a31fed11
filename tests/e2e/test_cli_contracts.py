"""The catalogue of subcommands and the lists of models against real CLIs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.app.clis.desk import CliDesk
from llmgw_desktop.app.clis.programs import ProgramAsker
from llmgw_desktop.app.clis.survey import CliSurvey
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.engine.jobs.configured import KnownClis
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools.cli_tools import cli_model_tools, subcommand_tools
from llmgw_desktop.engine.mcp.tools.version_tools import version_tools

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]
_PATIENCE_S = 120.0


async def _no_catalogue() -> tuple[Any, ...]:
    return ()


@pytest.mark.parametrize("name", [CliName.CLAUDE, CliName.CODEX])
async def test_what_is_declared_is_what_the_program_says(
    name: CliName, program_of: Callable[[CliName], Path], tmp_path: Path
) -> None:
    said = (CliSettings(name=name, command=str(program_of(name))),)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    survey = CliSurvey(KnownClis(said), Launcher(env, said), ProgramAsker(_PATIENCE_S))
    desk = CliDesk(survey, env, lambda: said, patience_s=_PATIENCE_S)
    box = Toolbox(
        (
            *cli_model_tools(desk, _no_catalogue),
            *version_tools(desk),
            *subcommand_tools(desk, 4 * _PATIENCE_S),
        )
    )

    async def ask(tool: str, **arguments: object) -> dict[str, Any]:
        answer = await box.call(tool, arguments, LOCAL)
        assert not answer.is_error, answer.structured
        told: dict[str, Any] = orjson.loads(orjson.dumps(answer.structured))
        return told

    (guarded,) = (await ask("provider_version_guard", cli=name))["providers"]
    if guarded["state"] == "match":
        (contract,) = (await ask("upstream_contracts", cli=name, probeInstalled=True))["contracts"]
        assert contract["probe"]["state"] == "clean", contract["probe"]
        drift = await ask("provider_subcommand_drift", provider=name)
        assert drift["results"] == []
        assert drift["checked"] == len(cli_of(name).subcommands)
    else:
        assert guarded["installed"] != cli_of(name).contract_version
    models = (await ask("list_models", cli=name))[name]
    assert bool(models["models"]) == (name is CliName.CODEX)
    desk.close()
    survey.close()
