"""`llmgw connect --rules`: rules in programs' own words, and never more than the rules say."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.app.connect.connector import Wanted
from llmgw_desktop.app.connect.native_rules import FORMS
from llmgw_desktop.app.connect.program_keys import GatewayAddress
from llmgw_desktop.app.connect.programs import Transport
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.rules.rule import RuleHours, RuleVerdict, StandingRule
from tests.app.connect.desk import Desk

PUSH = StandingRule(name="pushing", verdict=RuleVerdict.DENY, commands=("git push *",))
TOUCH = StandingRule(name="touching", verdict=RuleVerdict.ASK, commands=("touch",))
LOOK = StandingRule(name="looking", verdict=RuleVerdict.ALLOW, commands=("git status",))
FILES = StandingRule(name="files", verdict=RuleVerdict.DENY, paths=("**/.env", "/etc/shadow"))
TOOL = StandingRule(name="tool", verdict=RuleVerdict.ASK, tools=("fs/write_file",))
HOST = StandingRule(name="host", verdict=RuleVerdict.DENY, hosts=("example.org",))
RULES = (PUSH, TOUCH, LOOK, FILES, TOOL, HOST)
WANTED = Wanted(transport=Transport.STDIO, rules=True)


class RuledDesk(Desk):
    """Of a person with rules."""

    def hold(self, *rules: StandingRule) -> None:
        at = GatewayAddress(base=self.url, mcp=f"{self.url}/mcp", rules=rules)
        self.connector.address = lambda: at


@pytest.fixture
def desk(tmp_path: Path) -> RuledDesk:
    made = RuledDesk(tmp_path)
    made.hold(*RULES)
    return made


def text(desk: Desk, name: str) -> str:
    return (desk.home / name).read_text()


def test_claude_code_is_told_what_it_can_say_and_has_its_hooks(desk: RuledDesk) -> None:
    desk.set_up("claude-code", WANTED)
    said = json.loads(text(desk, ".claude/settings.json"))
    assert said["permissions"] == {
        "allow": ["Bash(git status)"],
        "ask": ["Bash(touch:*)", "mcp__fs__write_file"],
        "deny": [
            "Bash(git push:*)",
            *("Read(**/.env)", "Edit(**/.env)", "Read(//etc/shadow)", "Edit(//etc/shadow)"),
            "WebFetch(domain:example.org)",
        ],
    }
    for event in ("PreToolUse", "PermissionRequest", "PostToolUse", "SessionEnd"):
        (entry,) = said["hooks"][event]
        assert entry["hooks"][0]["command"].endswith(" hook claude")


def test_codex_and_gemini_have_a_file_for_it(desk: RuledDesk) -> None:
    desk.set_up("codex", WANTED)
    lines = text(desk, ".codex/rules/llmgw.rules").splitlines()[1:]
    assert lines == [
        'prefix_rule(pattern = ["git", "push"], decision = "forbidden")',
        'prefix_rule(pattern = ["touch"], decision = "prompt")',
    ]
    desk.set_up("gemini-cli", WANTED)
    found = tomllib.loads(text(desk, ".gemini/policies/llmgw.toml"))["rule"]
    assert [each["decision"] for each in found] == ["deny", "ask_user", "ask_user"]
    assert found[0]["commandPrefix"] == "git push"
    assert found[0]["priority"] > found[1]["priority"], "deny beats ask"
    assert (found[2]["mcpName"], found[2]["toolName"]) == ("fs", "write_file")


def test_opencode_and_grok_have_it_among_their_settings(desk: RuledDesk) -> None:
    desk.set_up("opencode", WANTED)
    said = json.loads(desk.file("opencode").read_text())["permission"]["bash"]
    assert list(said.items()) == [
        ("git status", "allow"),
        ("touch *", "ask"),
        ("git push *", "deny"),
    ]
    desk.set_up("grok", WANTED)
    told = tomllib.loads(desk.file("grok").read_text())["permission"]
    assert told == {
        "ask": ["Bash(touch)", "Bash(touch *)"],
        "deny": ["Bash(git push)", "Bash(git push *)"],
    }


@pytest.mark.parametrize("name", sorted(FORMS))
@pytest.mark.parametrize("has_file", [False, True])
def test_taken_back_all_is_as_it_was(desk: RuledDesk, name: str, has_file: bool) -> None:
    if has_file:
        own = b'# mine\n[permission]\ndeny = ["Bash(rm)"]\n'
        desk.write(name, own if name in ("codex", "grok") else b'{\n  "theme": "dark"\n}\n')
        (desk.home / ".claude").mkdir()
        settings = b'{"permissions": {"deny": ["Bash(rm:*)"]}, "hooks": {"PreToolUse": []}}'
        (desk.home / ".claude/settings.json").write_bytes(settings)
    before = desk.files()
    desk.set_up(name, WANTED)
    desk.set_up(name, WANTED)
    assert desk.files() != before
    desk.undo(name)
    assert desk.files() == before


def test_each_has_its_hook_and_no_hook_allows_but_where_it_is_asked(desk: RuledDesk) -> None:
    for name in sorted(FORMS):
        desk.set_up(name, WANTED)
    hook = re.compile(r" hook (\w+)\b")
    said = {
        file: set(hook.findall(text(desk, file)))
        for file in (
            *(".codex/hooks.json", ".gemini/settings.json", ".grok/hooks/llmgw.json"),
            *(".config/opencode/plugin/llmgw.js", ".copilot/hooks/llmgw.json"),
        )
    }
    assert list(said.values()) == [{"codex"}, {"gemini"}, {"grok"}, {"opencode"}, {"copilot"}]
    allowing = {name for name, form in FORMS.items() if RuleVerdict.ALLOW in form.held}
    assert allowing == {"claude-code", "codex"}


def test_what_others_add_stays_when_it_is_taken_back(desk: RuledDesk) -> None:
    desk.set_up("claude-code", WANTED)
    path = desk.home / ".claude/settings.json"
    said = json.loads(path.read_text())
    said["permissions"]["deny"].insert(1, "Bash(rm:*)")
    said["hooks"]["PreToolUse"].append({"hooks": []})
    path.write_text(json.dumps(said))
    desk.undo("claude-code")
    left = {"permissions": {"deny": ["Bash(rm:*)"]}, "hooks": {"PreToolUse": [{"hooks": []}]}}
    assert json.loads(path.read_text()) == left


def test_a_persons_own_table_of_grok_stays(desk: RuledDesk) -> None:
    desk.write("grok", b'[permission]\ndeny = ["Bash(rm)"]\n')
    plan = desk.connector.plan("grok", WANTED)
    assert dict(plan.rules)["pushing"] == "not written: 'permission' has words of your own"
    desk.connector.set_up(plan)
    told = tomllib.loads(desk.file("grok").read_text())["permission"]
    assert told == {"deny": ["Bash(rm)"]}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (replace(PUSH, workspaces=("shop",)), "there are no words for its workspaces"),
        (replace(PUSH, clients=("ada",)), "there are no words for its clients"),
        (replace(PUSH, hours=RuleHours(begin=0, end=60)), "there are no words for its hours"),
        (replace(PUSH, is_on=False), "it is off"),
        (replace(PUSH, mistake="what"), "it has a mistake"),
        (replace(PUSH, clis=("nobody",)), "it is about other CLIs"),
        (replace(PUSH, paths=("src/**",)), "it is about several things at once, or about all"),
        (replace(PUSH, commands=()), "it is about several things at once, or about all"),
        (replace(LOOK, commands=("git log *",)), "its own settings cannot say it"),
        (replace(PUSH, commands=("git push [ab]*",)), "its own settings cannot say it"),
        (replace(PUSH, commands=("echo 'a) b' *",)), "its own settings cannot say it"),
        (replace(HOST, hosts=("*.example.org",)), "its own settings cannot say it"),
        (replace(FILES, verdict=RuleVerdict.ALLOW), "its own settings cannot say it"),
    ],
)
@pytest.mark.parametrize("name", sorted(FORMS))
def test_what_a_program_cannot_say_is_not_written(name: str, rule: StandingRule, why: str) -> None:
    found = FORMS[name].found([rule])
    assert found.said == ()
    ((_, fate),) = found.told
    assert fate.startswith(f"not written: {why}")
    is_held = rule.verdict in FORMS[name].held and not why.endswith(("off", "mistake", "CLIs"))
    assert fate.endswith("; its hook holds it to the rule") is is_held


def test_a_rule_in_part_says_so() -> None:
    rule = replace(LOOK, commands=("git status", "git log *"))
    ((_, fate),) = FORMS["opencode"].found([rule]).told
    assert fate == "written but for 1 of 2 patterns"


def test_a_program_without_words_for_rules_is_refused(desk: RuledDesk) -> None:
    with pytest.raises(ConfigError, match="Cursor takes no rules in its settings"):
        desk.connector.plan("cursor", WANTED)
    assert not desk.files()


@pytest.mark.parametrize("home", ["", "/a folder/größe"])
def test_on_windows_a_hook_is_written_for_the_shell_that_runs_it(tmp_path: Path, home: str) -> None:
    """Claude Code asks bash there too, the others cmd or PowerShell."""
    person = tmp_path / "person"
    env = {"USERPROFILE": str(person), "APPDATA": str(person / "Roaming"), "LLMGW_HOME": home}
    desk = RuledDesk(tmp_path, "win32", **env)
    desk.hold(*RULES)
    for name in ("claude-code", "codex", "copilot"):
        desk.set_up(name, WANTED)
    (claude,) = json.loads(text(desk, ".claude/settings.json"))["hooks"]["PreToolUse"]
    (codex,) = json.loads(text(desk, ".codex/hooks.json"))["hooks"]["PreToolUse"]
    (copilot,) = json.loads(text(desk, ".copilot/hooks/llmgw.json"))["hooks"]["preToolUse"]
    assert claude["hooks"][0]["command"].startswith(f"LLMGW_HOME='{home}' " if home else "/")
    for said in (codex["hooks"][0]["command"], copilot["powershell"]):
        line = said.removesuffix('"').removeprefix(f'cmd /c "set LLMGW_HOME={home}&& ')
        assert (line != said) == bool(home)
        assert re.fullmatch(r"[\w/.-]+ -I -m llmgw_desktop hook co(dex|pilot)", line)
    assert "bash" not in copilot


def test_on_windows_a_hook_that_cannot_name_its_home_is_not_written(tmp_path: Path) -> None:
    person = tmp_path / "person"
    desk = RuledDesk(tmp_path, "win32", USERPROFILE=str(person), LLMGW_HOME="/R&D")
    with pytest.raises(ConfigError, match="LLMGW_HOME"):
        desk.set_up("codex", WANTED)
    assert not (person / ".codex").exists()
