"""Profile `code`: tools as functions of Python that runs apart, under bounds, with the filters,
questions and records as any other call.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.engine.mcp.code.runner import MOST_CALLS, CodeEnd, CodeRunner
from llmgw_desktop.engine.mcp.code.stubs import called_in, python_tool
from llmgw_desktop.engine.mcp.results import LONGEST_SHOWN, KeptResults
from llmgw_desktop.engine.mcp.tool import NotFound, ToolAnswer
from tests.engine.conftest import house_in
from tests.engine.mcp.behind.test_calls_ask import say, waits
from tests.support import mcp_servers
from tests.support.mcp_servers import client_of, odd, table, text_of

_CLOCK = {
    "name": "clock__now",
    "description": "The time.",
    "inputSchema": {
        "type": "object",
        "properties": {"zone": {"type": "string"}, "from": {"type": "integer"}},
        "required": ["zone"],
    },
}


async def test_code_calls_tools_of_servers_and_of_ours(tmp_path: Path) -> None:
    servers = table("all", mcp_servers.everything()) + table("clock", mcp_servers.time())
    async with (
        house_in(tmp_path, servers) as house,
        client_of(house, query="?profile=code") as client,
    ):
        listed = {each.name for each in (await client.list_tools()).tools}
        assert listed == {"search_tools", "describe_tools", "run_code"}
        name = "clock__get_current_time"
        stub = text_of(await client.call_tool("describe_tools", {"names": [name]}))
        assert stub.startswith(f"async def {name}(*, timezone: str) -> ")
        code = f"""
