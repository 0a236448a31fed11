"""How slowly a request's body may come: no piece too late, on the whole not too slowly, never for
ever. Whoever sends a byte now and then holds a connection, and memory, at no cost to himself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """In seconds and bytes per second."""

    piece_s: float
    """For the next piece."""
    grace_s: float = 30.0
    """Before this time has passed no rate is asked for."""
    least_rate: int = 0
    """0: none."""
    longest_s: float = 86_400.0

    def wait_s(self, took_s: float, came: int) -> float:
        """How long more is waited for the next piece, when `came` bytes took so long."""
        left_s = self.longest_s - took_s
        if self.least_rate:
            left_s = min(left_s, self.grace_s + came / self.least_rate - took_s)
        return max(min(self.piece_s, left_s), 0.0)

    def why(self, took_s: float, came: int) -> str:
        """What is said when nothing came within `wait_s`."""
        if took_s >= self.longest_s:
            return (
                f"The request's body was not whole after {self.longest_s:g} s "
                f"(http.max_body_s in the settings)."
            )
        if self.least_rate and came and came < (took_s - self.grace_s / 2) * self.least_rate:
            return (
                f"The request's body came too slowly: {came:,} bytes in {took_s:.0f} s "
                f"(http.least_body_rate in the settings)."
            )
        return f"Nothing came of the request's body for {self.piece_s:g} s."
