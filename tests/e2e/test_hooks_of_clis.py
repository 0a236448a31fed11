"""Real CLIs that a person runs, told to ask nobody, with the hook of `llmgw connect --rules`: what
a rule denies they do not do, behind `timeout` as well, which their own rules pass by."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from llmgw_desktop.app.command_line.this_program import own_argv
from llmgw_desktop.app.connect.native_rules import FORMS
from llmgw_desktop.app.connect.programs import Ground
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import ApprovalSettings
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from llmgw_desktop.store.client_files.marks import WHOLE
from tests.engine.conftest import House, house_in
from tests.support import cli_benches
from tests.support.answers import Answer
from tests.support.cli_bench import Bench
from tests.support.mcp_gate import gate_app
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

RULES = (
    StandingRule(name="making", verdict=RuleVerdict.DENY, commands=("mkdir",)),
    StandingRule(name="touching", verdict=RuleVerdict.ASK, commands=("touch asked.txt",)),
)


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """A CLI as its person has it."""

    program: str
    tool: str
    lane: str = "models"
    model: str = ""
    is_held: bool = True
    """What a rule wants asked waits for the list; others deny it without a screen."""
    command: str = "command"
    env: Mapping[str, str] = field(default_factory=dict)


TERMINALS = {
    # A person trusts its hooks once, on its screen.
    CliName.CODEX: Terminal(program="codex", tool="exec_command", command="cmd"),
    CliName.GEMINI: Terminal(
        program="gemini-cli",
        tool="run_shell_command",
        lane="gemini",
        model="gemini-2.5-pro",
        is_held=False,
        env={"GEMINI_CLI_TRUST_WORKSPACE": "true"},
    ),
    CliName.GROK: Terminal(program="grok", tool="run_terminal_command"),
    CliName.OPENCODE: Terminal(program="opencode", tool="bash"),
    CliName.COPILOT: Terminal(program="copilot", tool="bash", is_held=False),
    CliName.MISTRAL: Terminal(program="", tool="bash"),
}
VIBE = """
[[hooks]]
name = "llmgw"
type = "pre_tool"
timeout = 3600
command = {command}
"""


def hook_of(house: House, cli: CliName) -> str:
    gateway = house.container.places.data_folder.parent
    return f"LLMGW_HOME={gateway} {' '.join(own_argv({}))} hook {cli}"


def set_up(bench: Bench, program: str, hook: str) -> None:
    """Its hooks alone, as the command writes them."""
    home = bench.made("home")
    if not program:  # as docs/rules.md has a person write it
        bench.write(".vibe/hooks.toml", VIBE.format(command=json.dumps(hook)))
        return
    form = FORMS[program]
    for put in form.puts(Ground(env={"HOME": str(home)}), form.found(()), hook):
        put.file.parent.mkdir(parents=True, exist_ok=True)
        if put.format is WHOLE:
            put.file.write_text(put.value)
            continue
        said = json.loads(put.file.read_text()) if put.file.exists() else {}
        said.setdefault(put.path[0], {}).setdefault(put.path[1], []).append(put.value)
        put.file.write_text(json.dumps(said))


def trusting(codex: Path, root: Path) -> Path:
    """As for a person who has looked at its hooks; a trial has no screen to do so."""
    script = root / "codex-that-trusts"
    script.write_text(f'#!/bin/sh\nexec {codex} --dangerously-bypass-hook-trust "$@"\n')
    script.chmod(0o755)
    return script


def steps_of(cli: CliName, folder: Path, url: str) -> list[tuple[str, dict[str, object]]]:
    """Each kind of step that it has: four that rules deny, and at last one that none speaks of."""
    denied, free, new = str(folder / "denied.txt"), str(folder / "free.txt"), "new words"
    patch = "apply_patch <<'E'\n*** Begin Patch\n*** Update File: denied.txt\n@@\n-old words\n+{}"
    patch = patch.format(f"{new}\n*** End Patch\nE")
    note: dict[str, object] = {"text": "noted"}
    return {
        CliName.CLAUDE: [
            ("Read", {"file_path": denied}),
            ("Write", {"file_path": denied, "content": new}),
            ("WebFetch", {"url": url, "prompt": "look"}),
            ("mcp__gate__note", note),
            ("Write", {"file_path": free, "content": new}),
        ],
        CliName.CODEX: [
            ("exec_command", {"cmd": "cat denied.txt"}),
            ("exec_command", {"cmd": patch}),
            ("view_image", {"path": denied}),
            ("mcp__gate/note", note),
            ("exec_command", {"cmd": "touch free.txt"}),
        ],
        CliName.GEMINI: [
            ("read_file", {"file_path": denied}),
            ("write_file", {"file_path": denied, "content": new}),
            (
                "replace",
                {
                    "file_path": denied,
                    "instruction": "change",
                    "old_string": "old",
                    "new_string": "new",
                },
            ),
            ("grep_search", {"pattern": "old", "dir_path": denied}),
            ("web_fetch", {"prompt": f"look at {url}"}),
            ("mcp_gate_note", note),
            ("write_file", {"file_path": free, "content": new}),
        ],
        CliName.GROK: [
            ("read_file", {"target_file": denied}),
            ("search_replace", {"file_path": denied, "old_string": "old", "new_string": "new"}),
            ("write", {"file_path": denied, "content": new}),
            ("grep", {"pattern": "old", "path": denied}),
            ("monitor", {"command": f"cp /etc/hostname {denied}", "description": "look"}),
            ("use_tool", {"tool_name": "gate__note", "tool_input": note}),
            ("write", {"file_path": free, "content": new}),
        ],
        CliName.OPENCODE: [
            ("read", {"filePath": denied}),
            ("edit", {"filePath": denied, "oldString": "old", "newString": "new"}),
            ("write", {"filePath": denied, "content": new}),
            ("grep", {"pattern": "old", "path": denied}),
            ("webfetch", {"url": url, "format": "text"}),
            ("gate_note", note),
            ("write", {"filePath": free, "content": new}),
        ],
        CliName.COPILOT: [
            ("view", {"path": denied}),
            ("edit", {"path": denied, "old_str": "old", "new_str": "new"}),
            ("grep", {"pattern": "old", "paths": [denied], "output_mode": "content"}),
            ("gate-note", note),
            ("create", {"path": free, "file_text": new}),
        ],
        CliName.MISTRAL: [
            ("read_file", {"path": denied}),
            ("write_file", {"path": denied, "content": new}),
            ("edit", {"file_path": denied, "old_string": "old", "new_string": "new"}),
            ("write_file", {"path": free, "content": new}),
        ],
    }[cli]


ODD = Path(__file__).parents[1] / "support/mcp_odd_server.py"
ALL_KINDS = (
    StandingRule(name="that file", verdict=RuleVerdict.DENY, paths=("**/denied.txt",)),
    StandingRule(name="that host", verdict=RuleVerdict.DENY, hosts=("127.0.0.1",)),
    StandingRule(name="that tool", verdict=RuleVerdict.DENY, tools=("gate/note", "gate/echo")),
)


def with_server(bench: Bench, url: str, noted: Path) -> Bench:
    """An MCP server of its person's own, as its documents have it set up."""
    toml, home = f'[mcp_servers.gate]\nurl = "{url}"\n', bench.made("home")
    match bench.cli.name:
        case CliName.CODEX:
            bench.write(".codex/config.toml", toml)
        case CliName.GROK | CliName.MISTRAL as name:
            file = home / (".grok/config.toml" if name is CliName.GROK else ".vibe/config.toml")
            if name is CliName.MISTRAL:
                words = f'command = "{sys.executable}"\nargs = ["{ODD}", "{noted}"]\n'
                toml = f'[[mcp_servers]]\nname = "gate"\ntransport = "stdio"\n{words}'
            file.write_text(f"{file.read_text()}\n{toml}")
        case CliName.OPENCODE:
            told = json.loads(bench.environment["OPENCODE_CONFIG_CONTENT"])
            told["mcp"] = {"gate": {"type": "remote", "url": url, "enabled": True, "oauth": False}}
            more = {"OPENCODE_CONFIG_CONTENT": json.dumps(told)}
            return bench.with_(environment={**bench.environment, **more})
        case CliName.GEMINI:
            file = home / ".gemini/settings.json"
            told = json.loads(file.read_text())
            servers = {"mcpServers": {"gate": {"httpUrl": url, "trust": True}}}
            file.write_text(json.dumps({**told, **servers}))
        case CliName.COPILOT:
            server = {"type": "http", "url": url, "tools": ["*"]}
            bench.write(".copilot/mcp-config.json", json.dumps({"mcpServers": {"gate": server}}))
        case CliName.CLAUDE:
            servers = {"mcpServers": {"gate": {"type": "http", "url": url}}}
            bench.write(".claude.json", json.dumps(servers))
            words = {"ENABLE_TOOL_SEARCH": "false", "MCP_CONNECTION_NONBLOCKING": "0"}
            return bench.with_(
                model="claude-opus-5-5",
                options={"dangerouslySkipPermissions": True},
                environment={**bench.environment, **words},
            )
    return bench


