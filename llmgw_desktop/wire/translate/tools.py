"""Callers' tools as another protocol takes them: their names, the roots of their schemas, and free
text in the place of JSON.

The same tools always get the same names, without any memory: a conversation that goes on gives the
calls of its past the names that its tools have now. Custom tools take free text; where a protocol
knows functions alone, the function has one string argument, `input`, that holds it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.model.content import CallKind
from llmgw_desktop.domain.model.prompt import HostedTool, Tool
from llmgw_desktop.domain.plain_text import possessive
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.translate.losses import Feature, LossReport


@value(kw_only=False)
class NameRule:
    """`allowed` matches one character; names are at most `longest` characters."""

    allowed: re.Pattern[str]
    longest: int
    needs_letter_first: bool = False


PLAIN = NameRule(re.compile(r"[A-Za-z0-9_-]"), 64)
ANTHROPIC = NameRule(re.compile(r"[A-Za-z0-9_-]"), 128)
GEMINI = NameRule(re.compile(r"[A-Za-z0-9_.:-]"), 64, needs_letter_first=True)


@value(kw_only=False)
class ToolName:
    """A tool as the caller knows it."""

    name: str
    namespace: str | None = None
    kind: CallKind = CallKind.FUNCTION


class ToolNames:
    """Both directions for the tools of one request."""

    __slots__ = ("_keeps_namespaces", "_rule", "_theirs", "_written")

    def __init__(
        self,
        tools: Iterable[Tool | HostedTool] = (),
        rule: NameRule = PLAIN,
        *,
        keeps_namespaces: bool = False,
    ) -> None:
        """`keeps_namespaces`: the target has namespaces too; names are unique within one."""
        self._rule = rule
        self._keeps_namespaces = keeps_namespaces
        self._written: dict[tuple[str | None, str], str] = {}
        self._theirs: dict[tuple[str | None, str], ToolName] = {}
        own = [tool for tool in tools if isinstance(tool, Tool)]
        # one that keeps its name as it is must get it, whoever stands first
        for tool in sorted(own, key=lambda each: each.namespace is not None):
            self._add(tool)

    def written(self, name: str, namespace: str | None = None) -> str:
        """The tool's name for the target; also for one that is no longer declared."""
        known = self._written.get((namespace, name))
        return known if known is not None else self._fit(self._joined(name, namespace))

    def read(self, name: str, namespace: str | None = None) -> ToolName:
        """The tool that the target means."""
        return self._theirs.get((namespace, name), ToolName(name, namespace))

    def _add(self, tool: Tool) -> None:
        if (tool.namespace, tool.name) in self._written:
            return
        space = tool.namespace if self._keeps_namespaces else None
        joined = self._joined(tool.name, tool.namespace)
        fitting = self._fit(joined)
        if (space, fitting) in self._theirs:
            fitting = self._hashed(joined)
        self._written[tool.namespace, tool.name] = fitting
        self._theirs[space, fitting] = ToolName(tool.name, tool.namespace, tool.kind)

    def _joined(self, name: str, namespace: str | None) -> str:
        if namespace is None or self._keeps_namespaces:
            return name
        return f"{namespace}{'' if namespace.endswith('_') else '__'}{name}"

    def _fit(self, name: str) -> str:
        fitting = self._plain(name) or "_"
        return fitting if len(fitting) <= self._rule.longest else self._hashed(name)

    def _hashed(self, name: str) -> str:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"{self._plain(name)[: self._rule.longest - 9]}_{digest}"

    def _plain(self, name: str) -> str:
        """No more of a name than shows that it is too long: some are megabytes."""
        allowed = self._rule.allowed
        fitting = "".join(c if allowed.match(c) else "_" for c in name[: self._rule.longest + 1])
        if self._rule.needs_letter_first and not (fitting[:1].isalpha() or fitting[:1] == "_"):
            return f"_{fitting}"
        return fitting


