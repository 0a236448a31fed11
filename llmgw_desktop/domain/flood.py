"""Who holds more connections to the gateway than is good for the others."""

from llmgw_desktop.domain.values import value


@value
class Flood:
    """As it stands now; it is over when three quarters of the bound or less are held."""

    client_id: str
    """Empty: nobody's key was shown, or it is held against an address."""
    name: str
    """Of the client; else the address."""
    connections: int
    most: int
    """As many as it may hold."""
    since_s: float
    refused: int
    """Requests and connections since then."""
