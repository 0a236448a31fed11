"""What the docs name is there: pages, parts of the program, commands, settings, tools, doors.

The pages that are made from the code (settings, tools, losses) have tests of their own; the
commands are read from the golden of the helps, which the program's own answers are compared with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.gateway import Gateway, GatewaySetup, running_gateway

_ROOT = Path(__file__).parents[2]
_DOCS = _ROOT / "docs"
_PAGES = (_ROOT / "README.md", *sorted(_DOCS.glob("*.md")))
_DECISIONS = tuple(sorted((_DOCS / "decisions").glob("*.md")))
_HELPS = Path(__file__).with_name("goldens") / "help.txt"
_ELSEWHERE = ("/v1/files",)
"""Doors of other programs, of which a page speaks."""
_FLOORS = "engine|app|ui|store|wire|domain|clis|redaction|platform"
_NOT_HERE = ("tests/seconds.toml", "tests/stamps", "llmgw_desktop/clis/kimi", "tests/clis/kimi")
"""Made by runs, or by who follows an example."""
_NO_MODULE = ("config.toml",)


def _named(pages: tuple[Path, ...], pattern: str) -> Iterator[tuple[str, re.Match[str]]]:
    for page in pages:
        for found in re.finditer(pattern, page.read_text(), re.MULTILINE):
            yield page.name, found


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", [*_PAGES, *_DECISIONS], ids=lambda page: page.name)
def test_each_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"https?:|mailto:", link):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in _anchors(target), link


def test_the_index_names_each_page_once() -> None:
    links = re.findall(r"\]\((\w[\w-]*\.md)\)", (_DOCS / "README.md").read_text())
    pages = {page.name for page in _DOCS.glob("*.md")} - {"README.md"}
    assert sorted(links) == sorted(pages)


def test_each_page_begins_with_its_name_and_what_it_is_for() -> None:
    for page in _DOCS.glob("*.md"):
        first, empty, third = page.read_text().splitlines()[:3]
        assert first.startswith("# "), page
        assert not empty, page
        assert re.match(r"[A-Z`\[*]", third), page


def _modules() -> set[str]:
    found = set()
    for folder in ("llmgw_desktop", "tests", "packaging", "resources", "docs"):
        for path in (_ROOT / folder).rglob("*"):
            if "__pycache__" not in path.parts:
                found.add(str(path.relative_to(_ROOT)))
                found.add(str(path.relative_to(_ROOT).with_suffix("")))
    return found


def test_the_parts_that_the_pages_name_are_there() -> None:
    """`engine/front/doors` in backquotes, or at the left of the drawn ways."""
    ends = {tuple(path.split("/")) for path in _modules()}
    tails = {path[at:] for path in ends for at in range(len(path))}
    quoted = rf"`((?:llmgw_desktop|tests|packaging|{_FLOORS})/[\w/]*\w(?:\.\w+)?)/?`"
    missing = {
        (page, found[1])
        for page, found in _named((*_PAGES,), quoted)
        if tuple(found[1].split("/")) not in tails and found[1] not in _NOT_HERE
    }
    assert not missing


def test_each_way_that_architecture_draws_goes_through_what_is_there() -> None:
    tails = {
        tuple(path.split("/"))[at:] for path in _modules() for at in range(path.count("/") + 1)
    }
    text = (_DOCS / "architecture.md").read_text()
    drawn = "\n".join(re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    steps = re.findall(r"^[ │├└─▶]*((?:[a-z_]+/)+[a-z_]+)\b", drawn, re.MULTILINE)
    assert len(steps) > 40
    assert not {step for step in steps if tuple(step.split("/")) not in tails}


def _commands() -> set[tuple[str, ...]]:
    helps = re.findall(r"^\$ llmgw (.*?) ?--help$", _HELPS.read_text(), re.MULTILINE)
    return {tuple(each.split()) for each in helps}


def test_each_command_that_is_named_is_one() -> None:
    known = _commands()
    shown = r"(?:^|`|\$ |sh )(?:run\.sh |packaging/run\.sh )?llmgw((?: [a-z][a-z-]*)+)(?= |`|$|\])"
    wrong = set()
    for page, found in _named(_PAGES, shown):
        words = tuple(found[1].split())
        at = max((n for n in range(len(words) + 1) if words[:n] in known), default=0)
        has_verbs = any(each[:at] == words[:at] and len(each) > at for each in known)
        if at == 0 or (has_verbs and at < len(words)):
            wrong.add((page, " ".join(words)))
    assert not wrong


def test_each_option_that_is_shown_with_a_command_is_one() -> None:
    helps: dict[str, str] = {}
    for part in _HELPS.read_text().split("$ llmgw ")[1:]:
        head, _, told = part.partition("\n")
        helps[head.removesuffix("--help").strip()] = told
    wrong = set()
    for page, found in _named(_PAGES, r"`llmgw ([^`]*)`"):
        words = re.findall(r"^(?:[a-z][a-z-]*(?: |$))+", found[1].replace("\\|", "|"))
        command = words[0].strip() if words else ""
        while command and command not in helps:
            command = command.rpartition(" ")[0]
        for option in re.findall(r"--[a-z][a-z-]*", found[1]):
            if not re.search(rf"{option}\b", helps[command]):
                wrong.add((page, command, option))
    assert not wrong


def _settings() -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    table = ""
    for line in (_DOCS / "settings.md").read_text().splitlines():
        if head := re.match(r"#+ `\[+([\w.]+)\]+`", line):
            table = head[1]
            tables[table] = set()
        elif line.startswith("#"):
            table = ""
        elif table and (key := re.match(r"\| `(\w+)` \|", line)):
            tables[table].add(key[1])
    return tables


def test_each_setting_that_is_named_is_one() -> None:
    tables = _settings()
    assert len(tables) > 20
    plain = {name for name in tables if "." not in name}
    others = tuple(page for page in _PAGES if page.name != "settings.md")
    wrong = {
        (page, found[0])
        for page, found in _named(others, r"`([a-z_]+)\.([a-z_]+)( = [^`]*)?`")
        if found[1] in plain and found[0].strip("`") not in _NO_MODULE
        if found[2] not in tables[found[1]] and f"{found[1]}.{found[2]}" not in tables
    }
    assert not wrong


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    setup = GatewaySetup(home=tmp_path_factory.mktemp("docs") / "home")
    setup.write_config()
    with running_gateway(setup) as running:
        yield running


def test_each_door_that_is_named_is_one(gateway: Gateway) -> None:
    named = {
        (found[1], re.sub(r"[A-Z]{2,}|…", "x", re.split(r"[\[?]", found[2])[0]))
        for _, found in _named(_PAGES, r"`(GET|POST|DELETE|PUT|PATCH) (/[^`\s]*)`")
    }
    asked = sorted(each for each in named if each[1] not in _ELSEWHERE and each[1] != "/")
    assert len(asked) > 30
    wrong = []
    for method, path in asked:
        connection = HTTPConnection("127.0.0.1", gateway.port, timeout=60)
        headers = {
            "authorization": f"Bearer {gateway.access_key()}",
            "content-type": "application/json",
        }
        try:
            connection.request(method, path, b"{}" if method == "POST" else None, headers)
            reply = connection.getresponse()
            is_endless = reply.getheader("content-type") == "text/event-stream"
            told = "" if is_endless else reply.read().decode()
        finally:
            connection.close()
        if reply.status == 405 or "There is nothing at" in told:
            wrong.append((method, path, told))
    assert not wrong


def test_each_tool_that_a_page_lists_is_offered() -> None:
    mcp = json.loads((_HELPS.with_name("mcp.txt")).read_text())
    tools = {tool["name"] for tool in mcp["tools/list full"]}
    wrong = set()
    for page in _PAGES:
        for table in re.findall(
            r"^\| tool[^\n]*\n\|[-| :]+\n((?:\|[^\n]*\n)+)", page.read_text(), re.M
        ):
            for cell in re.findall(r"^\| ([^|]*)\|", table, re.MULTILINE):
                wrong |= {
                    (page.name, name)
                    for name in re.findall(r"`([a-z_]+)`", cell)
                    if name not in tools
                }
    assert not wrong
