"""`llmgw pin`: a folder's own base URL in what programs read there, and exactly as before after
`llmgw unpin`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.connect.pinning import parse_budget
from llmgw_desktop.app.doctor.report import FindingState
from llmgw_desktop.app.doctor.upstreams import look_at_pins
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.policy import Budget, Measure, Period
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings

CONFIG = """# mine
[providers.openai]
kind = "openai"
[[providers.openai.accounts]]
name = "work"
api_key_env = "WORK_KEY"
[[providers.openai.accounts]]
name = "own"
api_key_env = "OWN_KEY"
"""
CLAUDE = b"""{
  // mine
  "env": {"ANTHROPIC_BASE_URL": "https://else.example", "X": "1"},
  "a": 1
}
"""
ENVRC = b"use nix\nexport OPENAI_BASE_URL=https://else.example # mine\nexport A=b"


@dataclass
class Scene:
    places: Places
    env: dict[str, str]
    folder: Path

    def run(self, *words: str) -> int:
        arguments = parse(list(words))
        return arguments.chosen.run(arguments, self.places, self.env)

    @property
    def claude(self) -> Path:
        return self.folder / ".claude/settings.local.json"

    @property
    def envrc(self) -> Path:
        return self.folder / ".envrc"

    def config(self) -> str:
        return self.places.config_file.read_text()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.config_file.write_text(CONFIG)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("claude", "direnv"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    person = tmp_path / "person"
    folder = person / "My Shop"
    folder.mkdir(parents=True)
    env = {
        "HOME": str(person),
        "PATH": str(programs),
        "LLMGW_HOME": str(tmp_path / "home"),
        "WORK_KEY": "sk-work",
        "OWN_KEY": "sk-own",
    }
    return Scene(places, env, folder)


def _pinned(scene: Scene) -> str:
    (pin,) = load_settings(scene.places.config_file, scene.env).settings.pins
    return f"http://127.0.0.1:3333/as/pinned.{pin.name}"


def test_what_was_there_comes_back_byte_for_byte(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.claude.parent.mkdir()
    scene.claude.write_bytes(CLAUDE)
    scene.envrc.write_bytes(ENVRC)
    words = ("pin", str(scene.folder), "--account", "openai/work", "--model", "gpt-5")
    assert scene.run(*words, "--budget", "5 usd a day") == 0
    url = _pinned(scene)
    assert url.rpartition(".")[2].startswith("my-shop-")
    assert f'"ANTHROPIC_BASE_URL": "{url}"' in scene.claude.read_text()
    assert f"export OPENAI_BASE_URL={url}/v1 # mine" in scene.envrc.read_text()
    assert f"export GOOGLE_GEMINI_BASE_URL={url}\n" in scene.envrc.read_text()
    told = capsys.readouterr().out
    assert "leaves through openai/work, answered by gpt-5, at most 5 US dollars a day." in told
    assert "direnv allow" in told
    assert "llmgw connect claude-code --models" in told
    (pin,) = load_settings(scene.places.config_file, scene.env).settings.pins
    assert pin.budgets == (Budget(measure=Measure.USD, amount=5, period=Period.DAY),)
    assert scene.config().startswith(CONFIG)
    assert scene.run("unpin", str(scene.folder)) == 0
    assert scene.claude.read_bytes() == CLAUDE
    assert scene.envrc.read_bytes() == ENVRC
    assert scene.config() == CONFIG
    assert list(scene.places.connections_folder.iterdir()) == []
    assert scene.run("unpin", str(scene.folder)) == 1


def test_what_was_made_is_gone_again(scene: Scene) -> None:
    assert scene.run("pin", str(scene.folder), "--account", "openai/own") == 0
    url = _pinned(scene)
    assert json.loads(scene.claude.read_text()) == {"env": {"ANTHROPIC_BASE_URL": url}}
    assert scene.run("pin", str(scene.folder), "--account", "openai/work") == 0  # another account
    assert _pinned(scene) == url
    (pin,) = load_settings(scene.places.config_file, scene.env).settings.pins
    assert (pin.account, pin.model, pin.budgets) == ("work", "", ())
    assert scene.run("unpin", str(scene.folder)) == 0
    assert list(scene.folder.iterdir()) == []


def test_gemini_gets_a_file_where_none_is_hidden_from_it(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads the nearest one alone; its key may stand in another."""
    gemini = Path(scene.env["PATH"]) / "gemini"
    gemini.write_text("#!/bin/sh\n")
    gemini.chmod(0o755)
    file, own = (each / ".gemini/.env" for each in (scene.folder, Path(scene.env["HOME"])))
    words = ("pin", str(scene.folder), "--account", "openai/work")
    assert scene.run(*words) == 0
    assert file.read_text() == f"GOOGLE_GEMINI_BASE_URL={_pinned(scene)}\n"
    assert "folders alone that it trusts" in capsys.readouterr().out
    assert scene.run("unpin", str(scene.folder)) == 0
    assert list(scene.folder.iterdir()) == []
    own.parent.mkdir()
    own.write_text("GEMINI_API_KEY=its-own\n")
    assert scene.run(*words) == 0
    assert not file.exists()
    assert f"would hide {own}" in capsys.readouterr().out
    assert scene.run("unpin", str(scene.folder)) == 0
    file.parent.mkdir()
    file.write_bytes(b"GEMINI_API_KEY=of-the-shop")
    assert scene.run(*words) == 0
    assert f"\nGOOGLE_GEMINI_BASE_URL={_pinned(scene)}" in file.read_text()
    assert scene.run("unpin", str(scene.folder)) == 0
    assert file.read_bytes() == b"GEMINI_API_KEY=of-the-shop"


