"""Whether a person has said so already: the same program, to the same place, for no more."""

from collections.abc import Callable, Iterable

from llmgw_desktop.domain.consent import ConsentRequest, ConsentTerm, Grant, Peer
from llmgw_desktop.domain.redirect import read_redirect


def holds(grant: Grant, now_s: float, is_running: Callable[[Peer], bool]) -> bool:
    """It was neither taken back nor has it run out; its program lives, where it depends on it."""
    if grant.revoked_at_s is not None or grant.expires_at_s <= now_s:
        return False
    if grant.term is ConsentTerm.PROGRAM:
        return grant.peer is not None and is_running(grant.peer)
    return True


def standing_grant(
    grants: Iterable[Grant],
    request: ConsentRequest,
    asking: Peer | None,
    now_s: float,
    is_running: Callable[[Peer], bool],
) -> Grant | None:
    """The longest one that means this request too.

    A client's id is no secret and any program can listen on a loopback port. So a redirect that
    leads off this computer is never remembered, nor is one to a program that is not known, or
    that is not the one which the person let in.
    """
    redirect = read_redirect(request.redirect_uri)
    if not redirect.is_loopback or not request.is_local or asking is None:
        return None
    fitting = [
        grant
        for grant in grants
        if grant.client_id == request.client_id
        and read_redirect(grant.redirect_uri).without_port == redirect.without_port
        and grant.resource == request.resource
        and grant.scopes.issuperset(request.scopes)
        and _is_same_program(grant, asking)
        and holds(grant, now_s, is_running)
    ]
    return max(fitting, key=lambda grant: grant.expires_at_s, default=None)


def _is_same_program(grant: Grant, asking: Peer) -> bool:
    known = grant.peer
    if known is None or not known.program:
        return False
    if grant.term is ConsentTerm.PROGRAM:
        return (known.pid, known.started_ticks) == (asking.pid, asking.started_ticks)
    return (known.program, known.user) == (asking.program, asking.user)
