"""Asking a person whether a program may come in, joined: a part of the composition root."""

import asyncio
import logging
from dataclasses import dataclass

from llmgw_desktop.app.consent_pages import ConsentPages
from llmgw_desktop.app.consent_words import TERM_WORDS, peer_words, redirection, shown_name
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.oauth_assembly import Oauth, is_running
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import ConsentDecision
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.consents.broker import ConsentBroker, ConsentParts
from llmgw_desktop.engine.consents.operator_password import OperatorPassword
from llmgw_desktop.engine.consents.program_watch import ProgramWatch
from llmgw_desktop.engine.consents.programs import Programs
from llmgw_desktop.engine.front.consent_door import ConsentDoor
from llmgw_desktop.engine.front.consents_door import ConsentsDoor
from llmgw_desktop.engine.front.operator_answers import OperatorAnswers
from llmgw_desktop.engine.jobs.processes import started_ticks
from llmgw_desktop.engine.oauth.program_ends import ProgramEnds
from llmgw_desktop.store.consent_store import ConsentStore
from llmgw_desktop.store.oauth_client_store import CONSENT_PASSWORD
from llmgw_desktop.store.paths import Places

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """`broker` is where windows answer, `store` what was decided."""

    broker: ConsentBroker
    store: ConsentStore
    browsers: ConsentDoor
    commands: ConsentsDoor
    ends: ProgramEnds

    def start(self) -> None:
        """On the loop."""
        self.ends.start()

    async def stop(self) -> None:
        """Whoever still waits is told no."""
        await self.broker.close()
        await self.ends.stop()
        await asyncio.to_thread(self.store.close)


def make_consents(places: Places, clock: Clock, bus: Bus, oauth: Oauth) -> Consents:
    """Nothing is opened yet."""
    store = ConsentStore(places.gateway_db)
    password = OperatorPassword(
        lambda: oauth.clients.secret(CONSENT_PASSWORD), oauth.hashing, clock
    )

    def note(decision: ConsentDecision) -> None:
        _log.info("%s", log_line(decision))
        store.note(decision)

    broker = ConsentBroker(
        ConsentParts(
            clock=clock,
            ids=TimedIds(clock),
            bus=bus,
            grants_of=oauth.grants.grants,
            asking_program=Programs(started_ticks).asking,
            is_running=is_running,
            log=note,
            has_password=lambda: password.is_set,
        )
    )
    return Consents(
        broker=broker,
        store=store,
        browsers=ConsentDoor(
            oauth=oauth.server,
            broker=broker,
            password=OperatorAnswers(broker, password, clock),
            pages=ConsentPages(),
            clock=clock,
        ),
        commands=ConsentsDoor(broker, clock),
        ends=ProgramEnds(
            oauth.server,
            lambda: oauth.grants.standing(clock.now_s()),
            ProgramWatch(is_running),
            bus,
        ),
    )


def log_line(decision: ConsentDecision) -> str:
    """One line with all that a later look needs, and nothing in it that acts on a terminal."""
    question, answer = decision.question, decision.answer
    asked = " ".join(question.scopes)
    given = f"was let in to {' '.join(answer.scopes)} until {TERM_WORDS[answer.term]}"
    took_s = max(answer.at_s - question.asked_at_s, 0.0)
    return (
        f"{shown_name(question.client_name)} (client {inert_line(question.client_id, 200)}, "
        f"{peer_words(question.peer)}) asked for {asked}, to be sent back to "
        f"{redirection(question.redirect_uri).origin}, and "
        f"{given if answer.allowed else 'was refused'} ({answer.way}, after {took_s:.0f} s)"
    )