def test_what_was_changed_since_stays(scene: Scene) -> None:
    assert scene.run("pin", str(scene.folder), "--account", "openai/work") == 0
    said = json.loads(scene.claude.read_text())
    scene.claude.write_text(json.dumps({**said, "more": 1}))
    with scene.envrc.open("a") as file:
        file.write("export MORE=1\n")
    assert scene.run("unpin", str(scene.folder)) == 0
    assert json.loads(scene.claude.read_text()) == {"more": 1}
    assert scene.envrc.read_text() == "export MORE=1\n"


def test_the_list_and_the_doctor_say_how_each_stands(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert look_at_pins(scene.places, scene.env) == ()
    assert scene.run("pin", "list") == 0
    assert "No folder is pinned." in capsys.readouterr().out
    assert scene.run("pin", str(scene.folder), "--account", "openai/work") == 0
    capsys.readouterr()
    assert scene.run("pin", "list") == 0
    row = capsys.readouterr().out.splitlines()[1].split("\t")
    assert row == [str(scene.folder), "leaves through openai/work", _pinned(scene), "-"]
    (section,) = look_at_pins(scene.places, scene.env)
    assert section.findings[0].state is FindingState.OK
    scene.claude.write_text("{}")
    (section,) = look_at_pins(scene.places, scene.env)
    assert section.findings[0].state is FindingState.WARN
    assert "has another base URL now" in section.findings[0].says
    scene.places.config_file.write_text(CONFIG)  # by hand
    (section,) = look_at_pins(scene.places, scene.env)
    assert "is gone: what comes by its base URL is refused" in section.findings[0].says
    assert scene.run("unpin", str(scene.folder)) == 0
    assert look_at_pins(scene.places, scene.env) == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--account", "nobody/x"), "there is no provider"),
        (("--account", "openai"), "expected one account"),
        (("--account", "openai/else"), "account"),
        (("--account", "openai/work:gpt-5"), "model = names it"),
    ],
)
def test_what_would_not_hold_is_refused_and_changes_nothing(
    scene: Scene, words: tuple[str, ...], told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        scene.run("pin", str(scene.folder), *words)
    assert scene.config() == CONFIG
    assert list(scene.folder.iterdir()) == []


def test_a_file_that_cannot_be_read_leaves_all_as_it_was(scene: Scene) -> None:
    scene.claude.parent.mkdir()
    scene.claude.write_bytes(b"{ not json")
    with pytest.raises(ConfigError):
        scene.run("pin", str(scene.folder), "--account", "openai/work")
    assert scene.claude.read_bytes() == b"{ not json"
    assert scene.config() == CONFIG
    assert not scene.envrc.exists()


def test_no_folder_and_the_home_are_refused(scene: Scene) -> None:
    for folder in (scene.folder / "none", Path(scene.env["HOME"])):
        with pytest.raises(ConfigError):
            scene.run("pin", str(folder), "--account", "openai/work")
    assert scene.run("pin", str(scene.folder)) == 2
    assert scene.run("pin", str(scene.folder), "--account", "a", "--budget", "much") == 2


@pytest.mark.parametrize("text", ["5usd/day", "5 USD per day", "5.0 usd a day"])
def test_budgets_are_said_in_words(text: str) -> None:
    assert parse_budget(text) == Budget(measure=Measure.USD, amount=5, period=Period.DAY)


@pytest.mark.parametrize("text", ["", "5", "usd a day", "0 usd a day", "5 usd a fortnight"])
def test_a_budget_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an amount"):
        parse_budget(text)


def test_before_the_program_is_removed_folders_are_taken_back_too(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scene.run("pin", str(scene.folder), "--account", "openai/work") == 0
    assert scene.run("connect", "all", "--undo", "--dry-run") == 0
    assert f"{scene.folder} would be unpinned." in capsys.readouterr().out
    assert scene.claude.exists()
    assert scene.run("connect", "all", "--undo") == 0
    assert list(scene.folder.iterdir()) == []
    assert scene.config() == CONFIG
