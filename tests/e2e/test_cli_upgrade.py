"""A real CLI, installed by npm into a prefix of its own, is brought to another version there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from llmgw_desktop.engine.mcp.tools.version_tools import upgrade_tools, version_tools
from tests.support.npm_cli import run_npm
from tests.support.small_clis import Computer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
_TRUST = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "npm_config_registry", "npm_config_cafile")
"""How npm reaches its registry from this computer."""
OLD, NEW = "0.60.0", "0.61.0"


async def test_npm_brings_another_version_into_the_same_prefix(tmp_path: Path) -> None:
    computer = Computer(tmp_path)
    prefix = computer.home / ".npm-global"
    trusted = {name: os.environ[name] for name in _TRUST if name in os.environ}
    computer.env |= {**trusted, "GEMINI_CLI_NO_RELAUNCH": "true"}
    run_npm(["install", "--global", "--prefix", str(prefix), f"@google/gemini-cli@{OLD}"], tmp_path)
    computer.patience_s = 120
    upgrader, desk = computer.upgrader(), computer.desk()
    box = Toolbox((*upgrade_tools(upgrader), *version_tools(desk)))
    arguments = {"cli": "gemini", "target": NEW}
    planned = await box.call("cli_upgrade", arguments, LOCAL)
    assert planned.structured["plan"]["strategy"] == "npm-global"
    assert planned.structured["plan"]["command"] == shutil.which("npm")
    assert str(prefix) in planned.structured["plan"]["args"]

    done = await box.call(
        "cli_upgrade", {**arguments, "dryRun": False, "timeoutMs": 180_000}, LOCAL
    )
    assert not done.is_error, done.structured
    assert done.structured["versionBefore"] == OLD
    assert done.structured["versionAfter"] == NEW

    guard = await box.call(
        "provider_version_guard",
        {"cli": "gemini", "checkUpgrades": True, "timeoutMs": 120_000},
        LOCAL,
    )
    (upgrade,) = guard.structured["upgrades"]
    assert upgrade["source"] == "npm"
    assert upgrade["state"] in ("current", "available"), upgrade
    desk.close()
    upgrader.close()
