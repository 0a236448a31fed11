"""How secrets are taken out of bodies before they are written; what a secret is, others know.

Looking releases the interpreter's lock each time. Were it done body by body, the loop and the
writer would hand the lock to and fro more than twice a flight: so one glance is for many bodies.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from llmgw_desktop.domain.flight import FlightRecord, Headers

GLANCE_BYTES = 256 * 1024
"""More is not put together for a glance; copying it would cost more than it saves."""


def _always(_: Iterable[bytes]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Seal:
    """`clean` removes secrets from a body; `may_hold` is False only if none of several has any."""

    clean: Callable[[bytes], bytes]
    may_hold: Callable[[Iterable[bytes]], bool] = _always

    def over(self, records: Iterable[FlightRecord]) -> Callable[[bytes], bytes]:
        """What cleans the bodies and headers of these records."""
        bodies: list[bytes] = []
        for each in records:
            bodies += (body for body in (each.request_body, each.answer_body) if body)
            if each.request_headers or each.answer_headers:
                bodies.append(_values(each.request_headers) + _values(each.answer_headers))
        if sum(map(len, bodies)) > GLANCE_BYTES or self.may_hold(bodies):
            return self.clean
        return _as_it_is


def _values(headers: Headers) -> bytes:
    return "\n".join([value for _, value in headers]).encode(errors="replace")


def _as_it_is(body: bytes) -> bytes:
    return body
