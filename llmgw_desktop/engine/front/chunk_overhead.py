"""What stands in a chunked body beside the body: sizes, extensions, trailers (RFC 9112, 7.1.1).

The parser passes over extensions however long they are; they are no part of the body and count for
no limit of it. Chunks of one byte each, which are honest, have five bytes beside each.
"""

from aiohttp import web
from aiohttp.streams import StreamReader

MOST_BYTES = 128 * 1024
"""With the head; besides BESIDE_EACH for each byte of the body."""
BESIDE_EACH = 8


class ChunkedBody:
    """One body, as it comes."""

    def __init__(self, payload: StreamReader) -> None:
        self._payload = payload
        self._came = 0

    def takes(self, size: int) -> bool:
        """False once so much has come that is no body; whoever reads it is told."""
        self._came += size
        if self._came <= MOST_BYTES + (1 + BESIDE_EACH) * self._payload.total_bytes:
            return True
        self._payload.set_exception(web.RequestPayloadError("its chunks hold too little"))
        return False
