"""What callers who may sit anywhere cannot ask for: files, folders and settings of this computer.

They always work in a workspace. Which fields name something of this computer says `clis/rights`.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from llmgw_desktop.clis.rights import RIGHTS
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.session import SESSION_PREFIX
from llmgw_desktop.domain.workspace import Place
from llmgw_desktop.engine.runs.fields import RunAsked
from llmgw_desktop.engine.runs.model_call import only_words
from llmgw_desktop.engine.workspaces.registry import Workspaces

_PARTS = ("system", "tools", "context", "task")


def with_words_alone(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The prompt without meaning for the CLI itself: an `@` would bring along any file of this
    computer, a `/` run a command."""
    told = dict(fields)
    for name in ("prompt", "requestInstructions"):
        if isinstance(text := told.get(name), str):
            told[name] = only_words(text, reads_mentions=True)
    if isinstance(parts := told.get("promptParts"), dict):
        words = {
            name: only_words(text, reads_mentions=True)
            for name, text in parts.items()
            if name in _PARTS and isinstance(text, str)
        }
        told["promptParts"] = parts | words
    return told


def as_words(asked: RunAsked) -> RunAsked:
    """What was put together and made shorter since may begin otherwise than what was sent."""
    return replace(asked, prompt=only_words(asked.prompt, reads_mentions=True))


def check_named(asked: RunAsked) -> None:
    """Raises InvalidRun for what no remote caller may name."""
    folder = asked.working_dir
    if folder and (PurePath(folder).is_absolute() or folder.startswith("~") or "\\" in folder):
        raise InvalidRun("name it relative to the workspace", field="workingDir")
    if asked.session_id and not asked.session_id.startswith(f"{SESSION_PREFIX}_"):
        raise InvalidRun(
            "there is no such session of yours; session_list, or GET /v1/sessions, has all",
            field="sessionId",
        )
    rights = RIGHTS[asked.cli.name]
    for name, value in asked.options.items():
        if rights.is_reaching(name, value) and name not in rights.folders:
            raise InvalidRun(
                "it names what lies on the gateway's computer, and is taken from callers there"
                " alone; leave it out",
                field=name,
            )


def with_folders_inside(
    asked: RunAsked, place: Place, workspaces: Workspaces
) -> tuple[RunAsked, frozenset[str]]:
    """Further folders, as they lie inside the workspace; and the fields that name them, which are
    harmless so. For a thread. Raises InvalidRun."""
    found: dict[str, object] = {}
    for name in RIGHTS[asked.cli.name].folders:
        given = asked.options.get(name)
        if isinstance(given, list) and given:
            paths = [each for each in given if isinstance(each, str)]
            if len(paths) != len(given) or any(PurePath(each).is_absolute() for each in paths):
                raise InvalidRun("name folders relative to the workspace", field=name)
            found[name] = [workspaces.below(place, each, name) for each in paths]
        elif given not in (None, []):
            raise InvalidRun("it must be a list of texts", field=name)
    if not found:
        return asked, frozenset()
    return replace(asked, options={**asked.options, **found}), frozenset(found)
