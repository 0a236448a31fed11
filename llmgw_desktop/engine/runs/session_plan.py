"""Which session a request means, and what its CLI is to be asked for.

A request that names none gets a new one: none is ever taken up by surprise.
"""

import uuid
from dataclasses import dataclass, replace

from llmgw_desktop.domain.cli import SessionWish
from llmgw_desktop.domain.principal import LOCAL, Principal
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.session import SESSION_PREFIX, Session, SessionUse
from llmgw_desktop.engine.runs.fields import RunAsked
from llmgw_desktop.engine.runs.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """What a request means for its CLI and for the books."""

    wish: SessionWish
    provider_id: str = ""
    use: SessionUse | None = None
    working_dir: str = ""


def session_plan(sessions: Sessions, asked: RunAsked, principal: Principal) -> SessionPlan:
    """Nothing is made. For a thread. Raises InvalidRun, StoreError."""
    sessions.tidy()
    owner, cli = principal.client_id, asked.cli
    if asked.session_id:
        session = sessions.find(asked.session_id, owner)
        if session is None:
            return _foreign(sessions, asked, principal)
        return _going_on(sessions, asked, session)
    if asked.continues:
        last = sessions.last(owner, cli.name, asked.working_dir)
        if last is not None:
            return _going_on(sessions, asked, last)
        if owner != LOCAL.client_id or not asked.working_dir:
            raise InvalidRun(
                "you have no session with this CLI that could go on", field="sessionId"
            )
        # The person's own conversations in this folder, begun in a terminal.
        wish = SessionWish.FORK if asked.forks else SessionWish.CONTINUE
        return _beginning(sessions, asked, owner, wish=wish)
    return _beginning(sessions, asked, owner, wish=SessionWish.NEW)


def _beginning(
    sessions: Sessions, asked: RunAsked, owner: str, *, wish: SessionWish, provider_id: str = ""
) -> SessionPlan:
    """The gateway's session begins with this run."""
    plan = SessionPlan(wish=wish, provider_id=provider_id, working_dir=asked.working_dir)
    if not asked.keeps_session:
        return plan
    new = sessions.new(asked.cli.name, owner, asked.working_dir)
    use = SessionUse(
        id=new.id,
        is_new=True,
        new_provider_id=_chosen_id(asked) if wish is SessionWish.NEW else "",
        is_active=asked.creates,
        working_dir=new.working_dir,
        neutral_dir=new.neutral_dir,
    )
    return replace(plan, use=use)


def _going_on(sessions: Sessions, asked: RunAsked, session: Session) -> SessionPlan:
    if session.cli is not asked.cli.name:
        raise InvalidRun(f"it is a session with {session.cli}", field="sessionId")
    if not (asked.keeps_session or asked.forks):
        raise InvalidRun(
            "what goes on with a session is kept in it; fork it to leave it as it is",
            field="sessionId",
        )
    known = session.provider_session_id
    use = SessionUse(
        id=session.id,
        working_dir=session.working_dir,
        neutral_dir=session.neutral_dir,
        before=session.totals,
    )
    plan = SessionPlan(
        wish=SessionWish.RESUME,
        provider_id=known,
        use=use,
        working_dir=asked.working_dir or session.working_dir,
    )
    if asked.forks:
        if not known:
            raise InvalidRun(
                "nothing was said in it yet: there is nothing to fork from", field="sessionId"
            )
        use = replace(use, id=sessions.new_id(), is_new=True)
        return replace(plan, wish=SessionWish.FORK, use=use if asked.keeps_session else None)
    if known:
        return plan
    use = replace(use, new_provider_id=_chosen_id(asked), before=None)
    return replace(plan, wish=SessionWish.NEW, use=use)


def _foreign(sessions: Sessions, asked: RunAsked, principal: Principal) -> SessionPlan:
    """No session of his: the person at the computer may name one of the CLI's own. Others may not:
    it would be somebody's."""
    named = asked.session_id
    is_ours = named.startswith(f"{SESSION_PREFIX}_") or sessions.is_held(asked.cli.name, named)
    if principal.client_id != LOCAL.client_id or is_ours:
        raise InvalidRun(
            "there is no such session of yours; session_list, or GET /v1/sessions, has all",
            field="sessionId",
        )
    wish = SessionWish.FORK if asked.forks else SessionWish.RESUME
    return _beginning(sessions, asked, principal.client_id, wish=wish, provider_id=named)


def _chosen_id(asked: RunAsked) -> str:
    return str(uuid.uuid4()) if asked.cli.facts.takes_new_id else ""