@dataclass(kw_only=True)
class Turn:
    """One turn with all kinds of steps: what became of them."""

    bench: Bench
    steps: deque[tuple[str, dict[str, object]]]
    told: str
    """All that the model was told."""
    noted: bool
    fetched: bool
    asked: list[str]
    """What stood in the list; each was allowed once."""

    @property
    def text(self) -> str:
        return (self.bench.folder / "denied.txt").read_text()


CHANGED = "old words\nmore of it\n"


async def turn_of(
    tmp_path: Path,
    program_of: Callable[[CliName], Path],
    cli: CliName,
    rules: Sequence[StandingRule],
    *,
    options: Mapping[str, object] | None = None,
    leaves_out: Container[str] = (),
) -> Turn:
    """`leaves_out`: tools. The CLI is told to approve all, or has these `options`."""
    terminal = TERMINALS.get(cli, Terminal(program="claude-code", tool="Bash", lane="claude"))
    noted, asked = tmp_path / "noted.txt", list[str]()
    async with (
        house_in(tmp_path / "gateway") as house,
        Upstream() as upstream,
        TestServer(gate_app(noted)) as gate,
    ):
        house.container.runs.permissions.apply(ApprovalSettings(), rules)
        lane, fetched = upstream.lane(terminal.lane), upstream.lane("fetched")
        program = program_of(cli)
        if cli is CliName.CODEX:
            program = trusting(program, tmp_path)
        bench = cli_benches.bench_of(cli, program, tmp_path, lane.root_url, "k")
        bench = bench.with_(
            model=terminal.model or bench.model,
            environment={**bench.environment, **terminal.env},
        )
        bench = with_server(bench, str(gate.make_url("/mcp")), noted)
        if options is not None:
            bench = bench.with_(options=options)
        set_up(bench, terminal.program, hook_of(house, cli))
        (bench.folder / "denied.txt").write_text(CHANGED)
        all_steps = steps_of(cli, bench.folder, f"{fetched.root_url}/page")
        steps = deque(each for each in all_steps if each[0] not in leaves_out)
        lane.always = Answer(steps=steps, call_tools=False)
        run = asyncio.ensure_future(asyncio.to_thread(bench.run, "do it"))
        listed = house.container.question_list
        while not run.done():
            news = asyncio.ensure_future(listed.news(listed.number))
            await asyncio.wait({run, news}, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            for question in listed.waiting:
                if not any(each.allows for each in question.choices):
                    continue  # only told of
                asked.append(question.title)
                path = f"/v1/questions/{question.id}"
                async with house.post(path, {"choice": "once"}) as answer:
                    assert answer.status == 200
        await run
        return Turn(
            bench=bench,
            steps=steps,
            told=b"".join(each.body for each in lane.requests).decode(),
            noted=noted.exists() and any(each in noted.read_text() for each in ("noted", "call")),
            fetched=bool(fetched.requests),
            asked=asked,
        )


@pytest.mark.parametrize("cli", [CliName.CLAUDE, *TERMINALS])
async def test_files_addresses_and_servers_are_held_as_commands_are(
    tmp_path: Path, program_of: Callable[[CliName], Path], cli: CliName
) -> None:
    """Edits, reads, searches, fetches and MCP tools: all that it has of them, in one turn."""
    turn = await turn_of(tmp_path, program_of, cli, ALL_KINDS)
    assert not turn.steps, "it has all of them"
    assert turn.text == CHANGED
    assert (turn.bench.folder / "free.txt").exists(), "of which no rule speaks"
    assert (turn.noted, turn.fetched, turn.asked) == (False, False, [])
    assert "more of it" not in turn.told
    found = [each.name for each in ALL_KINDS if f"The rule {each.name} says deny" in turn.told]
    has_fetch = any("etch" in name for name, _ in steps_of(cli, turn.bench.folder, ""))
    has_tools = cli is not CliName.MISTRAL  # it offered the model none of the server's
    assert found == [
        each.name
        for each in ALL_KINDS
        if (has_fetch or not each.hosts) and (has_tools or not each.tools)
    ]


ALL_ASKED = tuple(replace(each, verdict=RuleVerdict.ASK) for each in ALL_KINDS)
ALL_ALLOWED = (
    StandingRule(name="files", verdict=RuleVerdict.ALLOW, paths=("**/*.txt",)),
    StandingRule(name="that host", verdict=RuleVerdict.ALLOW, hosts=("127.0.0.1",)),
    StandingRule(name="that tool", verdict=RuleVerdict.ALLOW, tools=("gate/note", "gate/echo")),
)


@pytest.mark.parametrize("cli", [CliName.CLAUDE, *TERMINALS])
async def test_what_a_rule_asks_of_files_addresses_and_servers_waits_for_a_person(
    tmp_path: Path, program_of: Callable[[CliName], Path], cli: CliName
) -> None:
    """Those that would ask nobody wait for the list; others deny it, or end, without a screen."""
    turn = await turn_of(tmp_path, program_of, cli, ALL_ASKED)
    terminal = TERMINALS.get(cli)
    if terminal is None or not terminal.is_held:
        assert (turn.text, turn.noted, turn.fetched, turn.asked) == (CHANGED, False, False, [])
        assert (turn.bench.folder / "free.txt").exists() or turn.steps
        return
    assert not turn.steps
    own = steps_of(cli, turn.bench.folder, "")
    assert len(turn.asked) == len(own) - 1, "all but the one of which no rule speaks"
    assert turn.text != CHANGED
    assert (turn.bench.folder / "free.txt").exists()
    assert turn.noted == (cli is not CliName.MISTRAL)
    assert turn.fetched == any("etch" in name for name, _ in own)


async def test_what_a_rule_allows_claude_code_does_unasked(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """In its usual mode, without a screen: what no rule allowed it would be denied."""
    turn = await turn_of(
        *(tmp_path, program_of, CliName.CLAUDE, ALL_ALLOWED), options={}, leaves_out={"WebFetch"}
    )
    assert (turn.steps, turn.asked, turn.noted) == (deque(), [], True)
    assert turn.text != CHANGED
    assert (turn.bench.folder / "free.txt").exists()


@pytest.mark.parametrize("cli", TERMINALS)
async def test_told_to_ask_nobody_it_is_held_by_its_hook(
    tmp_path: Path, program_of: Callable[[CliName], Path], cli: CliName
) -> None:
    terminal = TERMINALS[cli]
    async with house_in(tmp_path / "gateway") as house, Upstream() as upstream:
        house.container.runs.permissions.apply(ApprovalSettings(), RULES)
        lane = upstream.lane(terminal.lane)
        program = program_of(cli)
        if cli is CliName.CODEX:
            program = trusting(program, tmp_path)
        bench = cli_benches.bench_of(cli, program, tmp_path, lane.root_url, "k")
        bench = bench.with_(
            model=terminal.model or bench.model,
            environment={**bench.environment, **terminal.env},
        )
        set_up(bench, terminal.program, hook_of(house, cli))

        async def run(command: str) -> None:
            given = {terminal.command: command, "description": "A step"}
            if cli in {CliName.CODEX, CliName.MISTRAL}:
                del given["description"]
            lane.always = Answer(call_named=terminal.tool, tool_input=given)
            await asyncio.to_thread(bench.run, "do it")

        await run("touch free.txt")
        await run("timeout 5 mkdir behind")
        asking = asyncio.ensure_future(run("touch asked.txt"))
        async with asyncio.timeout(60):
            while not asking.done() and not len(house.container.question_list):
                await asyncio.sleep(0.05)
        if terminal.is_held:
            (question,) = house.container.question_list.waiting
            async with house.post(f"/v1/questions/{question.id}", {"choice": "once"}) as answer:
                assert answer.status == 200
        await asking
        done = {each.name for each in bench.folder.iterdir()}
        assert done == ({"free.txt", "asked.txt"} if terminal.is_held else {"free.txt"})


async def test_what_codex_asks_is_answered_from_the_list(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """In its usual mode, with its hooks trusted as its own screen would: by their hashes."""
    async with house_in(tmp_path / "gateway") as house, Upstream() as upstream:
        lane = upstream.lane("models")
        bench = cli_benches.bench_of(
            CliName.CODEX, program_of(CliName.CODEX), tmp_path, lane.root_url, "k"
        )
        set_up(bench, "codex", hook_of(house, CliName.CODEX))
        listed = await talk(bench, lane.root_url, "hooks/list", {"cwds": [str(bench.folder)]})
        rows = [hook for each in listed["data"] for hook in each["hooks"]]
        assert {each["trustStatus"] for each in rows} == {"untrusted"}, "its person is asked"
        trusted = (
            f'[hooks.state.{json.dumps(each["key"])}]\ntrusted_hash = "{each["currentHash"]}"\n'
            for each in rows
        )
        bench.write(".codex/config.toml", "".join(trusted))
        for name, choice in (("once", "once"), ("denied", "deny")):
            lane.always = Answer(call_named="exec_command", tool_input={"cmd": f"touch {name}.txt"})
            asking = asyncio.ensure_future(talk(bench, lane.root_url, "", {}))
            async with asyncio.timeout(60):
                while not len(house.container.question_list):
                    await asyncio.sleep(0.05)
            (question,) = house.container.question_list.waiting
            assert question.title == f"Codex wants to run touch {name}.txt"
            async with house.post(f"/v1/questions/{question.id}", {"choice": choice}) as answer:
                assert answer.status == 200
            await asking
        assert [each.name for each in bench.folder.iterdir()] == ["once.txt"]


async def talk(bench: Bench, url: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """With its server for editors: one question, or else a turn to its end."""
    gateway = {"name": "gw", "base_url": f"{url}/v1", "env_key": "GATEWAY_KEY"}
    told = [f"model_providers.gw.{name}={json.dumps(said)}" for name, said in gateway.items()]
    told += ['model_provider="gw"', "analytics.enabled=false"]
    process = await asyncio.create_subprocess_exec(
        bench.program,
        *(word for each in told for word in ("-c", each)),
        "app-server",
        cwd=bench.folder,
        env=bench.environment_with({}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 24,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def say(**message: Any) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(message).encode() + b"\n")

    client = {"name": "trial", "title": "Trial", "version": "1"}
    say(id=1, method="initialize", params={"clientInfo": client})
    say(method="initialized")
    thread = {"cwd": str(bench.folder), "approvalPolicy": "untrusted", "model": "gpt-5.2-codex"}
    say(id=2, method=method or "thread/start", params=params if method else thread)
    result: dict[str, Any] = {}
    async with asyncio.timeout(60):
        while line := await process.stdout.readline():
            said = json.loads(line)
            if said.get("id") == 2:
                result = said["result"]
                if method:
                    break
                words = [{"type": "text", "text": "do it"}]
                turn = {"threadId": result["thread"]["id"], "input": words}
                say(id=3, method="turn/start", params=turn)
            assert "requestApproval" not in said.get("method", ""), "the hook has answered"
            if said.get("method") == "turn/completed":
                break
    process.stdin.close()
    await process.stdout.read()
    await process.wait()
    return result
