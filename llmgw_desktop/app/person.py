"""Whose acts those are that come in by no door: told once, when the program begins."""

from functools import cache
from typing import TYPE_CHECKING

from llmgw_desktop.domain.acting import act_as, clean_with
from llmgw_desktop.domain.audit import BY_ITSELF, Actor, ActorDoor

if TYPE_CHECKING:
    from llmgw_desktop.redaction.redactor import Redactor


def act_as_person(door: ActorDoor) -> None:
    """Who sits here, as the system says."""
    from llmgw_desktop.app.questions import system_user

    act_as(Actor(name=system_user(), door=door))
    clean_with(_cleaned)


def act_as_gateway() -> None:
    """Nobody sits there."""
    act_as(BY_ITSELF)
    clean_with(_cleaned)


def _cleaned(text: str) -> str:
    """Until a gateway knows more than what secrets look like."""
    return _cleaner().clean_text(text)


@cache
def _cleaner() -> "Redactor":
    # read in with the first act: most commands do none
    from llmgw_desktop.redaction.redactor import Redactor

    return Redactor()
