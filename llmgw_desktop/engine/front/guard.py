"""What is checked of every HTTP request before anybody looks at who sent it.

A browser that shows a foreign page can reach loopback addresses; three marks that the page cannot
forge tell such requests apart: the Host header (a rebound name), Origin, and Sec-Fetch-Site.
"""

from collections.abc import Sequence

from llmgw_desktop.domain.access.access_errors import ForeignHost, ForeignOrigin
from llmgw_desktop.domain.errors import UnsupportedMedia
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1.request import HttpRequest

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
FORM = "application/x-www-form-urlencoded"
OAUTH_BODY_BYTES = 64 * 1024
"""No form or registration of OAuth is longer."""


@value
class DoorOpening:
    """What one door takes that no other does. The Host header is checked at every door, and so
    is Origin: a page that posts its form here must not be served with `Referrer-Policy:
    no-referrer`, or its browser says `Origin: null`; `same-origin` will do."""

    takes_forms: bool = False
    """Bodies as HTML forms and OAuth's clients send them."""
    is_page: bool = False
    """Another site may send a browser here, as a whole page that a person sees in its own tab:
    GET only, never into a frame, a picture or a script."""
    max_body_bytes: int | None = None
    """Smaller than `http.max_body_bytes`."""


_MARKS_OF_PROXIES = frozenset(
    (
        *("forwarded", "forwarded-for", "via", "cdn-loop", "client-ip", "x-client-ip", "x-real-ip"),
        *("x-cluster-client-ip", "x-remote-ip", "x-remote-addr", "x-originating-ip"),
        *("x-original-forwarded-for", "x-original-host", "x-original-url", "x-proxyuser-ip"),
        *("true-client-ip", "proxy-client-ip", "wl-proxy-client-ip", "incap-client-ip"),
        *("do-connecting-ip", "x-nf-client-connection-ip", "x-sucuri-clientip", "x-coming-from"),
        *("x-amzn-trace-id", "x-amz-cf-id", "x-cloud-trace-context", "akamai-origin-hop"),
        *("cf-ray", "cf-visitor", "cf-ipcountry", "cf-pseudo-ipv4", "x-arr-ssl", "x-arr-log-id"),
    )
)
_FAMILIES_OF_MARKS = (
    *("x-forwarded", "cf-connecting-ip", "fly-", "fastly-", "x-envoy-", "x-azure-", "x-appengine-"),
    *("x-vercel-", "ngrok-", "tailscale-", "x-tailscale-", "x-ms-devtunnel", "x-zrok-"),
)
"""How the names of those begin that one service gives many of. To know too many harms nobody: they
speak against the person's own key alone, and there alone where others can come in."""

SHUT = DoorOpening()
"""As every door is that says nothing else."""


class RequestGuard:
    """Exact lists, made once: nothing that lets somebody in is matched by pattern or by part."""

    def __init__(
        self,
        *,
        port: int,
        hosts: Sequence[str],
        origins: Sequence[str],
        scheme: str = "http",
        public_url: str = "",
        is_fronted: bool = False,
    ) -> None:
        """`is_fronted`: others can come in, perhaps through a proxy or tunnel on this computer."""
        own = [f"{name}:{port}" for name in LOOPBACK_NAMES]
        self._own_hosts = frozenset(own)
        self._is_fronted = is_fronted
        public = _as_called(public_url)
        self._hosts = frozenset(host.lower() for host in (*own, *hosts, *public))
        own_origins = (f"{scheme}://{host}" for host in own)
        self._origins = frozenset((*own_origins, *origins, *((public_url,) if public else ())))

    def check(self, request: HttpRequest, opening: DoorOpening = SHUT) -> None:
        """Raises ForeignHost, ForeignOrigin, UnsupportedMedia.

        That there is one Host header, `RequestHead` has seen to.
        """
        headers = request.headers
        self.check_host(headers.get("Host", ""))
        origin = headers.get("Origin")
        if origin is not None and origin not in self._origins:
            raise ForeignOrigin(
                "Web pages of other sites may not use this gateway. "
                "A page of yours can be listed in http.allowed_origins."
            )
        if (
            origin is None
            and headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
            and not (opening.is_page and _is_whole_page(request))
        ):
            raise ForeignOrigin("Web pages of other sites may not use this gateway.")
        if request.method == "POST":
            _check_content_type(headers.get("Content-Type"), takes_forms=opening.takes_forms)

    def is_from_here(self, request: HttpRequest) -> bool:
        """Whether this computer asks itself, by the connection's two ends. Where a proxy may
        stand on this computer, its marks speak against it; nothing that a caller says speaks for
        him."""
        peer, transport = request.remote, request.transport
        if not peer or transport is None:
            return False
        if not is_loopback(peer) and peer != transport.get_extra_info("sockname")[0]:
            return False
        if not self._is_fronted:
            return True
        headers = request.headers
        host = headers.get("Host", "").lower()
        return host in self._own_hosts and not any(map(is_of_a_proxy, headers))

    def check_host(self, host: str) -> None:
        """A name under which this gateway was called. Raises ForeignHost."""
        if host not in self._hosts and host.lower() not in self._hosts:
            raise ForeignHost(
                "This gateway is not called by that name. "  # its names are nobody's business
                "Use the address that it shows, or list yours in http.allowed_hosts."
            )


def is_of_a_proxy(header: str) -> bool:
    """Whether a header of this name says that somebody stands between."""
    name = header.lower()
    return name in _MARKS_OF_PROXIES or name.startswith(_FAMILIES_OF_MARKS)


def is_loopback(address: str) -> bool:
    """As the system writes them."""
    return address.startswith(("127.", "::ffff:127.")) or address == "::1"


def _as_called(public_url: str) -> tuple[str, ...]:
    """Host headers of those who come by it: the usual port is left out, or not."""
    scheme, _, host = public_url.partition("://")
    if not host:
        return ()
    has_port = host.rpartition(":")[2].isdigit() and not host.endswith("]")
    return (host,) if has_port else (host, f"{host}:{443 if scheme == 'https' else 80}")


def _is_whole_page(request: HttpRequest) -> bool:
    """A person's browser opens it in a tab: whatever sent it there cannot read what it shows."""
    headers = request.headers
    return (
        request.method == "GET"
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and headers.get("Sec-Fetch-Dest") == "document"
    )


def _check_content_type(content_type: str | None, *, takes_forms: bool) -> None:
    """A page can send forms and plain text anywhere unasked, but never JSON."""
    if content_type is None or content_type == "application/json":
        return
    named = content_type.partition(";")[0].strip().lower()
    if named != "application/json" and not (takes_forms and named == FORM):
        raise UnsupportedMedia(f"The body came as '{content_type[:60]}'.")
