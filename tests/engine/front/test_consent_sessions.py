"""Which browser waits for which answer; bounded, and forgotten in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from llmgw_desktop.engine.front.browser import BrowserSessions, drop_cookie, set_cookie
from llmgw_desktop.engine.questions.consents.tickets import Ticket
from tests.store.test_consent_store import QUESTION
from tests.support.turned_clock import TurnedClock

REQUEST: Any = None
"""Nothing here looks into it."""


def _ticket() -> Ticket:
    return Ticket(replace(QUESTION))


async def test_the_cookie_goes_over_an_encrypted_connection_alone_where_it_came_by_one() -> None:
    session = BrowserSessions(TurnedClock()).open(_ticket(), REQUEST)
    assert set_cookie(session, is_encrypted=True)[1].endswith("; HttpOnly; SameSite=Strict; Secure")
    assert "Secure" not in set_cookie(session, is_encrypted=False)[1]
    assert "Max-Age=0" in drop_cookie(session)[1]


async def test_a_ticket_opens_nothing_without_its_own_cookie() -> None:
    sessions = BrowserSessions(TurnedClock())
    one, two = (sessions.open(_ticket(), REQUEST) for _ in range(2))
    own = f"other=x; {one.cookie_name}={one.secret}"
    assert sessions.find(one.ticket.id, own) is one
    assert sessions.find(two.ticket.id, own) is None
    assert sessions.find(two.ticket.id, f"{two.cookie_name}={one.secret}") is None
    assert sessions.find(one.ticket.id, f"{one.cookie_name}=\udcff{one.secret}") is None
    assert sessions.find(one.ticket.id, "") is None
    assert sessions.find("nobody's", own) is None
    assert not sessions.is_own_form(one, sessions.csrf(two))
    assert sessions.is_own_form(one, sessions.csrf(one))
    assert sessions.close(one)
    assert not sessions.close(one)
    assert sessions.find(one.ticket.id, own) is None


async def test_the_old_are_forgotten_and_a_flood_is_bounded() -> None:
    clock = TurnedClock()
    sessions = BrowserSessions(clock)
    first = sessions.open(_ticket(), REQUEST)
    clock.pass_s(181)
    sessions.open(_ticket(), REQUEST)
    assert len(sessions) == 1
    assert sessions.find(first.ticket.id, f"{first.cookie_name}={first.secret}") is None
    for _ in range(1000):
        sessions.open(_ticket(), REQUEST)
    assert len(sessions) <= 400
