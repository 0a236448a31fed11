"""Errors of those who may come in, and are turned back for the way they came."""

from llmgw_desktop.domain.errors import LlmgwError


class TurnedBack(LlmgwError):
    """Whoever asks is known, which these errors carry for the flight."""

    kind = "turned_back"

    def __init__(self, message: str, *, client_id: str = "", client: str = "") -> None:
        super().__init__(message)
        self.client_id = client_id
        self.client = client


class LoopDetected(TurnedBack):
    """The request was here before, or has gone through too many gateways."""

    kind = "loop"


class ClientPaused(TurnedBack):
    """A person has stopped this client for a while."""

    kind = "client_paused"


class TooManyConnections(TurnedBack):
    """Its client, or its address, holds as many connections as one may."""

    kind = "too_many_connections"
    retry_after_s = 2
