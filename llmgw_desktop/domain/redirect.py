"""Where a program wants to be sent back to, read as far as decisions need it."""

from urllib.parse import SplitResult, urlsplit

from llmgw_desktop.domain.values import value

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@value
class Redirect:
    """`uri` as it was registered or asked for, and what of it counts."""

    uri: str
    is_loopback: bool
    """A program on the browser's own computer, by plain HTTP; its port may be another each time."""
    port: int | None
    without_port: str
    """To be compared where the port may differ; the whole of it elsewhere."""


def read_redirect(uri: str) -> Redirect:
    """Never raises: what cannot be read leads nowhere on this computer."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return Redirect(uri=uri, is_loopback=False, port=None, without_port=uri)
    is_loopback = _leads_to_loopback(parts)
    if not is_loopback:
        return Redirect(uri=uri, is_loopback=False, port=port, without_port=uri)
    host = parts.hostname or ""
    bare = parts._replace(netloc=f"[{host}]" if ":" in host else host).geturl()
    return Redirect(uri=uri, is_loopback=True, port=port or 80, without_port=bare)


def _leads_to_loopback(parts: SplitResult) -> bool:
    is_plain = parts.scheme == "http" and parts.username is None and parts.password is None
    return is_plain and parts.hostname in LOOPBACK_HOSTS
