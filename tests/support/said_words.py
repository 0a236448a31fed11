"""Which words of ours can stand in a window, read from the code: what a language's catalogue needs.

    python -m tests.support.said_words       tells what it lacks
    python -m tests.support.said_words de    adds that to resources/languages/de.ts, as unfinished

A text is a literal with a blank in it, one that begins as a sentence does, or a word beside a hole
(«by %1»), and that no log, path or regular expression is made of. Holes of f-strings are %1, %2,
as in the catalogue.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, product
from pathlib import Path
from xml.etree import ElementTree

from llmgw_desktop.domain.settings.whole import SettingGroup
from llmgw_desktop.store.resources import resource_path
from llmgw_desktop.store.settings.schema import all_tables

ROOT = Path(__file__).resolve().parents[2] / "llmgw_desktop"
_ASSEMBLY = ("ui/desktop_container.py", "ui/application.py", "app/composition")
"""These put parts together, also such as no window shows."""
_SPOKEN_FOR = (
    *("app/clis/upgrades.py", "app/demo/__init__.py"),
    *("app/gateway/standing.py", "domain/errors.py"),
)
"""The window shows what they say, and does not import them."""
_TOLD = (
    *("account_record", "choices", "cooldowns", "directory", "failures", "plan", "router", "rules"),
    "strategies",
)
_JUDGED = ("answer_checks", "comparison", "confidence", "report", "seat_run")
_REASONS = (
    *(f"engine/routing/{each}.py" for each in _TOLD),
    *("engine/policy/ledger.py", "engine/policy/policies.py", "engine/jobs/enclosure.py"),
    *("engine/mcp/cli_views.py", "engine/mcp/behind/sign_ins.py", "wire/loops.py"),
    *("engine/policy/brakes/brakes.py", "engine/runs/limit_questions.py"),
    *(f"engine/questions/permissions/{each}.py" for each in ("listed", "rules")),
    *(f"engine/validation/{each}.py" for each in _JUDGED),
    *("store/client_files/json_nodes.py", "store/toml_blocks.py"),
    *(f"wire/translate/{each}/__init__.py" for each in ("anthropic", "cli", "gemini")),
    *(f"wire/translate/{each}/__init__.py" for each in ("openai_chat", "openai_responses")),
)
"""Why a request went where it went, what a translation lost, what a panel comes to, what is asked
of a person: told with flights, accounts, answers and questions."""
_IN_TABLES = ("failures.py", "cli_views.py")
"""What stands there without a capital is for the docs, or a list of names."""
_OTHERS = (
    *("domain/mcp_presentation.py", "domain/canonical.py", "domain/values.py"),
    *("domain/mcp_server.py", "domain/jobs/rules/matching.py", "ui/widgets/words.py"),
    *("app/command_line/", "app/gateway/log_file.py", "app/gateway/licences.py"),
    *("app/gateway/web/door.py", "app/safekeeping/importing/bridge.py"),
    *("app/flights/export/har.py", "app/flights/export/page.py", "app/flights/export/sdk_code.py"),
)
"""Imported, and nothing that a window shows: doors, commands, logs, files, code, options."""
_MARKDOWN = re.compile(r"`|\]\(|\d+ [KMGT]B$")
"""What settings say stands in Markdown; the page shows it plain (`texts_of_settings`)."""
_BRACES = re.compile(r"\{[a-z_]*\}")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_BEGIN = re.compile(r"&?[A-Z“][a-z&]")
_BESIDE = re.compile(r"(?:^ *)[a-z]{2,} %1|^%1 [a-z]{2,}\.$")
"""A word before a hole: «by %1». Not «%1 run» or «%1 of %2», which fit names of several words."""
_CODE = re.compile(
    r"[A-Z][a-z]+[A-Z]\w*|[a-z_]+[./][\w./-]+|[A-Z][a-z]+(-[A-Z][a-z]+)+|[\w/ ]+\.(json|otf|ttf)"
    r"|.*\{ [a-z-]+:.*|[a-z-]+: [^;]+;.*|\{.*\}|<p.*|.*(\\b|\(\?).*|%[A-Z].*|\^\[.*"
    r"|(GET|POST|DELETE) /.*|(--?[a-z]|\n?on run|# |-[HX] |curl -|@@ |for /f |claude mcp |Bearer).*"
    r"|\[\[?\w+(\.\w+)?\]\]?\n.*|_T .*|(git npm|cd pwd) .*|\w+_rule\(.*|(\w+Name|value) = .*"
    r"|(Bash|WebFetch)\(.*|curl %1 %2|(watch|test|number|flight) %1"
    r"|[A-Z]\w+: \w+(/\w+| %1)?|\$?\(.*%1\).*|Q\w+ (::|\{).*",
    re.DOTALL,
)
_NOT_SHOWN = {"_log", "re", "QSettings", "import_module", "TypeVar", "getattr", "setValue", "value"}
_KEYS = re.compile(r"((Ctrl|Alt|Shift|Return|Esc|Meta)\+?)+\S*|Ctrl\+.*")


def texts_of(path: Path) -> Iterator[str]:
    """Of one file, each as the catalogue has it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set(_skipped(tree))
    for text in (each for node in _outer(tree, skipped) for each in _templates(node)):
        own = re.sub(r"%\d", "", text)
        is_words = " " in own.strip() or _BEGIN.match(own.strip()) or _BESIDE.search(text)
        is_code = _CODE.fullmatch(text) or _KEYS.fullmatch(text)
        if is_words and not is_code and _WORDS.search(own):
            yield text


