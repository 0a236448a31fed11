"""The authorization server: what is asked, what a person said to it, and where the answer goes.

A request is understood first, then a person decides (`engine/consents`); only then a code is made.
"""

from llmgw_desktop.domain.consent import ConsentAnswer, Grant, Peer
from llmgw_desktop.domain.oauth import AuthorizeRequest
from llmgw_desktop.domain.oauth_errors import OauthCode


class OauthServer:
    """On the loop. `issuer` is how the gateway is reached, never what a Host header says."""

    @property
    def issuer(self) -> str:
        """Without a slash at its end."""
        raise NotImplementedError

    async def understood(self, query: str, address: str = "") -> AuthorizeRequest:
        """What the browser's query says; `address` is whom the rate is limited for.

        Raises ShownToPerson where the client or its redirect is not known (nothing may be sent
        there), SentBack with the address to send the browser to for all else.
        """
        raise NotImplementedError

    async def allowed(
        self, request: AuthorizeRequest, answer: ConsentAnswer, peer: Peer | None = None
    ) -> str:
        """A person (or what a person said before) let it in: the address to send the browser to.

        The grant is there from now on, its tokens from the exchange on. Raises SentBack where it
        cannot be written down; ValueError for an answer that allows nothing.
        """
        raise NotImplementedError

    def denied(
        self,
        request: AuthorizeRequest,
        code: OauthCode = OauthCode.ACCESS_DENIED,
        words: str = "The person at the computer said no.",
    ) -> str:
        """The address to send the browser to."""
        raise NotImplementedError

    def grants(self) -> tuple[Grant, ...]:
        """Those in force, newest first: not revoked, not past their end, their program alive."""
        raise NotImplementedError

    async def revoke(self, grant_id: str) -> Grant | None:
        """With all its tokens, at once; None where it is not in force."""
        raise NotImplementedError
