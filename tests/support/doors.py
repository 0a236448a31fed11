"""The addresses of the vendors' APIs, as a stand-in upstream has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Vendor = Literal["anthropic", "openai", "google"]
Does = Literal["messages", "chat", "responses", "gemini", "count", "embed", "models"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    vendor: Vendor
    does: Does | None = None
    """None: there is no such address."""
    model: str | None = None
    """Of the address; elsewhere it stands in the body."""
    streams: bool | None = None
    """As `model`."""

    def has_key(self, key: str, headers: Mapping[str, str]) -> bool:
        own = {"anthropic": "x-api-key", "google": "x-goog-api-key"}.get(self.vendor)
        given = own and headers.get(own)
        if given is None and self.vendor != "google":
            given = headers.get("authorization", "").removeprefix("Bearer ")
        return given == key


_POSTS: Mapping[str, tuple[Vendor, Does]] = {
    "/v1/messages": ("anthropic", "messages"),
    "/v1/messages/count_tokens": ("anthropic", "count"),
    "/v1/chat/completions": ("openai", "chat"),
    "/v1/responses": ("openai", "responses"),
    "/v1/responses/input_tokens": ("openai", "count"),
    "/v1/embeddings": ("openai", "embed"),
}
_GEMINI = re.compile(r"/v1(?:beta)?/models/([^/:]+):(\w+)")
_ACTIONS: Mapping[str, tuple[Does, bool | None]] = {
    "generateContent": ("gemini", False),
    "streamGenerateContent": ("gemini", True),
    "countTokens": ("count", None),
}


def door_at(method: str, path: str, headers: Mapping[str, str]) -> Door:
    if path.startswith("/v1beta") or _GEMINI.fullmatch(path):
        return _google(method, path)
    if method == "GET" and path == "/v1/models":
        return Door(vendor=_whose(path, headers), does="models")
    vendor, does = _POSTS.get(path, (None, None))
    if method != "POST" or vendor is None:
        return Door(vendor=_whose(path, headers))
    return Door(vendor=vendor, does=does)


def _google(method: str, path: str) -> Door:
    if method == "GET" and path == "/v1beta/models":
        return Door(vendor="google", does="models")
    match = _GEMINI.fullmatch(path)
    does, streams = _ACTIONS.get(match[2], (None, None)) if match else (None, None)
    if match is None or method != "POST":
        return Door(vendor="google")
    return Door(vendor="google", does=does, model=match[1], streams=streams)


def _whose(path: str, headers: Mapping[str, str]) -> Vendor:
    asks_anthropic = path.startswith("/v1/messages") or "anthropic-version" in headers
    return "anthropic" if asks_anthropic else "openai"