import asyncio
zones = ["Etc/UTC", "Europe/Berlin"]
told = await asyncio.gather(*[{name}(timezone=each) for each in zones])
print(told[0]["timezone"])
models = await list_available_models()
[each["timezone"] for each in told] + [models["success"]]
"""
        done = await client.call_tool("run_code", {"code": code})
        assert not done.is_error, text_of(done)
        assert done.structured_content == {
            "success": True,
            "value": ["Etc/UTC", "Europe/Berlin", True],
            "output": "Etc/UTC\n",
            "calls": 3,
        }
        # told at once; on disk a moment later
        assert str(house.closed).count("clock/get_current_time") >= 2


async def test_a_tool_that_this_profile_does_not_have_is_not_there_for_code(tmp_path: Path) -> None:
    servers = table("odd", odd(str(tmp_path / "notes")), 'profiles = ["full"]\n')
    async with (
        house_in(tmp_path / "home", servers) as house,
        client_of(house, query="?profile=code") as client,
    ):
        refused = await client.call_tool("run_code", {"code": "await odd__echo(words='x')"})
        assert refused.is_error
        assert "There is no odd__echo." in text_of(refused)


async def test_a_question_of_an_inner_call_is_a_persons(tmp_path: Path) -> None:
    servers = table("odd", odd(str(tmp_path / "notes")), 'ask = "everything"\n')
    async with (
        house_in(tmp_path / "home", servers) as house,
        client_of(house, query="?profile=code") as client,
    ):
        code = "try:\n  await odd__echo(words='x')\nexcept RuntimeError as e:\n  print(e)"
        running = asyncio.ensure_future(client.call_tool("run_code", {"code": code}))
        say(house, await waits(house), Decision.DENY, "not now")
        assert "not now" in text_of(await running)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("while True:\n    pass", "worked for more than 10 seconds"),
        ("x = 'a' * 10**9", "took more than 64 MB"),
        ("def f():\n    return f()\nf()", "called each other too deeply"),
        ("import subprocess", "There is no module subprocess"),
        ("import socket", "no network"),
        ("import os\nos.listdir('/')", "Permission denied"),
        ("open('/etc/passwd')", "There is no open."),
        ("await clok__now(zone='x')", "There is no clok__now. clock__now is meant?"),
        ("clock__now(zone='x')", "Tools are called with await."),
        ("await clock__now(zone=3)", "line 1:18: error[invalid-argument-type]"),
        ("1 +", "Expected an expression"),
        ("for i in range(10**6):\n    print('y' * 100)", "characters were printed"),
        (
            f"for i in range({MOST_CALLS + 1}):\n    await clock__now(zone='x')",
            "more than 100 calls",
        ),
        ("[1, 2][5]", "IndexError"),
        ("x = []\nwhile True:\n    x = [x]", "The code was ended"),
    ],
)
async def test_code_that_goes_wrong_ends_with_a_sentence(code: str, said: str) -> None:
    end = await _run(code)
    assert said in end.error
    assert len(end.error) < 2_500
    assert end.value is None


async def test_what_was_printed_before_it_failed_is_told() -> None:
    end = await _run("print('first')\nawait clock__now(zone='x')\n[][0]")
    assert (end.output, end.calls) == ("first\n", 1)


async def test_a_failing_tool_is_an_exception_that_code_may_catch() -> None:
    async def call(name: str, arguments: dict[str, Any]) -> ToolAnswer:
        return ToolAnswer(structured={"error": "no such zone"}, is_error=True)

    code = "try:\n  await clock__now(zone='x')\nexcept RuntimeError as e:\n  print(e)\n"
    end = await _run(code, call)
    assert end.output == "clock__now: no such zone\n"
    assert "no such zone" in (await _run("await clock__now(zone='x')", call)).error


async def test_arguments_arrive_under_the_names_that_the_tool_knows() -> None:
    seen: list[dict[str, Any]] = []

    async def call(name: str, arguments: dict[str, Any]) -> ToolAnswer:
        seen.append({"name": name, **arguments})
        return ToolAnswer(structured={"ok": True})

    end = await _run("await clock__now(zone='x', from_=3)", call)
    assert end.value == {"ok": True}
    await _run("await clock__now(zone='x', from_=None)", call)
    assert seen == [
        {"name": "clock__now", "zone": "x", "from": 3},
        {"name": "clock__now", "zone": "x"},
    ]


async def test_the_child_has_no_network_and_nothing_of_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looked at from outside while a tool works; a computer that lets nobody make a network of his
    own has but the interpreter's own lock."""
    monkeypatch.setenv("LLMGW_SECRET_FOR_TEST", "x")
    found: dict[int, bytes] = {}
    own = str(Path("/proc/self/ns/net").readlink())
    networks: set[str] = set()

    async def call(name: str, arguments: dict[str, Any]) -> ToolAnswer:
        for each in _below(os.getpid()):
            if b"child.py" in (line := Path(f"/proc/{each}/cmdline").read_bytes()):
                found[each] = line
                assert b"LLMGW" not in Path(f"/proc/{each}/environ").read_bytes()
                for one in (each, *_below(each)):
                    networks.add(str(Path(f"/proc/{one}/ns/net").readlink()))
        return ToolAnswer(structured={})

    assert (await _run("await clock__now(zone='x')", call)).calls == 1
    assert len(found) == 1
    assert not any(Path(f"/proc/{each}").exists() for each in found), "it has ended with its run"
    if _may_make_networks():
        assert own not in networks


async def test_a_run_that_is_given_up_leaves_nothing_behind() -> None:
    reached = asyncio.Event()

    async def call(name: str, arguments: dict[str, Any]) -> ToolAnswer:
        reached.set()
        await asyncio.sleep(60)
        raise AssertionError

    running = asyncio.ensure_future(_run("await clock__now(zone='x')", call))
    await reached.wait()
    children = set(_below(os.getpid()))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert children - set(_below(os.getpid()))


async def test_where_the_interpreter_is_not_had_that_is_said() -> None:
    end = await CodeRunner(None).run("1", [], _answer)
    assert "pydantic-monty" in end.error
    bare = await CodeRunner((sys.executable, "-I", "-S")).run("1", [], _answer)
    assert "pydantic-monty" in bare.error


