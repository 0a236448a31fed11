"""A `server.json`, the MCP registry's description of a server: what it would take to run it, read
without running or fetching anything. Its words are a stranger's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any, Final

import orjson

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.mcp_server import is_secret_name
from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.redactor import Redactor

MOST_BYTES: Final = 256 * 1024
_MOST_WAYS, _MOST_INPUTS, _LONGEST = 40, 100, 4000
_NAME = re.compile(r"[A-Za-z0-9.-]{1,150}/[A-Za-z0-9._-]{1,100}")
_NPM = re.compile(r"(?:@[A-Za-z0-9~][\w.~-]{0,100}/)?[A-Za-z0-9~][\w.~-]{0,150}", re.ASCII)
_PYPI = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,150}[A-Za-z0-9])?")
_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._/:-]{0,250}(?:@sha256:[0-9a-f]{64})?")
_EXACT = re.compile(r"\d+(?:\.\d+){1,4}[0-9A-Za-z.+!-]{0,60}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HOLE = re.compile(r"\{([A-Za-z0-9_.-]{1,100})\}")
_IN_ARGUMENTS = "a secret would stand among its arguments, which every program can read"
_USUAL: Final = {"npm": "registry.npmjs.org", "pypi": "pypi.org"}
_RUNNERS: Final = {"npm": "npx", "pypi": "uvx", "oci": "docker"}
_NOT_RUN: Final = {
    "mcpb": "bundles of the kind .mcpb are not run here",
    "nuget": "packages of NuGet are not run here",
    "cargo": "packages of crates.io are not run here",
    "maven": "packages of Maven are not run here",
}
_ASKING = (
    *("value", "default", "choices", "format", "placeholder"),
    *("isRequired", "isSecret", "isRepeated", "valueHint"),
)
"""An option without any of them is a plain flag."""
_FIRST_NAMES: Final = {
    "registryType": "registry_type",
    "registryBaseUrl": "registry_base_url",
    "runtimeHint": "runtime_hint",
    "runtimeArguments": "runtime_arguments",
    "packageArguments": "package_arguments",
    "environmentVariables": "environment_variables",
    "fileSha256": "file_sha256",
    "valueHint": "value_hint",
    "isRequired": "is_required",
    "isSecret": "is_secret",
    "isRepeated": "is_repeated",
    "transportType": "transport_type",
    "versionDetail": "version_detail",
}
"""What the first schema called them, which files of that time still do."""


class ServerFileUnfit(LlmgwError):
    """It is no server.json, or nothing of it can be run here; one sentence."""

    kind = "server_file_unfit"


@value
class Need:
    """Something that a server has to be told, or may be."""

    key: str
    """By which it is answered; unique in its way."""
    says: str
    """A stranger's words."""
    is_secret: bool = False
    is_required: bool = False
    usual: str = field(default="", repr=False)
    choices: tuple[str, ...] = ()
    is_repeated: bool = False
    """Each line of its answer is one."""


@value
class ServerWay:
    """One way to have it: a package, or an address."""

    title: str
    """«npm package @example/tracker 1.0.2»."""
    needs: tuple[Need, ...] = ()
    why_not: str = ""
    """Why it cannot be had so; empty where it can."""
    kind: str = ""
    """npm, pypi, oci or remote."""
    package: str = ""
    version: str = ""
    file_sha256: str = ""
    """What its file must hash to; empty where nothing is said of that."""
    parts: "tuple[_Part, ...]" = ()


