"""What leaves the record is cleaned once more: the setting may have been off when it was recorded,
and what is known to be a secret now may not have been then.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

import orjson

from llmgw_desktop.domain.flights.flight import FlightRecord, Headers
from llmgw_desktop.wire.headers import names_credential

Clean = Callable[[bytes], bytes]
MASKED = "[secret removed]"
_TEXTS_KEPT = 4096


class Cleaning:
    """Of one export: names come again and again."""

    def __init__(self, clean: Clean) -> None:
        """`clean` takes secrets out of bytes; a JSON text stays one."""
        self._clean = clean
        self._text = lru_cache(_TEXTS_KEPT)(self._cleaned)

    def record(self, record: FlightRecord) -> FlightRecord:
        """All of it: each text, wherever it stands."""
        told: FlightRecord = self._of(replace(record, request_headers=(), answer_headers=()))
        return replace(
            told,
            request_headers=self._headers(record.request_headers),
            answer_headers=self._headers(record.answer_headers),
        )

    def _of(self, told: Any) -> Any:
        if isinstance(told, bytes):
            return self._clean(told)
        if isinstance(told, str):
            return told if isinstance(told, Enum) or not told else self._text(told)
        if isinstance(told, tuple | list):
            made = [self._of(each) for each in told]
            return tuple(made) if isinstance(told, tuple) else made
        if is_dataclass(told) and not isinstance(told, type):
            return self._of_fields(told)
        return told

    def _of_fields(self, told: Any) -> Any:
        changed = {}
        for each in fields(told):
            before = getattr(told, each.name)
            after = self._of(before)
            if after is not before and after != before:
                changed[each.name] = after
        return replace(told, **changed) if changed else told

    def _headers(self, headers: Headers) -> Headers:
        """As one JSON text, so that a name says what its value is."""
        if not headers:
            return headers
        try:
            told = orjson.loads(self._clean(orjson.dumps(headers)))
        except (ValueError, TypeError):  # half characters
            told = [(name, self._cleaned(value)) for name, value in headers]
        return tuple(
            (str(name), MASKED if names_credential(str(name)) else str(value))
            for name, value in told
        )

    def _cleaned(self, text: str) -> str:
        return self._clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")
