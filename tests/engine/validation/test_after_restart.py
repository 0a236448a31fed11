"""Who a panel's judge is asked for, when an earlier program was told who asked."""

import pytest

from llmgw_desktop.domain.access.principal import BEARER, PrincipalKind, proxied
from llmgw_desktop.domain.validation import Intent, PanelRequest, ValidationRun
from llmgw_desktop.engine.validation.following import asker_of


@pytest.mark.parametrize(
    ("owner", "kind"),
    [
        ("local", PrincipalKind.LOCAL),
        ("cli_01", PrincipalKind.KEY),
        (BEARER.client_id, PrincipalKind.BEARER),
        (proxied("ann").client_id, PrincipalKind.PROXIED),
        ("oauth:oac_01", PrincipalKind.OAUTH),
    ],
)
def test_who_came_from_elsewhere_still_does_after_a_restart(
    owner: str, kind: PrincipalKind
) -> None:
    run = ValidationRun(
        id="val_1",
        owner=owner,
        client="whoever",
        made_at_s=0.0,
        request=PanelRequest(intent=Intent.VALIDATE, seats=()),
        answers=(),
    )
    assert asker_of(run).kind is kind
