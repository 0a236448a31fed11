"""Who is let in, and what one who may not is told."""

import pytest

from llmgw_desktop.domain.access.access_errors import MissingScope
from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, Principal, PrincipalKind, Scope
from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.wire.errors import error_message


def test_one_who_may_not_is_told_which_scope_and_how_to_give_it() -> None:
    editor = Principal(client_id="cli_1", name="editor", scopes=DEFAULT_SCOPES)
    gate = Gate(None)  # type: ignore[arg-type] - it was let in already
    with pytest.raises(MissingScope) as refused:
        gate.allow(editor, Scope.JOBS_RUN)
    told = error_message(refused.value)
    assert "its key has not the scope 'jobs:run'" in told
    assert "llmgw key add NAME" in told
    assert "--scope" in told


def test_a_key_that_comes_from_elsewhere_is_remote_for_that_request_alone() -> None:
    key = Principal(client_id="cli_1", name="editor", scopes=DEFAULT_SCOPES)
    gate = Gate(_Knows(key))  # type: ignore[arg-type] - all that is asked of it
    gate.state = GatewayState.RUNNING
    for from_here, is_remote in ((True, False), (False, True), (True, False)):
        caller = _Comes(from_here)
        let_in = gate.admit(caller, Scope.MODELS_USE)  # type: ignore[arg-type] - likewise
        assert (let_in.is_remote, let_in.known_as) == (is_remote, "editor")


class _Knows:
    def __init__(self, principal: Principal) -> None:
        self._principal = principal

    def run_of(self, caller: object) -> None:
        """It is none."""

    def identify(self, caller: object) -> Principal:
        return self._principal


class _Comes:
    path = "/v1/jobs"

    def __init__(self, from_here: bool) -> None:
        self.is_from_here = from_here

    def header_lines(self, name: str) -> tuple[str, ...]:
        return ()


def test_a_program_that_was_let_in_is_not_told_to_make_a_key() -> None:
    tool = Principal(
        client_id="oauth:oac_1", name="Tool", scopes=DEFAULT_SCOPES, kind=PrincipalKind.OAUTH
    )
    with pytest.raises(MissingScope) as refused:
        Gate(None).allow(tool, Scope.JOBS_RUN)  # type: ignore[arg-type] - it was let in already
    told = error_message(refused.value)
    assert "let in without the scope 'jobs:run'" in told
    assert "ask again" in told
    assert "key" not in told
