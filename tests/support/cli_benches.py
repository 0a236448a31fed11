"""Each vendor's CLI, installed and pointed at a gateway on loopback."""

from __future__ import annotations

import json
from pathlib import Path

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from tests.support import claude_cli, codex_cli, gemini_cli, npm_cli, pip_program
from tests.support.cli_bench import Bench

_PACKAGES = {
    CliName.CLAUDE: (claude_cli.PACKAGE, claude_cli.VERSION, claude_cli.BINARY),
    CliName.CODEX: (codex_cli.PACKAGE, codex_cli.VERSION, codex_cli.BINARY),
    CliName.GEMINI: (gemini_cli.PACKAGE, gemini_cli.VERSION, gemini_cli.BINARY),
    CliName.GROK: ("@xai-official/grok", "1.0.41", "grok"),
    CliName.OPENCODE: ("opencode-ai", "1.18.33", "opencode"),
    # The program itself: its loader leaves it behind where it is ended.
    CliName.COPILOT: ("@github/copilot", "1.0.102", "copilot-linux-x64"),
}
STUBS = ("stub-ok", "stub-401", "stub-429", "stub-500", "claude-opus-5-5")
"""Models that a gateway with scripted upstreams behind it may have."""
_MODELS = ("practice/echo", "practice/tools", *STUBS)
_GROK_MODEL = """
[model."{model}"]
model = "{model}"
base_url = "{url}/v1"
env_key = "GATEWAY_KEY"
api_backend = "chat_completions"
context_window = 200000
"""
_VIBE_SETTINGS = """
active_model = "echo"
enable_telemetry = false
enable_update_checks = false
enable_auto_update = false
[[providers]]
name = "gw"
api_base = "{url}/v1"
api_key_env_var = "GATEWAY_KEY"
api_style = "openai"
backend = "generic"
[[models]]
name = "practice/echo"
provider = "gw"
alias = "echo"
input_price = 1.0
output_price = 2.0
[[models]]
name = "stub-ok"
provider = "gw"
alias = "stub"
[[models]]
name = "stub-500"
provider = "gw"
alias = "refused"
"""


def install(cli: CliName) -> Path:
    if cli is CliName.MISTRAL:
        # The version before the contract's: that one asks for a package that is not to be had.
        return pip_program.install("mistral-vibe", "3.0.2", "vibe", python="3.12")
    return npm_cli.install(*_PACKAGES[cli])


def bench_of(cli: CliName, program: Path, root: Path, url: str, key: str) -> Bench:
    bench = Bench(
        cli=cli_of(cli),
        program=program,
        root=root / cli.value,
        environment={"GATEWAY_KEY": key},
    )
    return _SET_UP[cli](bench, url, key)


def _claude(bench: Bench, url: str, key: str) -> Bench:
    """IS_SANDBOX: as root the CLI would refuse to let tools run unasked."""
    return bench.with_(
        environment={"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": key, "IS_SANDBOX": "1"},
        options={"tools": ["Bash"], "dangerouslySkipPermissions": True},
    )


def _codex(bench: Bench, url: str, _: str) -> Bench:
    provider = {
        "name": "gw",
        "base_url": f"{url}/v1",
        "env_key": "GATEWAY_KEY",
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": 0,
        "supports_websockets": False,
    }
    settings = {"model_providers.gw": provider, "model_provider": "gw", "analytics.enabled": False}
    return bench.with_(
        options={"configOverrides": settings, "dangerouslyBypassApprovalsAndSandbox": True}
    )


def _copilot(bench: Bench, url: str, key: str) -> Bench:
    return bench.with_(
        environment={
            "COPILOT_OFFLINE": "true",
            "COPILOT_PROVIDER_BASE_URL": f"{url}/v1",
            "COPILOT_PROVIDER_API_KEY": key,
        },
        options={"allowAllTools": True},
    )


def _gemini(bench: Bench, url: str, key: str) -> Bench:
    bench.write(".gemini/settings.json", json.dumps(gemini_cli.SETTINGS))
    return bench.with_(
        environment={
            "GOOGLE_GEMINI_BASE_URL": url,
            "GEMINI_API_KEY": key,
            "GEMINI_CLI_NO_RELAUNCH": "true",  # for its help too
        },
        options={"yolo": True},
    )


def _grok(bench: Bench, url: str, key: str) -> Bench:
    models = "".join(_GROK_MODEL.format(model=model, url=url) for model in _MODELS)
    bench.write(".grok/config.toml", f"[cli]\nauto_update = false\n{models}")
    return bench.with_(
        environment={
            "GATEWAY_KEY": key,
            "GROK_XAI_API_BASE_URL": f"{url}/v1",
            "GROK_CLI_CHAT_PROXY_BASE_URL": f"{url}/v1",
            "GROK_TELEMETRY_ENABLED": "0",
            "GROK_TURN_SUMMARY": "0",
        },
        options={"alwaysApprove": True},
    )


def _opencode(bench: Bench, url: str, key: str) -> Bench:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "gw",
        "options": {"baseURL": f"{url}/v1", "apiKey": key},
        "models": {model: {"name": model} for model in _MODELS},
    }
    settings = {
        "autoupdate": False,
        "share": "disabled",
        "small_model": "gw/practice/echo",
        "enabled_providers": ["gw"],
        "provider": {"gw": provider},
    }
    return bench.with_(
        environment={
            "OPENCODE_CONFIG_CONTENT": json.dumps(settings),
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1",
        },
        options={"permissionMode": "bypassPermissions"},
        model="gw/practice/echo",
    )


def _vibe(bench: Bench, url: str, _: str) -> Bench:
    """A session goes on with the model that it began with: its settings name it."""
    bench.write(".vibe/config.toml", _VIBE_SETTINGS.format(url=url))
    return bench.with_(model="", options={"permissionMode": "auto-approve"})


_SET_UP = {
    CliName.CLAUDE: _claude,
    CliName.CODEX: _codex,
    CliName.COPILOT: _copilot,
    CliName.GEMINI: _gemini,
    CliName.GROK: _grok,
    CliName.OPENCODE: _opencode,
    CliName.MISTRAL: _vibe,
}
