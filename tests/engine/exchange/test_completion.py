"""Every error has a category that its reader can act on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llmgw_desktop.domain import vault
from llmgw_desktop.domain.access import access_errors
from llmgw_desktop.domain.errors import (
    GatewayClosed,
    LlmgwError,
    RouteError,
    StoreError,
    UpstreamError,
)
from llmgw_desktop.domain.jobs import run_errors
from llmgw_desktop.engine.exchange.completion import CompletionFailed
from llmgw_desktop.engine.mcp.tool import CATEGORIES

ASKED = frozenset({"malformed_request", "not_offered", "loss_refused", "invalid_run"})
"""Of requests, those that a question to a model can meet."""


def kinds(root: type[LlmgwError]) -> Iterator[str]:
    yield root.kind
    for each in root.__subclasses__():
        if each.__module__.startswith("llmgw_desktop.domain."):
            yield from kinds(each)


def category(reason: str) -> str:
    return CompletionFailed("x", reason=reason).category


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (access_errors.AccessError, {"permission_denied", "upstream_error"}),
        (RouteError, {"invalid_input"}),
        (GatewayClosed, {"saturated"}),
        (StoreError, {"internal_error"}),
        (vault.VaultError, {"internal_error", "auth_error", "invalid_input"}),
        (
            UpstreamError,
            {"upstream_error", "auth_error", "rate_limit", "timeout", "spawn_error"},
        ),
    ],
)
def test_by_what_went_wrong(root: type[LlmgwError], expected: set[str]) -> None:
    found = {category(each) for each in kinds(root)}
    assert found <= expected
    assert found <= set(CATEGORIES)


def test_what_was_asked_wrongly_is_not_tried_again() -> None:
    for reason in (*ASKED, run_errors.InvalidRun.kind, "upstream_400", "request_too_large"):
        failed = CompletionFailed("x", reason=reason)
        assert failed.category in ("invalid_input", "input_too_large")
        assert not failed.is_passing


@pytest.mark.parametrize(
    "reason", ["upstream_529", "upstream_500", "upstream_refused", "wholly new"]
)
def test_whatever_else_is_the_providers_and_may_pass(reason: str) -> None:
    failed = CompletionFailed("x", reason=reason)
    assert failed.category == "upstream_error"
    assert failed.is_passing
