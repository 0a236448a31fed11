"""The gateway that runs on this home, asked by a command with the person's own key."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.engine.jobs.processes import started_ticks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, own_context, read_run_file

if TYPE_CHECKING:
    from http.client import HTTPConnection

ANSWERS_WITHIN_S = 20.0
_LOOKS_WITHIN_S = 5.0


class NotRunning(LlmgwError):
    """Nobody is there who could be asked."""

    kind = "not_running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What it answered: an object of JSON."""

    status: int
    fields: Mapping[str, Any]

    @property
    def problem(self) -> str:
        """Its own words, where it refused."""
        error = self.fields.get("error")
        words = error.get("message") if isinstance(error, dict) else error
        return words if isinstance(words, str) else f"The gateway answered {self.status}."


def running(places: Places, env: Mapping[str, str]) -> RunFile:
    """What it says of itself. Raises NotRunning."""
    told = read_run_file(places.run_file)
    if told is None or not lives(told):
        raise NotRunning(f"The gateway does not run. Start it: {own_command('serve', env=env)}")
    return told


class RunningGateway:
    """Raises NotRunning where it cannot be reached."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self._told = running(places, env)
        try:
            self._key = places.access_key_file.read_text("ascii").strip()
        except (OSError, UnicodeError) as error:
            raise NotRunning(f"The access key cannot be read: {places.access_key_file}") from error

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        within_s: float = ANSWERS_WITHIN_S,
    ) -> Told:
        from http.client import HTTPException  # where none runs, nobody waits for it

        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        connection = self._connection(within_s)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            fields = json.loads(answer.read())
        except (OSError, HTTPException, ValueError) as error:
            url = self._told.url
            raise NotRunning(f"The gateway does not answer at {url}: {error}.") from error
        finally:
            connection.close()
        return Told(status=answer.status, fields=fields if isinstance(fields, dict) else {})

    def _connection(self, within_s: float) -> "HTTPConnection":
        from http.client import HTTPConnection, HTTPSConnection

        parts = urlsplit(self._told.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            context = own_context(self._told.certificate)
            return HTTPSConnection(host, port, timeout=within_s, context=context)
        return HTTPConnection(host, port, timeout=within_s)


def tell_keys_changed(places: Places, env: Mapping[str, str]) -> None:
    """So that what runs with a revoked key is cut now, and windows show what there is, and not
    with somebody's next request."""
    try:
        RunningGateway(places, env).ask("POST", "/v1/keys/changed", within_s=_LOOKS_WITHIN_S)
    except NotRunning:
        return


def lives(told: RunFile) -> bool:
    """Not a file that a killed one left behind."""
    if os.name != "posix" or told.started_ticks is None:
        return True
    return started_ticks(told.pid) == told.started_ticks