_LONGEST_NAME = 64
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def schema_name(name: str | None) -> str:
    """What OpenAI takes as the name of an answer's schema."""
    return _NOT_IN_NAMES.sub("_", name or "answer")[:_LONGEST_NAME]


def short_id(word: str) -> str:
    """OpenAI refuses longer ones; the same one always becomes the same."""
    if len(word) <= _LONGEST_NAME:
        return word
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()


_OPENING = '{"input":"'
_CLOSING = '"}'
_HEAD = re.compile(r'\s*\{\s*"input"\s*:\s*"')
_HEAD_BEGUN = re.compile(r'\s*(?:\{\s*(?:"(?:i(?:n(?:p(?:u(?:t(?:"\s*:?\s*)?)?)?)?)?)?)?)?')
_MOST_HEAD_CHARS = 256
_HEX = "[0-9a-fA-F]"
_HIGH, _LOW = rf"[dD][89abAB]{_HEX}{{2}}", rf"[dD][c-fC-F]{_HEX}{{2}}"
# what can be read whatever comes next; half an escape, and a half character that may yet get its
# other half, wait
_READABLE = re.compile(
    possessive(
        rf'[^"\\]++|\\u{_HIGH}\\u{_LOW}|\\u(?![dD][89abAB]){_HEX}{{4}}|\\[^u]'
        rf"|\\u{_HIGH}(?=[^\\]|\\[^u]|\\u(?:[^dD]|[dD](?:[^c-fC-F]|.{_HEX}?[^0-9a-fA-F])))"
        rf"|\\u(?={_HEX}{{0,3}}[^0-9a-fA-F])",
        "*",
    ),
    re.DOTALL,
)
_ESCAPE = re.compile(rf"\\u({_HIGH})\\u({_LOW})|\\u({_HEX}{{4}})|\\([^u])", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}


def input_schema(grammar: Mapping[str, Any] | None = None) -> dict[str, object]:
    """The arguments of the function that stands for a custom tool."""
    field = {"type": "string", "description": _in_words(grammar)}
    return {"type": "object", "properties": {"input": field}, "required": ["input"]}


def custom_schema(tool: Tool, report: LossReport, detail: str = "") -> dict[str, object]:
    """As `input_schema`, of a declared tool; that its grammar is told in words alone is a loss."""
    if tool.grammar and tool.grammar.get("type") == "grammar":
        report.lost(Feature.CUSTOM_GRAMMAR, detail)
    return input_schema(tool.grammar)


def wrapped(text: str) -> str:
    return f"{_OPENING}{_escaped(text)}{_CLOSING}"


def unwrapped(arguments: str) -> str:
    """The text; arguments of another form are taken for the text itself."""
    reader = Unwrapper()
    return reader.feed(arguments) + reader.finish()


class Wrapper:
    """The same JSON as `wrapped`, for a text that comes piece by piece."""

    __slots__ = ("_has_begun",)

    def __init__(self) -> None:
        self._has_begun = False

    def feed(self, text: str) -> str:
        opening = "" if self._has_begun else _OPENING
        self._has_begun = True
        return opening + _escaped(text)

    def finish(self) -> str:
        return self.feed("") + _CLOSING


class Unwrapper:
    """The same text as `unwrapped`, for arguments that come piece by piece.

    Text comes out as it goes in. Only arguments that do not begin as expected are held until
    `finish`, which has to be called in any case.
    """

    __slots__ = ("_held", "_is_over", "_is_strange", "_is_within")

    def __init__(self) -> None:
        self._held: list[str] = []
        self._is_within = False
        self._is_strange = False
        self._is_over = False

    def feed(self, fragment: str) -> str:
        if self._is_over:
            return ""
        if self._is_strange:
            self._held.append(fragment)
            return ""
        text = "".join((*self._held, fragment))
        if self._is_within:
            return self._read(text, 0)
        head = _HEAD.match(text)
        if head is not None:
            self._is_within = True
            return self._read(text, head.end())
        begun = _HEAD_BEGUN.fullmatch(text)
        self._is_strange = begun is None or len(text) > _MOST_HEAD_CHARS
        self._held = [text]
        return ""

    def finish(self) -> str:
        """What is left when no more comes."""
        left = "".join(self._held)
        self._held = []
        if self._is_over or self._is_within:
            self._is_over = True
            return _plain(left)
        self._is_over = True
        return _of_another_form(left)

    def _read(self, text: str, start: int) -> str:
        found = _READABLE.match(text, start)
        end = found.end() if found else start
        self._is_over = text[end : end + 1] == '"'
        self._held = [] if self._is_over or end == len(text) else [text[end:]]
        return _plain(text[start:end])


