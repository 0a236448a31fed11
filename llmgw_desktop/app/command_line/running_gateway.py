"""The gateway that runs on this home, asked by a command with the person's own key."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from llmgw_desktop.domain.errors import CORRECT_IT, LlmgwError
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.processes import started_ticks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import InstanceLock, RunFile, own_context, read_run_file

if TYPE_CHECKING:
    from http.client import HTTPConnection

ANSWERS_WITHIN_S = 20.0
_LOOKS_WITHIN_S = 5.0
_SILENCE_S = 60.0
"""A gateway that tells of what happens says every 15 s that it is there."""


class NotRunning(LlmgwError):
    """Nobody is there who could be asked."""

    kind = "not_running"


@value
class Told:
    """What it answered: an object of JSON."""

    status: int
    fields: Mapping[str, Any]

    @property
    def problem(self) -> str:
        """Its own words, where it refused, without advice for those who write requests."""
        error = self.fields.get("error")
        words = error.get("message") if isinstance(error, dict) else error
        if not isinstance(words, str):
            return f"The gateway answered {self.status}."
        return words.removesuffix(CORRECT_IT).rstrip()


def running(places: Places, env: Mapping[str, str]) -> RunFile:
    """What it says of itself. Raises NotRunning."""
    if (told := found(places, env)) is None:
        from llmgw_desktop.app.command_line.this_program import own_command

        raise NotRunning(f"The gateway does not run. Start it: {own_command('serve', env=env)}")
    return told


def found(places: Places, env: Mapping[str, str]) -> RunFile | None:
    """By its run file, or where a full disk took none, by the lock of its home."""
    told = read_run_file(places.run_file)
    return told if told is not None and lives(told) else _by_its_lock(places, env)


def _by_its_lock(places: Places, env: Mapping[str, str]) -> RunFile | None:
    """Whoever has the lock's file open, and where that very process listens: nobody else is shown
    the person's key. From /proc, so on Linux alone."""
    pid = InstanceLock(places.instance_lock).holder_pid()
    if pid is None or not _has_open(pid, places.instance_lock):
        return None
    from llmgw_desktop.domain.errors import ConfigError
    from llmgw_desktop.engine.questions.consents.programs import listening_ports
    from llmgw_desktop.store.settings.reader import load_settings
    from llmgw_desktop.store.tls_files import base_url

    try:
        http = load_settings(places.config_file, env).settings.http
    except ConfigError:
        return None
    ports = listening_ports(pid)
    if http.port not in ports and len(ports) != 1:
        return None
    url = base_url(http, http.port if http.port in ports else ports.pop())
    return RunFile(
        url=url,
        pid=pid,
        started_at_s=places.instance_lock.stat().st_mtime,
        started_ticks=started_ticks(pid),
        mcp=f"{url}{http.path}",
        certificate=http.tls_certificate,
    )


def _has_open(pid: int, path: Path) -> bool:
    try:
        wanted = path.stat()
        handles = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it ended, it is another user's, or there is no /proc
        return False
    for handle in handles:
        with suppress(OSError):  # closed meanwhile
            if os.path.samestat(handle.stat(), wanted):
                return True
    return False


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

    def events(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        silence_s: float = _SILENCE_S,
    ) -> Iterator[tuple[str, Any]]:
        """Server-sent ones, each by its name with what it says, until the gateway ends them or was
        silent for so long. What it refuses is one event, `refused`, with `Told`. With a body it is
        posted."""
        from http.client import HTTPException

        connection = self._connection(silence_s)
        try:
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
            method, sent = ("GET", None) if body is None else ("POST", json.dumps(body))
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            if answer.status != 200:
                fields = json.loads(answer.read())
                told = fields if isinstance(fields, dict) else {}
                yield "refused", Told(status=answer.status, fields=told)
                return
            yield from _events(answer)
        except (OSError, HTTPException, ValueError) as error:
            raise NotRunning(f"The gateway at {self._told.url} says no more: {error}.") from error
        finally:
            connection.close()

    @property
    def shows_certificate(self) -> bool:
        return self._told.url.startswith("https:")

    def _connection(self, within_s: float) -> "HTTPConnection":
        from http.client import HTTPConnection

        parts = urlsplit(self._told.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            from http.client import HTTPSConnection

            context = own_context(self._told.certificate)
            return HTTPSConnection(host, port, timeout=within_s, context=context)
        return HTTPConnection(host, port, timeout=within_s)


def _events(lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    name, data = "", ""
    for line in lines:
        field, _, value = line.decode(errors="replace").rstrip("\r\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data += value
        elif not field and not value and name:
            yield name, json.loads(data)
            name, data = "", ""


def tell_keys_changed(places: Places, env: Mapping[str, str]) -> None:
    """So that what runs with a revoked key is cut now, and windows show what there is, and not
    with somebody's next request."""
    try:
        RunningGateway(places, env).ask("POST", "/v1/keys/changed", within_s=_LOOKS_WITHIN_S)
    except NotRunning:
        return


def lives(told: RunFile) -> bool:
    """The process that wrote the file: none that came after it under the same number."""
    ticks = started_ticks(told.pid)
    return ticks is not None and told.started_ticks in (None, ticks)
