"""The gateway that runs on this home, asked by commands as the person whose it is."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.app.mcp_stdio.engine import is_alive
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import read_run_file

_PATIENCE_S = 15.0
_MOST_BYTES = 128 * 1024 * 1024


class NotAnswered(LlmgwError):
    """In a sentence that says what to do."""


class Refused(LlmgwError):
    """It answered, and said no. In its own words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class RunningGateway:
    """Raises NotAnswered where none runs."""

    def __init__(self, places: Places) -> None:
        told = read_run_file(places.run_file)
        # the key goes to nobody who has only its number or its port
        if told is None or not is_alive(told):
            raise NotAnswered(f"No gateway runs. Start one: {own_command('serve')}")
        self._url = told.url
        try:
            self._key = places.access_key_file.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise NotAnswered(
                f"{places.access_key_file} cannot be read: is it your gateway?"
            ) from error

    def get(self, path: str, *, patience_s: float = _PATIENCE_S) -> Mapping[str, Any]:
        """Raises NotAnswered, Refused."""
        return self._ask("GET", path, None, patience_s)

    def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises NotAnswered, Refused."""
        return self._ask("POST", path, body, _PATIENCE_S)

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None, patience_s: float
    ) -> Mapping[str, Any]:
        parts = urlsplit(self._url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=patience_s
        )
        headers = {"authorization": f"Bearer {self._key}"}
        given = None if body is None else json.dumps(body)
        if given is not None:
            headers["content-type"] = "application/json"
        try:
            connection.request(method, path, body=given, headers=headers)
            answer = connection.getresponse()
            raw = answer.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(f"The gateway at {self._url} does not answer.") from error
        finally:
            connection.close()
        told = _object(raw)
        if answer.status != 200:
            said = told.get("error")
            words = said.get("message") if isinstance(said, dict) else None
            raise Refused(answer.status, str(words or f"It answered with {answer.status}."))
        return told


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {}
