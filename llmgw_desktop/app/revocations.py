"""Access that is taken back ends what runs by it: keys of programs, and what a person had allowed.

What only expires is not cut: it began in its time, and ends whole.
"""

import logging

from llmgw_desktop.domain.consent import Grant
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import ClientsChanged, Event, GrantsChanged
from llmgw_desktop.domain.oauth import owner_of
from llmgw_desktop.domain.principal import PrincipalKind, kind_of
from llmgw_desktop.engine.access.authenticator import Authenticator
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.pipeline import Pipeline
from llmgw_desktop.store.grant_store import GrantStore

_log = logging.getLogger(__name__)


class Revocations:
    """On the loop. What another process revoked is known with the next request, or told by the
    command that did it."""

    def __init__(
        self, authenticator: Authenticator, grants: GrantStore, pipeline: Pipeline
    ) -> None:
        self._authenticator = authenticator
        self._grants = grants
        self._pipeline = pipeline
        authenticator.on_gone = pipeline.runs.cut

    def listen(self, bus: Bus) -> None:
        bus.subscribe(self._on_change, ClientsChanged)
        bus.subscribe(self._on_change, GrantsChanged)

    def look(self) -> None:
        self._authenticator.look_again()
        programs = [
            each for each in self._pipeline.runs.clients if kind_of(each) is PrincipalKind.OAUTH
        ]
        if programs:
            self._look_at(programs)

    def _look_at(self, programs: list[str]) -> None:
        """Only of those that run now."""
        try:
            grants = self._grants.grants()
        except StoreError as error:
            _log.warning("who was let in is not known: %s", error)
            return
        self._pipeline.runs.cut([each for each in programs if not _is_let_in(each, grants)])

    def _on_change(self, event: Event) -> None:
        del event
        self.look()


def _is_let_in(owner: str, grants: list[Grant]) -> bool:
    """One that is past its end was not taken back."""
    return any(grant.revoked_at_s is None for grant in grants if owner_of(grant.client_id) == owner)