def test_the_gateway_itself_never_reads_the_interpreter_in() -> None:
    code = (
        "import sys, llmgw_desktop.engine.mcp.code.runner as r, importlib.util as u;"
        "assert u.find_spec('pydantic_monty'); assert 'pydantic_monty' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_stubs_are_python_that_says_what_a_tool_takes() -> None:
    hostile = {
        "name": "1pass__get-item",
        "description": 'Gets it.""" \n import os',
        "inputSchema": {
            "type": "object",
            "properties": {
                "class": {"enum": ["a", "b"], "description": "Which."},
                "tags": {"type": "array", "items": {"type": "string"}},
                "at": {"type": ["integer", "null"]},
                "odd name": {"anyOf": [{"type": "string"}]},
            },
            "required": ["class"],
        },
        "outputSchema": {"type": "object", "properties": {"item": {}}},
    }
    tool = python_tool(hostile)
    compile(tool.stub, "stub", "exec")
    compile(tool.signature, "stub", "exec")
    assert tool.signature == (
        "async def t_1pass__get_item(*, class_: Literal['a', 'b'], tags: list[str] | None = None,"
        " at: int | None = None, odd_name: Any = None) -> dict[str, Any]: ...\n"
    )
    assert tool.arguments({"class_": "a", "odd_name": 1, "at": None}) == {
        "class": "a",
        "odd name": 1,
    }
    assert called_in("await t_1pass__get_item()", [hostile, _CLOCK]) == [tool]


async def test_a_long_result_is_told_by_its_beginning_and_read_on(tmp_path: Path) -> None:
    async with (
        house_in(tmp_path / "home", table("odd", odd(str(tmp_path / "notes")))) as house,
        client_of(house) as client,
    ):
        text = "".join(f"{number:07}\n" for number in range(10_000))
        told = await client.call_tool("odd__echo", {"words": text})
        assert len(text_of(told)) < 6_000
        link = next(each for each in told.content if each.type == "resource_link")
        read = await client.read_resource(link.uri)
        assert text in read.contents[0].text
        named = {"resultId": link.uri.removeprefix("result://"), "offset": 4000}
        part = (await client.call_tool("result_read", named)).structured_content
        assert part is not None
        assert part["nextOffset"] == 4000 + LONGEST_SHOWN
        assert part["text"] == read.contents[0].text[4000 : 4000 + LONGEST_SHOWN]


def test_a_long_result_is_its_callers_and_gives_way_to_newer_ones() -> None:
    results = KeptResults()
    other = replace(LOCAL, client_id="another")
    first = results.keep("x" * (9 << 20), LOCAL)
    with pytest.raises(NotFound):
        results.text(first, other)
    results.keep("y" * (9 << 20), other)
    assert results.text(first, LOCAL)
    results.keep("z" * (9 << 20), LOCAL)
    with pytest.raises(NotFound, match="any more"):
        results.text(first, LOCAL)


@pytest.mark.parametrize("size", [0, LONGEST_SHOWN, LONGEST_SHOWN + 1, 100_000])
def test_pictures_and_what_is_short_are_told_as_they_are(size: int) -> None:
    picture = {"type": "image", "data": "x" * 90_000, "mimeType": "image/png"}
    result = {
        "content": [{"type": "text", "text": "x" * size}, picture],
        "structuredContent": {"text": "y" * size},
    }
    told = KeptResults().previewed(result, LOCAL)
    assert picture in told["content"]
    # the structure has some signs more than its text
    assert ("structuredContent" in told) == (size == 0)
    assert (told is result) == (size == 0)


async def _answer(name: str, arguments: dict[str, Any]) -> ToolAnswer:
    return ToolAnswer(structured={"name": name, **arguments})


async def _run(code: str, call: Any = _answer) -> CodeEnd:
    runner = CodeRunner((sys.executable, "-I"))
    return await runner.run(code, called_in(code + " clock__now", [_CLOCK]), call)


def _below(pid: int) -> list[int]:
    with suppress(OSError):
        own = [
            int(each)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for each in (task / "children").read_text().split()
        ]
        return [*own, *(deep for each in own for deep in _below(each))]
    return []


def _may_make_networks() -> bool:
    return subprocess.run(["unshare", "-Un", "true"], capture_output=True).returncode == 0
