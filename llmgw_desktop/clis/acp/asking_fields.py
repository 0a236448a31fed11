"""What a request may say of a run that asks: fewer fields than of one that does not."""

from collections.abc import Collection, Mapping

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.asked import Asked
from llmgw_desktop.clis.checks import UUIDS, SessionIds, as_utf8, checked_session, fit_arguments
from llmgw_desktop.clis.cli import Option
from llmgw_desktop.domain.cli import CliFacts, CliRequest, SessionWish
from llmgw_desktop.domain.run_errors import InvalidRun

EVERYWHERE = frozenset({"outputFormat", "sessionId", "resumeLatest", "forkSession", "workingDir"})
_WHY = "it cannot be had in a run that asks before it acts; leave it out"


def asked_fields(
    request: CliRequest,
    table: tuple[Option, ...],
    *,
    takes: Collection[str] = (),
    only: Mapping[str, str] | None = None,
    free: Collection[str] = (),
) -> Asked:
    """`only`: fields with the one word that they may say here. Raises InvalidRun."""
    messages.load()
    asked = Asked(request, table, free=free)
    fit_arguments(request.options, but=free)
    as_utf8(request.prompt, "prompt")
    one_word = only or {}
    known = {*EVERYWHERE, *takes, *one_word}
    asked.refuse([each.name for each in table if each.name not in known], _WHY)
    for name, word in one_word.items():
        if asked.has(name) and asked.value(name) != word:
            raise InvalidRun(f"in a run that asks before it acts it is `{word}`", field=name)
    return asked


def check_session(request: CliRequest, facts: CliFacts, *, ids: SessionIds = UUIDS) -> None:
    """A new one, whose id the CLI chooses, or one that goes on. Raises InvalidRun."""
    match checked_session(request, facts, ids=ids):
        case SessionWish.CONTINUE:
            words = "in a run that asks before it acts a session goes on by its id; name it"
            raise InvalidRun(words, field="sessionId")
        case SessionWish.FORK:
            words = "no session can be forked in a run that asks before it acts; resume it"
            raise InvalidRun(words, field="forkSession")
        case _:
            return