def _plain(piece: str) -> str:
    return _ESCAPE.sub(_character, piece) if "\\" in piece else piece


def _character(found: re.Match[str]) -> str:
    high, low, code, short = found.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if code:
        number = int(code, 16)
        return "\ufffd" if 0xD800 <= number <= 0xDFFF else chr(number)
    return _SHORT.get(short, found[0])


def _of_another_form(arguments: str) -> str:
    try:
        parsed = orjson.loads(arguments)
    except ValueError:
        return arguments
    if parsed == {}:
        return ""
    text = parsed.get("input") if isinstance(parsed, dict) else None
    return text if isinstance(text, str) else arguments


def _escaped(text: str) -> str:
    try:
        return orjson.dumps(text)[1:-1].decode()
    except TypeError:
        # half characters, which no UTF-8 can say
        return orjson.dumps(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))[
            1:-1
        ].decode()


def _in_words(grammar: Mapping[str, Any] | None) -> str:
    words = "The tool's whole input, as free text."
    if not grammar or grammar.get("type") != "grammar":
        return words
    inner = grammar.get("grammar")
    told = inner if isinstance(inner, dict) else grammar
    syntax, definition = told.get("syntax") or "", told.get("definition") or ""
    return f"{words} It must follow this {syntax} grammar:\n{definition}"


def is_object(arguments: str) -> bool:
    """Nothing at all counts as the empty object."""
    if arguments in ("", "{}"):
        return True
    try:
        return type(orjson.loads(arguments)) is dict
    except orjson.JSONDecodeError:
        return not arguments.strip()


ALTERNATIVES = ("anyOf", "oneOf", "allOf")
_MOST_VARIANTS = 200


def local_target(root: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a `$ref` at the root of a schema means, one step far."""
    reference = root.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    found: Any = root
    for step in reference[2:].split("/"):
        found = found.get(step) if type(found) is dict else None
    return found if type(found) is dict and "$ref" not in found else None


def without_alternatives(schema: Mapping[str, Any], lost: Callable[[str], None]) -> dict[str, Any]:
    """A schema whose root has the properties of all its variants; required is what is so whichever
    of them holds. `lost` hears which sorts of variants there were."""
    root = dict(schema)
    for name in ALTERNATIVES:
        if name in root:
            lost(name)
            _merge(root, root.pop(name), all_hold=name == "allOf")
    return root


def _merge(root: dict[str, Any], variants: object, *, all_hold: bool) -> None:
    parts = [each for each in variants if type(each) is dict] if type(variants) is list else []
    properties = dict(root["properties"]) if type(root.get("properties")) is dict else {}
    wanted: set[str] | None = None
    for part in parts[:_MOST_VARIANTS]:
        target = local_target({**root, **part}) or part
        own = target.get("properties")
        for name, schema in (own if type(own) is dict else {}).items():
            properties.setdefault(name, schema)
        required = target.get("required")
        listed = required if type(required) is list else []
        names = {each for each in listed if type(each) is str}
        wanted = names if wanted is None else wanted | names if all_hold else wanted & names
    root["properties"] = properties
    before = root["required"] if type(root.get("required")) is list else []
    if before or wanted:
        root["required"] = [*before, *sorted((wanted or set()).difference(map(str, before)))]
