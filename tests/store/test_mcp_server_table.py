"""`[mcp_servers.NAME]`: one with a mistake is off, and no message repeats what may be a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.store.settings.reader import load_settings


def load(folder: Path, text: str) -> LoadedSettings:
    (folder / "config.toml").write_text(text)
    return load_settings(folder / "config.toml", {})


def test_servers(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """
[mcp_servers.exa]
command = "npx"
args = ["-y", "exa-mcp-server"]
env = { EXA_API_KEY = "${vault:exa/default}", MODE = "fast" }
[mcp_servers.wiki]
url = "https://wiki.test/mcp"
headers = { Authorization = "Bearer plain-token" }
managed = true
score = 0
""",
    )
    assert loaded.warnings == ()
    exa, wiki = loaded.settings.mcp_servers
    assert (exa.command, exa.args, exa.points, exa.managed) == (
        "npx",
        ("-y", "exa-mcp-server"),
        2,
        False,
    )
    assert (wiki.url, wiki.points, wiki.managed) == ("https://wiki.test/mcp", 0, True)
    assert loaded.settings.api_keys == ("plain-token",)
    assert "plain-token" not in repr(loaded.settings)


@pytest.mark.parametrize(
    "said",
    [
        'command = "a"\nurl = "https://x.test"',
        "args = []",
        'url = "http://x.test/mcp"',
        'url = "https://user:sk-secret@x.test"',
        'command = "a"\nenv = { "A B" = "sk-secret" }',
        'command = "a"\nenv = { LLMGW_HOME = "sk-secret" }',
        'command = "a"\nenv = { A = "${vault:sk-secret" }',
        'command = "a"\nenv = { A = "${vault:a/b/c/sk-secret}" }',
        'url = "https://x.test"\nheaders = { "A:" = "sk-secret" }',
        'url = "https://x.test"\nheaders = { A = "sk-secret\\n" }',
        'command = "a"\nscore = 99',
        'command = "a"\nmanaged = "yes"',
    ],
)
def test_one_with_a_mistake_is_off_alone(tmp_path: Path, said: str) -> None:
    loaded = load(tmp_path, f'[mcp_servers.bad]\n{said}\n[mcp_servers.good]\ncommand = "b"\n')
    (warning,) = loaded.warnings
    assert ": mcp_servers.bad" in warning
    assert "sk-secret" not in warning
    assert [(each.name, each.enabled) for each in loaded.settings.mcp_servers] == [
        ("bad", False),
        ("good", True),
    ]