@value
class ServerFile:
    """All of it that counts here."""

    name: str
    title: str
    description: str
    version: str
    sha256: str
    """Of the file's bytes."""
    ways: tuple[ServerWay, ...]

    @property
    def short_name(self) -> str:
        """As a table of the settings may be called."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", self.name.rpartition("/")[2]).strip("-_")[:40]
        return plain if plain[:1].isalpha() else f"mcp-{plain}".rstrip("-")


@value
class _Part:
    """A piece of what is run or asked: `to` is run, more, env, header or url."""

    to: str
    name: str
    """Of a variable, a header or an option."""
    text: str
    """With holes in braces for answers."""
    is_flag: bool = False
    is_needed: bool = True
    """Left out where a hole of it has no answer, else."""
    keys: tuple[str, ...] = ()
    """Of answers that may stand in its holes."""

    def filled(self, answer: Callable[[str], list[str]]) -> list[str]:
        """Once for each answer of what may be repeated; none where one is missing."""
        texts = [self.text]
        for key in self.keys:
            given = answer(key)
            texts = [text.replace(f"{{{key}}}", each) for text in texts for each in given]
        return texts


def read_server_file(raw: bytes) -> ServerFile:
    """Raises ServerFileUnfit."""
    try:
        told = orjson.loads(raw) if len(raw) <= MOST_BYTES else None
    except ValueError:
        raise ServerFileUnfit("This is no server.json: it is not JSON.") from None
    if isinstance(told, dict) and isinstance(told.get("server"), dict):
        told = told["server"]  # as a registry answers
    if not isinstance(told, dict):
        raise ServerFileUnfit("This is no server.json: it is no object, or too large.")
    name = told.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ServerFileUnfit("This is no server.json: name has to be like com.example/tracker.")
    ways = tuple(_ways(told))
    if not ways:
        raise ServerFileUnfit(f"{name} names neither a package nor an address.")
    return ServerFile(
        name=name,
        title=_line(told.get("title"), 100),
        description=_line(told.get("description"), 300),
        version=_line(told.get("version") or _of(told, "versionDetail", {}).get("version"), 100),
        sha256=sha256(raw).hexdigest(),
        ways=ways,
    )


def _ways(told: Mapping[str, Any]) -> Iterator[ServerWay]:
    for key, read in (("packages", _Reading.package), ("remotes", _Reading.remote)):
        listed = told.get(key) or []
        if not isinstance(listed, list) or len(listed) > _MOST_WAYS:
            raise ServerFileUnfit(f"This is no server.json: {key} has to be a short list.")
        for each in listed:
            if not isinstance(each, dict):
                raise ServerFileUnfit(f"This is no server.json: {key} has to hold objects.")
            yield read(_Reading(), each)


class _Reading:
    """One package, or one address."""

    def __init__(self) -> None:
        self._needs: dict[str, Need] = {}
        self._parts: list[_Part] = []
        self._redactor = Redactor()
        self._problem = ""

    def package(self, told: Mapping[str, Any]) -> ServerWay:
        kind, name = str(_of(told, "registryType", "")), str(_of(told, "identifier", ""))
        version = str(told.get("version") or "")
        transport = _of(told, "transport", {})
        for each in _list(told, "runtimeArguments"):
            self._argument("run", each)
        for each in _list(told, "packageArguments"):
            self._argument("more", each)
        for each in _list(told, "environmentVariables"):
            self._named("env", each)
        if isinstance(transport, Mapping) and transport.get("type", "stdio") != "stdio":
            self._refuse("it is spoken with at an address that it opens itself, not over stdio")
        self._check_package(kind, name, version)
        host = str(_of(told, "registryBaseUrl", "")).rstrip("/")
        if host and kind in _USUAL and host != f"https://{_USUAL[kind]}":
            self._refuse(f"it comes from another registry, {inert_line(host, 100)}")
        hint = str(_of(told, "runtimeHint", ""))
        if hint and _list(told, "runtimeArguments") and hint != _RUNNERS.get(kind, hint):
            self._refuse(f"it wants to be run by {inert_line(hint, 40)}")
        digest = str(_of(told, "fileSha256", ""))
        if digest and (kind not in _USUAL or not _SHA256.fullmatch(digest)):
            self._refuse("the hash that it names cannot be checked")
        words = {"npm": "npm package", "pypi": "PyPI package", "oci": "container image"}
        title = f"{words.get(kind, f'{kind} package')} {name} {version}"
        shown = inert_line(title.rstrip(), 200)
        return self._way(title=shown, kind=kind, package=name, version=version, file_sha256=digest)

    def remote(self, told: Mapping[str, Any]) -> ServerWay:
        url = told.get("url")
        kind = told.get("type") or _of(told, "transportType", "")
        if kind not in ("streamable-http", "streamable", "sse"):
            self._refuse(f"it is spoken with by {inert_line(str(kind), 40)}")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            self._refuse("it names no address")
            url = ""
        variables = _of(told, "variables", {})
        self._template("url", "", {"value": url, "variables": variables, "isRequired": True})
        for each in _list(told, "headers"):
            self._named("header", each)
        return self._way(title=f"address {inert_line(url, 200)}", kind="remote")

    def _way(self, **more: str) -> ServerWay:
        if len(self._needs) > _MOST_INPUTS or len(self._parts) > _MOST_INPUTS:
            self._refuse("it wants to be told too much")
        needs, parts = tuple(self._needs.values()), tuple(self._parts)
        return ServerWay(needs=needs, parts=parts, why_not=self._problem, **more)

    def _check_package(self, kind: str, name: str, version: str) -> None:
        patterns = {"npm": _NPM, "pypi": _PYPI, "oci": _IMAGE}
        if kind not in patterns:
            self._refuse(_NOT_RUN.get(kind, f"{inert_line(kind, 40)} is no kind of package here"))
        elif not patterns[kind].fullmatch(name):
            self._refuse("its package has no proper name")
        elif kind == "oci":
            tag = name.rpartition("/")[2].partition(":")[2]
            if not (version or tag) or "latest" in (version, tag):
                self._refuse("it does not say which version of the image")
        elif not _EXACT.fullmatch(version) or ".x" in version:
            self._refuse("it does not say which version exactly, so what runs could change")

    def _argument(self, to: str, told: Mapping[str, Any]) -> None:
        name = str(told.get("name") or "") if told.get("type") == "named" else ""
        if name and not any(_of(told, key, None) for key in _ASKING):
            self._parts.append(_Part(to=to, name=self._fixed(name), text="", is_flag=True))
            return
        self._template(to, self._fixed(name), told)

    def _named(self, to: str, told: Mapping[str, Any]) -> None:
        name = str(told.get("name") or "")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,127}", name):
            self._refuse("a variable or header of it has no proper name")
        self._template(to, name, told)

    def _template(self, to: str, name: str, told: Mapping[str, Any]) -> None:
        """`value` with its variables in braces, or one answer that is all of it."""
        said = _of(told, "value", None)
        is_needed = bool(_of(told, "isRequired", said is not None))
        if said is None:
            key = name.lstrip("-") or str(_of(told, "valueHint", "")) or "value"
            self._need(to, self._unused(key), told, name)
            key = next(reversed(self._needs))
            part = _Part(to=to, name=name, text=f"{{{key}}}", is_needed=is_needed, keys=(key,))
            self._parts.append(part)
            return
        text, variables = self._fixed(str(said)), _of(told, "variables", {})
        keys: list[str] = []
        for key in dict.fromkeys(_HOLE.findall(text)):
            if isinstance(variables, Mapping) and isinstance(variables.get(key), Mapping):
                self._need(to, key, variables[key], name, repeated=_of(told, "isRepeated", False))
                keys.append(key)
        part = _Part(to=to, name=name, text=text, is_needed=is_needed, keys=tuple(keys))
        self._parts.append(part)

    def _need(
        self, to: str, key: str, told: Mapping[str, Any], name: str, *, repeated: object = False
    ) -> None:
        is_secret = bool(_of(told, "isSecret", False)) or (
            to in ("env", "header") and is_secret_name(name if key == name else key)
        )
        if is_secret and to not in ("env", "header"):
            self._refuse(_IN_ARGUMENTS)
        fixed = _of(told, "value", None)
        usual = fixed if fixed is not None else told.get("default")
        choices = told.get("choices")
        listed = choices if isinstance(choices, list) else []
        words = told.get("description") or told.get("placeholder") or ""
        self._needs[key] = Need(
            key=key,
            says=_line(words, 300),
            is_secret=is_secret,
            is_required=bool(_of(told, "isRequired", False)),
            usual="" if usual is None else self._fixed(_plain(usual)),
            choices=tuple(self._fixed(_line(each, 200)) for each in listed[:50]),
            is_repeated=bool(repeated or _of(told, "isRepeated", False)),
        )

    def _unused(self, key: str) -> str:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", key)[:80] or "value"
        number = 2
        found = plain
        while found in self._needs:
            found, number = f"{plain}_{number}", number + 1
        return found

    def _fixed(self, text: str) -> str:
        """Of the file itself: a line of bounded length without a key in it."""
        if len(text) > _LONGEST or not text.isprintable():
            self._refuse("a text of it is too long, or no line")
        elif "$" in text:  # no stranger names an entry of the vault, in one piece or in two
            self._refuse("it wants a $ filled in, which is not done here")
        elif text and self._redactor.clean_text(text) != text:
            self._refuse("a secret stands in it for everybody to read")
        return text

    def _refuse(self, why: str) -> None:
        self._problem = self._problem or why


def _of(told: Mapping[str, Any], key: str, other: Any) -> Any:
    """By its name of today, or as the first schema wrote it."""
    return told[key] if key in told else told.get(_FIRST_NAMES.get(key, key), other)


def _list(told: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = _of(told, key, None) or []
    if not isinstance(listed, list) or len(listed) > _MOST_INPUTS:
        raise ServerFileUnfit(f"This is no server.json: {key} has to be a short list.")
    if not all(isinstance(each, dict) for each in listed):
        raise ServerFileUnfit(f"This is no server.json: {key} has to hold objects.")
    return listed


def _plain(text: object) -> str:
    return str(text).lower() if isinstance(text, bool) else str(text)


def _line(text: object, longest: int) -> str:
    return inert_line(" ".join(text.split()), longest) if isinstance(text, str) else ""
