"""Settings of Codex as arguments: `name=value`; a value is TOML or, where it is none, a text."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.clis.checks import as_utf8, fits_argument
from llmgw_desktop.domain.run_errors import InvalidRun

_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_HAVE_FIELDS = {"sandbox_mode": "sandboxMode", "approval_policy": "askForApproval"}
"""Said in one place, so that what judges a request by its fields judges all of it."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def overrides(given: object, field: str) -> list[str]:
    settings = []
    for name, value in given.items() if isinstance(given, dict) else ():
        if not _NAME.fullmatch(name):
            raise InvalidRun("a setting's name is words with dots between them", field=field)
        if name in _HAVE_FIELDS:
            raise InvalidRun(f"say {name} by the field {_HAVE_FIELDS[name]}", field=field)
        if isinstance(value, str):
            as_utf8(value, field)
            if _CONTROL.search(value):
                raise InvalidRun("a setting's text is one line", field=field)
            settings.append(fits_argument(f"{name}={value}", field))
        else:
            settings.append(fits_argument(f"{name}={_checked(value, field)}", field))
    return settings


def as_setting(value: object) -> str:
    """As TOML. JSON's texts, numbers and lists are TOML's; its objects are not."""
    if isinstance(value, Mapping):
        members: Mapping[str, Any] = value
        inner = [f"{_text(name)}={as_setting(member)}" for name, member in members.items()]
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(as_setting(each) for each in value) + "]"
    if isinstance(value, str):
        return _text(value)
    written = orjson.dumps(value).decode()
    if written == "null":
        raise TypeError("TOML has no null")
    return written


def _checked(value: object, field: str) -> str:
    try:
        return as_setting(value)
    except (TypeError, RecursionError) as error:
        raise InvalidRun(
            "it holds what no setting can be, such as null or a number that is none", field=field
        ) from error


def _text(value: str) -> str:
    """JSON leaves DEL as it is, and TOML does not."""
    return orjson.dumps(value).decode().replace("\x7f", "\\u007F")