def texts_of_settings() -> Iterator[str]:
    """What the page Settings says of each, and of groups and tables."""
    for group in SettingGroup:
        yield from (group.value, group.words)
    for table in all_tables():
        if table.words:
            yield table.words
        for each in table.settings.values():
            yield each.plain_words


def catalogue(code: str) -> Mapping[str, list[str]]:
    """By its sources, what they are in this language; empty where nobody has said it yet."""
    tree = ElementTree.parse(resource_path(f"languages/{code}.ts"))
    found = {}
    for message in tree.iter("message"):
        translation = message.find("translation")
        assert translation is not None
        forms = [each.text or "" for each in translation.iter("numerusform")]
        found[message.findtext("source", "")] = forms or [translation.text or ""]
    return found


def _outer(tree: ast.AST, skipped: set[int]) -> Iterator[ast.expr]:
    """Literals, each once: those within an f-string's own text belong to it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node
            waiting += [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        waiting += ast.iter_child_nodes(node)


def _skipped(tree: ast.AST) -> Iterator[int]:
    """Docstrings, annotations, and what is said to a log or asked of a library."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        for field in ("annotation", "returns"):
            if isinstance(told := getattr(node, field, None), ast.AST):
                yield id(told)
        if isinstance(node, ast.Call):
            named = node.func
            names = {each.id for each in ast.walk(named) if isinstance(each, ast.Name)}
            names |= {each.attr for each in ast.walk(named) if isinstance(each, ast.Attribute)}
            if names & _NOT_SHOWN:
                yield from (id(each) for each in node.args)
        if isinstance(node, ast.Subscript):
            yield id(node.slice)


def _templates(node: ast.expr) -> Iterator[str]:
    """One, or one for each of the words that a hole chooses from («is» or «are», «on» or «off»)."""
    if isinstance(node, ast.Constant):
        text = str(node.value)
        for at in range(1, len(_BRACES.findall(text)) + 1):
            text = _BRACES.sub(f"%{at}", text, count=1)
        yield text
        return
    assert isinstance(node, ast.JoinedStr)
    for parts in product(*map(_choices, node.values)):
        holes = count(1)
        yield "".join(f"%{next(holes)}" if part is None else part for part in parts)


def _choices(part: ast.expr) -> Sequence[str | None]:
    """What may stand there; None: anything."""
    if isinstance(part, ast.Constant):
        return (str(part.value),)
    said = part.value if isinstance(part, ast.FormattedValue) else None
    if isinstance(said, ast.IfExp):
        words = [each for each in (said.body, said.orelse) if isinstance(each, ast.Constant)]
        if len(words) == 2:
            return [str(each.value) for each in words]
    return (None,)


def shown_files() -> list[Path]:
    """The window's own, and those of `app` and `domain` that it imports, by whatever way."""
    found: set[Path] = set()
    waiting = [*(ROOT / "ui").rglob("*.py"), *(ROOT / each for each in _SPOKEN_FOR)]
    while waiting:
        path = waiting.pop()
        within = path.relative_to(ROOT).as_posix()
        is_command = path.stem.endswith("command")
        if path in found or is_command or within.startswith((*_ASSEMBLY, *_OTHERS)):
            continue
        found.add(path)
        waiting += _imported(path)
    return sorted(found | {ROOT / each for each in _REASONS})


def _imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        top, *parts = node.module.split(".")
        if top != ROOT.name or parts[:1] not in (["app"], ["domain"]):
            continue
        for each in node.names:
            for made in (ROOT.joinpath(*parts, f"{each.name}.py"), _file_of(parts)):
                if made.exists():
                    yield made
                    break


def _file_of(parts: list[str]) -> Path:
    named = ROOT.joinpath(*parts)
    return named / "__init__.py" if named.is_dir() else named.with_suffix(".py")


def by_room() -> dict[str, list[str]]:
    """By room (`ui/flights`), its texts in the order of its files, each once."""
    rooms: dict[str, list[str]] = {}
    for path in shown_files():
        within = path.relative_to(ROOT)
        room = "/".join(within.parts[:2]) if len(within.parts) > 2 else "ui"
        texts = texts_of(path)
        if room in ("domain/settings", "domain/jobs"):
            texts = (each for each in texts if not _MARKDOWN.search(each))
        if path.name in _IN_TABLES:
            texts = (each for each in texts if _BEGIN.match(each))
        rooms.setdefault(room, []).extend(texts)
    rooms["settings"] = list(texts_of_settings())
    return {room: list(dict.fromkeys(texts)) for room, texts in rooms.items()}


def main() -> None:
    lacking = {}
    known = catalogue("de")
    for room, texts in by_room().items():
        lacking[room] = [each for each in texts if each not in known]
        print(f"{room}: {len(lacking[room])} of {len(texts)}")
    if len(sys.argv) > 1:
        _add(sys.argv[1], lacking)


def _add(code: str, lacking: Mapping[str, list[str]]) -> None:
    path = resource_path(f"languages/{code}.ts")
    tree = ElementTree.parse(path)
    root = tree.getroot()
    for room, texts in lacking.items():
        if not texts:
            continue
        context = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(context, "name").text = room
        for text in texts:
            message = ElementTree.SubElement(context, "message")
            ElementTree.SubElement(message, "source").text = text
            ElementTree.SubElement(message, "translation", type="unfinished")
    ElementTree.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


if __name__ == "__main__":
    main()
