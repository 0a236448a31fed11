"""Which requests are one question: those whose answers can only reach the same program.

A client's id is no secret. Were a stranger's request joined to that of a program which a person is
about to let in, the stranger would be let in with it, and both browsers would show the same words.
"""

from llmgw_desktop.domain.consent import ConsentRequest, Peer
from llmgw_desktop.domain.redirect import read_redirect


def same_question(request: ConsentRequest, asking: Peer | None) -> tuple[object, ...] | None:
    """Equal for such requests; None for one that is a question of its own in any case.

    A program on this computer may listen on another port each time. Where it is not known which
    one it is, or whose the browser is, the answer may be read by anybody on the way: then each
    request is a question of its own.
    """
    redirect = read_redirect(request.redirect_uri)
    if asking is None or not (redirect.is_loopback and request.is_local):
        return None
    scopes = frozenset(request.scopes)
    program = asking.pid, asking.started_ticks
    return request.client_id, redirect.without_port, scopes, request.resource, *program
