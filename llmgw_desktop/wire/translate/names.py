"""Tools' names as another protocol allows them, and back.

The same tools always get the same names, without any memory: a conversation that goes on gives the
calls of its past the names that its tools have now.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from llmgw_desktop.domain.content import CallKind
from llmgw_desktop.domain.prompt import HostedTool, Tool


@dataclass(frozen=True, slots=True)
class NameRule:
    """`allowed` matches one character; names are at most `longest` characters."""

    allowed: re.Pattern[str]
    longest: int
    needs_letter_first: bool = False


PLAIN = NameRule(re.compile(r"[A-Za-z0-9_-]"), 64)
ANTHROPIC = NameRule(re.compile(r"[A-Za-z0-9_-]"), 128)
GEMINI = NameRule(re.compile(r"[A-Za-z0-9_.:-]"), 64, needs_letter_first=True)


@dataclass(frozen=True, slots=True)
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
