"""The fields of a request to a CLI: the kinds of values that they have, as JSON schemas, and what
one request asks by them.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

import orjson

from llmgw_desktop.clis.checks import as_json, no_flag, no_nul
from llmgw_desktop.clis.cli import Option
from llmgw_desktop.domain.cli import CliRequest, NamedPath
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
ON: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
JSON_OBJECT: Schema = {"anyOf": [TEXT, {"type": "object"}]}


def one_of(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


def whole_number(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def number(least: float, most: float) -> Schema:
    return {"type": "number", "minimum": least, "maximum": most}


def fits(value: object, schema: Schema) -> bool:
    """Whether a value is what the schema says; knows what the tables use."""
    if "anyOf" in schema:
        return any(fits(value, each) for each in schema["anyOf"])
    return _FITS[schema["type"]](value, schema)


def said(schema: Schema) -> str:
    """What is accepted, for a person."""
    if "anyOf" in schema:
        return " or ".join(said(each) for each in schema["anyOf"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    bounds = [
        f"{word} {schema[name]}"
        for name, word in (("minimum", "from"), ("maximum", "to"))
        if name in schema
    ]
    return " ".join([_SAID[schema["type"]], *bounds])


def _is_text(value: object, schema: Schema) -> bool:
    if not isinstance(value, str) or len(value) < schema.get("minLength", 0):
        return False
    return value in schema.get("enum", [value])


def _is_number(value: object, schema: Schema) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _is_whole(value: object, schema: Schema) -> bool:
    return isinstance(value, int) and _is_number(value, schema)


def _is_list(value: object, schema: Schema) -> bool:
    if not isinstance(value, list):
        return False
    return all(fits(each, schema["items"]) for each in value) if "items" in schema else True


_FITS: dict[str, Callable[[object, Schema], bool]] = {
    "string": _is_text,
    "boolean": lambda value, _: isinstance(value, bool),
    "integer": _is_whole,
    "number": _is_number,
    "array": _is_list,
    "object": lambda value, _: isinstance(value, dict),
    "null": lambda value, _: value is None,
}
_SAID = {
    "string": "a text that is not empty",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list of texts",
    "object": "a JSON object",
    "null": "null",
}


_CHOSEN_BY_CLI = frozenset({"", "default", "latest"})
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")


class Asked:
    """What was asked for. `free` names the fields that are prose, which may begin as it likes."""

    def __init__(
        self, request: CliRequest, table: tuple[Option, ...], *, free: Collection[str] = ()
    ) -> None:
        self._table = {option.name: option for option in table}
        self._free = free
        self._given = {
            name: self._checked(name, value)
            for name, value in request.options.items()
            if value is not None
        }
        self.model = _model(request)
        no_nul(request.prompt, "prompt")
        if not request.prompt.strip():
            raise InvalidRun("there is nothing to say to the CLI; give a prompt", field="prompt")
        _check_folder(request.working_dir)

    def has(self, name: str) -> bool:
        return name in self._given

    def is_on(self, name: str) -> bool:
        return self._given.get(name) is True

    def text(self, name: str) -> str:
        return cast("str", self._given.get(name, ""))

    def texts(self, name: str) -> list[str]:
        return cast("list[str]", self._given.get(name, []))

    def value(self, name: str) -> object:
        return self._given.get(name)

    def paths(self, *names: str, folders: Collection[str] = ()) -> tuple[NamedPath, ...]:
        """What of the caller's must be there: folders, and by the other names what is any path."""
        return tuple(
            NamedPath(field=name, path=path, is_folder=name in folders)
            for name in (*folders, *names)
            for path in _texts_in(self._given.get(name))
        )

    def arguments(self, *, but: Collection[str] = ()) -> list[str]:
        """Of all that was given and has a flag, in the table's order."""
        return [
            argument
            for name, option in self._table.items()
            if option.flag and name in self._given and name not in but
            for argument in written(option.flag, self._given[name])
        ]

    def refuse(self, names: Collection[str], why: str) -> None:
        """What this CLI cannot be asked for."""
        for name in names:
            if self._given.get(name) not in (None, False, []):
                raise InvalidRun(why, field=name)

    def refuse_both(self, one: str, other: str, why: str) -> None:
        """Two fields of which each leaves no room for the other."""
        both = [self._given.get(name) not in (None, False) for name in (one, other)]
        if all(both):
            raise InvalidRun(f"it cannot be asked for together with {other}: {why}", field=one)

    def _checked(self, name: str, value: object) -> object:
        option = self._table.get(name)
        if option is None:
            raise InvalidRun(
                f"this CLI has no such field; it has {', '.join(self._table)}", field=name
            )
        if not fits(value, option.schema):
            raise InvalidRun(f"it must be {said(option.schema)}", field=name)
        if option.refused and value is not False and value != []:
            raise InvalidRun(option.refused, field=name)
        for text in _texts_in(value):
            no_nul(text, name)
            if name not in self._free:
                no_flag(text, name)
        return value


def written(flag: str, value: object) -> list[str]:
    """One flag with its value; a list repeats it."""
    match value:
        case True:
            return [flag]
        case False:
            return []
        case list():
            return [argument for each in value for argument in written(flag, each)]
        case dict():
            return [f"{flag}={orjson.dumps(value).decode()}"]
        case _:
            return [f"{flag}={value}"]


def known(arguments: Collection[str], flags: frozenset[str], version: str) -> tuple[str, ...]:
    """The arguments, all of whose flags the CLI had at this version."""
    for argument in arguments:
        name = argument.partition("=")[0]
        if name.startswith("-") and name not in flags:
            raise InvalidRun(f"version {version} of the CLI has no flag {name}", field=name)
    return tuple(arguments)


def json_text(asked: Asked, name: str) -> str:
    """A field that is JSON, given as such or as a text; refused where the text is none."""
    value = asked.value(name)
    text = value if isinstance(value, str) else as_json(value, name)
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidRun("it is not JSON", field=name) from error
    return text


def _texts_in(value: object) -> list[str]:
    """The texts that a CLI would see as they are: those within objects go as JSON."""
    if isinstance(value, str):
        return [value]
    return [text for each in value for text in _texts_in(each)] if isinstance(value, list) else []


def _model(request: CliRequest) -> str:
    no_flag(request.model, "model")
    if any(character.isspace() for character in request.model):
        raise InvalidRun("a model's name holds no blanks", field="model")
    return "" if request.model in _CHOSEN_BY_CLI else request.model


def _check_folder(working_dir: str) -> None:
    no_nul(working_dir, "workingDir")
    if working_dir and not _ABSOLUTE.match(working_dir):
        raise InvalidRun("give the folder's whole path, from the root on", field="workingDir")


def option(
    name: str, schema: Mapping[str, Any], meaning: str, flag: str = "", *, refused: str = ""
) -> Option:
    """A row of a table."""
    return Option(name=name, schema=schema, meaning=meaning, flag=flag, refused=refused)


def usual_options(
    *formats: str, last: str = "resumeLatest", forks: bool = False
) -> tuple[Option, ...]:
    """What every CLI has: the form of its output, its session and its folder."""
    said = "Accepted; the gateway reads a stream of events in any case."
    return (
        option("outputFormat", one_of(*formats), said),
        option("sessionId", TEXT, "The session, by the CLI's own id."),
        option(last, ON, "Go on with the folder's last session."),
        *([option("forkSession", ON, "Go on with a copy of the session.")] if forks else []),
        option("workingDir", TEXT, "The folder it works in."),
    )
