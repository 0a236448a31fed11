"""Who is let in, and what one who may not is told."""

import pytest

from llmgw_desktop.domain.access_errors import MissingScope
from llmgw_desktop.domain.principal import DEFAULT_SCOPES, Principal, PrincipalKind, Scope
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
