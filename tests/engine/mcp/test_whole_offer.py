"""All tools of the door at once: one shape of errors, and nothing that is another's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmgw_desktop.clis.cli import Option
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, Principal
from llmgw_desktop.engine.mcp.listing import output_schema
from llmgw_desktop.engine.mcp.tool import CATEGORIES, McpTool, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox
from tests.support.panel_clis import PASSES, Panels, end_all, panels_in

OTHER = Principal(client_id="cli_other", name="other", scopes=ALL_SCOPES)
SECRET = "the second word of the first"
IDS = {"jobId", "sessionId", "correlationId", "validationId"}
ERROR = {
    "type": "object",
    "required": ["success", "error", "errorCategory", "field", "retryable"],
    "properties": {
        "success": {"const": False},
        "error": {"type": "string", "minLength": 1},
        "errorCategory": {"enum": [str(each) for each in CATEGORIES if each != "internal_error"]},
        "field": {"type": ["string", "null"]},
        "retryable": {"type": "boolean"},
    },
}
WORKS = ("_request", "fork_session", "llm_generate")
"""And panels: what they are asked well they do."""
LOOKS = ("cli_versions", "list_models", "provider_", "upstream_contracts")
"""They ask the programs that are installed, or registries."""

_started: list[str] = []


def _hear(event: str, given: tuple[Any, ...]) -> None:
    if event in ("subprocess.Popen", "os.posix_spawn", "os.exec"):
        _started.append(str(given[0]))


sys.addaudithook(_hear)


@pytest.fixture
async def panels(tmp_path: Path) -> AsyncIterator[Panels]:
    async with panels_in(tmp_path) as made:
        made.answers("claude", PASSES)
        made.answers("codex", PASSES)
        yield made
        await end_all(made)


@pytest.fixture
def box(panels: Panels) -> Toolbox:
    return panels.toolbox


async def asked(
    box: Toolbox, name: str, arguments: dict[str, Any] | None = None, who: Principal = LOCAL
) -> ToolAnswer:
    """Fits what was announced, and where it is an error, the one shape of errors."""
    answer = await box.call(name, arguments, who)
    tool = next(each for each in box if each.name == name)
    told = orjson.loads(orjson.dumps(answer.structured))
    jsonschema.validate(told, output_schema(tool))
    if answer.is_error:
        jsonschema.validate(told, ERROR)
    return answer


async def told(box: Toolbox, name: str, **arguments: Any) -> Any:
    answer = await asked(box, name, arguments)
    assert not answer.is_error, (name, answer.structured)
    return answer.structured


def _starts(tool: McpTool) -> bool:
    is_panel = "report" in tool.tells and tool.name != "compare_answers"
    return is_panel or any(part in tool.name for part in (*WORKS, *LOOKS, "run_code"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=6,
)


def _values(option: Option) -> st.SearchStrategy[Any]:
    """Of its kind, or anything."""
    schema: Any = option.schema
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": st.sampled_from(schema.get("enum", ["x", "-x", "/nope", "a\0", "\ud800", "ä"])),
        "boolean": st.booleans(),
        "integer": st.sampled_from([schema.get("minimum", 0), schema.get("maximum", 9), -1]),
        "array": st.lists(st.sampled_from(["x", "", "claude", "/nope"]), max_size=3),
    }
    return kinds.get(schema.get("type", ""), JSON) | JSON


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_whatever_is_said_to_whatever_tool_is_answered_in_one_shape(
    box: Toolbox, panels: Panels, data: st.DataObject
) -> None:
    tool = data.draw(st.sampled_from([each for each in box if each.takes or each.needs]))
    options = data.draw(st.lists(st.sampled_from(tool.takes), max_size=4))
    arguments = {each.name: data.draw(_values(each)) for each in options}
    if _starts(tool):  # asked well it would start a program
        arguments[data.draw(st.text(max_size=8)) + "?"] = 1
    if tool.name == "cli_upgrade":
        arguments["dryRun"] = True
    before = len(_started)
    answer = await asked(box, tool.name, arguments, data.draw(st.sampled_from([LOCAL, OTHER])))
    if answer.is_error:
        assert _started[before:] == []
    assert answer.is_error or not _starts(tool)
    assert not (panels.folder / "asked").exists()
    assert panels.container.runs.supervisor.list() == []


async def test_answers_are_as_announced(box: Toolbox) -> None:
    """Each tool in its main flow; those of other CLIs announce the same."""
    done = await told(box, "claude_request", prompt="a", correlationId="mine")
    await told(box, "claude_request_async", prompt="a")
    for name in ("llm_job_status", "llm_job_watch", "llm_job_result"):
        await told(box, name, jobId=done["jobId"])
    cancelled = await asked(box, "llm_job_cancel", {"jobId": done["jobId"]})
    assert cancelled.structured["reason"]
    await told(box, "llm_request_result", correlationId="mine")
    made = await told(box, "session_create", cli="claude")
    named = {"sessionId": made["session"]["id"]}
    await told(box, "session_set_active", cli="claude", **named)
    assert (await told(box, "session_set_active", cli="claude", sessionId=None))["success"]
    state = (await told(box, "session_get", **named))["session"]["cacheState"]
    assert state["prefixDistinct"] == state["distinctPrefixCount"]
    await told(box, "session_delete", **named)
    reports = {}
    for name, fields in {
        "ask_model": {"question": "a"},
        "second_opinion": {"answer": "a"},
        "validate_with_models": {"question": "a"},
        "red_team_review": {"content": "a"},
        "consensus_check": {"claim": "a"},
    }.items():
        reports[name] = (await told(box, name, **fields))["report"]
    panel = reports["validate_with_models"]
    job_id = panel["results"][0]["rawJobReference"]["jobId"]
    await told(box, "job_status", jobId=job_id)
    await told(box, "job_result", jobId=job_id)
    await told(box, "synthesize_validation", validationId=panel["validationId"])
    assert (await told(box, "validation_receipt", validationId=panel["validationId"]))["receipt"]
    await told(box, "compare_answers", question="a", answers=["It is.", "It is not."])
    await told(box, "llm_generate", prompt="ping", model="practice/echo")
    await told(box, "provider_subcommand_contract", provider="codex", commandPath=["exec"])
    await told(box, "cli_upgrade", cli="claude")
    guard = await told(box, "provider_version_guard", cli="claude")
    assert {"installedNormalized", "targetNormalized"} <= guard["providers"][0].keys()
    health = await told(box, "llm_process_health")
    assert health["backpressure"]["httpSessions"] == {"active": 0}
    for name in (
        *("session_list", "session_clear_all", "list_models", "list_available_models"),
        *("cli_versions", "upstream_contracts", "provider_tool_capabilities", "llm_models"),
        *("provider_subcommands_list", "provider_subcommand_drift", "workspace_list"),
        "approval_list",
    ):
        await told(box, name)
    announced = {each.name: each.tells for each in box}
    for name in announced:
        if name.endswith(("_request", "fork_session")):
            assert announced[name] == announced["claude_request"]
        elif name.endswith("_request_async"):
            assert announced[name] == announced["claude_request_async"]


OF_CLIS = ("_request", "_request_async", "fork_session")
WANTS_MORE = {
    "cli_upgrade": "a CLI that is installed: test_upgrade_tool.py",
    "llm_job_go_on": "a job that waits for a limit",
    "llm_job_move": "a job that can be moved: run_tools/test_jobs.py",
    "llm_request_result": "an id of one's own: run_tools/test_recall_and_health.py",
    "workspace_create": "an allowed root: tools/test_workspace_tools.py",
    "workspace_register_existing_repo": "the same",
}
"""Than this scene has."""
OF_REGISTRIES = "checkUpgrades"


async def test_each_word_that_is_offered_is_taken(box: Toolbox, panels: Panels) -> None:
    """What is always refused is in no schema. Of the fields of CLIs their plans are asked."""
    changed = _changed_repository(panels.folder / "repo")
    done = await told(box, "claude_request", prompt="a")
    panel = (await told(box, "validate_with_models", question="a"))["report"]
    flight = await told(box, "llm_generate", prompt="a", model="practice/echo")
    plain = {
        "jobId": done["jobId"],
        "validationId": panel["validationId"],
        "flightId": flight["flightId"],
        **dict.fromkeys(("question", "answer", "content", "claim"), "a"),
        "cli": "claude",
    }
    words = [(tool, *each) for tool in box if _is_tried_here(tool) for each in _words(tool)]
    for tool, name, word in words:
        needed = tool.needs | ({"validationId"} if tool.name == "synthesize_validation" else set())
        asking = {each: plain[each] for each in needed & plain.keys()} | {name: word}
        if tool.name == "review_changes":
            asking |= {"workingDir": changed, "base": "main"}
        if tool.name == "provider_subcommand_contract":
            listed = await told(box, "provider_subcommands_list", provider=word)
            asking["commandPath"] = listed["subcommands"][0]["commandPath"]
        answer = await asked(box, tool.name, asking)
        assert not answer.is_error, (tool.name, name, word, answer.structured)
    assert len(words) > 100


def _changed_repository(folder: Path) -> str:
    folder.mkdir()
    me = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    (folder / "a").write_text("1")
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "a"),
        (*me, "commit", "-qm", "one"),
        ("switch", "-qc", "side"),
        (*me, "commit", "-q", "--allow-empty", "-m", "two"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=30)
    (folder / "a").write_text("2")
    return str(folder)


def _is_tried_here(tool: McpTool) -> bool:
    return not tool.name.endswith(OF_CLIS) and tool.name not in WANTS_MORE


def _words(tool: McpTool) -> list[tuple[str, Any]]:
    """That its fields may hold, each with its field."""
    found: list[tuple[str, Any]] = []
    for each in tool.takes:
        both = [True, False] if each.schema.get("type") == "boolean" else []
        found += [(each.name, word) for word in each.schema.get("enum", both)]
    return [each for each in found if each != (OF_REGISTRIES, True)]


async def test_what_is_anothers_is_as_if_it_were_not_there(box: Toolbox, panels: Panels) -> None:
    """Every tool that takes an id: of another's it says what it says of nobody's."""
    panels.answers("claude", f"{PASSES}\\n{SECRET}")
    run = await told(box, "claude_request", prompt=SECRET, correlationId="mine")
    panel = (await told(box, "validate_with_models", question=SECRET))["report"]
    ids = {
        "jobId": [run["jobId"], panel["results"][0]["rawJobReference"]["jobId"]],
        "sessionId": [run["sessionId"], run["providerSessionId"]],
        "correlationId": ["mine"],
        "validationId": [panel["validationId"]],
    }
    more = {"cli": "claude", "question": "a", "prompt": "a", "wait": False}
    seen = set()
    for tool in box:
        takes = {each.name for each in tool.takes}
        is_begun = "correlationId" in takes and tool.name != "llm_request_result"
        for name in (takes & IDS) - ({"correlationId"} if is_begun else set()):
            needed = {each: more[each] for each in tool.needs if each != name}
            if is_begun:
                needed |= {"prompt": "a", "workingDir": "/nope"}
            for theirs in ids[name]:
                nobodys = _like(theirs)
                of_theirs = await asked(box, tool.name, {**needed, name: theirs}, OTHER)
                of_nobodys = await asked(box, tool.name, {**needed, name: nobodys}, OTHER)
                assert of_theirs.is_error, (tool.name, name)
                said = orjson.dumps(of_theirs.structured).decode()
                assert (
                    said.replace(theirs, nobodys) == orjson.dumps(of_nobodys.structured).decode()
                ), tool.name
                if not is_begun:
                    assert of_theirs.structured["errorCategory"] == "not_found", tool.name
                seen.add((tool.name, name))
    assert len(seen) >= 24
    for name in ("session_list", "llm_process_health", "approval_list"):
        lists = orjson.dumps((await asked(box, name, {}, OTHER)).structured).decode()
        assert not any(each in lists for each in (SECRET, run["jobId"], run["sessionId"]))
    assert (await asked(box, "session_clear_all", {}, OTHER)).structured["deletedCount"] == 0
    assert (await told(box, "llm_job_status", jobId=run["jobId"]))["job"]["status"] == "completed"


def _like(named: str) -> str:
    """An id of the same form that nobody has."""
    return named[:-4] + ("0000" if named[-4:] != "0000" else "1111")


@pytest.mark.parametrize(
    ("name", "arguments", "field", "words"),
    [
        ("claude_request", {"prompt": "a", "worktree": True}, "worktree", "workingDir"),
        ("mistral_request", {"prompt": "a", "mcpServers": ["x"]}, "mcpServers", "own settings"),
        ("review_changes", {"trustCursorWorkspace": True}, "trustCursorWorkspace", "leave it out"),
        (
            "synthesize_validation",
            {"validationId": "x", "workingDir": "/"},
            "workingDir",
            "leave it out",
        ),
        ("review_changes", {"workingDir": "/", "paths": ["x"] * 257}, "paths", "256"),
        ("review_changes", {"workingDir": "/", "paths": ["x" * 4097]}, "paths", "4096"),
        ("review_changes", {"workingDir": "/", "base": "x" * 513}, "base", "512"),
        ("review_changes", {"workingDir": "/", "focus": "x" * 20_001}, "focus", "20000"),
    ],
)
async def test_what_other_gateways_take_is_refused_with_what_to_do(
    box: Toolbox, name: str, arguments: dict[str, Any], field: str, words: str
) -> None:
    answer = await asked(box, name, arguments)
    assert (answer.is_error, answer.structured["field"]) == (True, field)
    assert words in answer.structured["error"]


async def test_what_asks_for_nothing_is_let_pass(box: Toolbox) -> None:
    nothing = {"mcpServers": [], "worktree": False}
    assert (await told(box, "claude_request", prompt="a", **nothing))["response"]


async def test_a_tool_that_is_not_there_starts_nothing(box: Toolbox) -> None:
    for name in ("devin_request", "", "claude_request\0", "x" * 10_000):
        answer = await box.call(name, {"prompt": "a"}, LOCAL)
        jsonschema.validate(answer.structured, ERROR)
        assert answer.structured["errorCategory"] == "invalid_input"
        assert len(answer.structured["error"]) < 200
