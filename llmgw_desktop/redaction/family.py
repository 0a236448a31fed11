"""A kind of secret by its own looks: how vendors write their keys."""

import re
from dataclasses import dataclass

WORD = r"[A-Za-z0-9_\-]"
"""What base64url is made of."""
ALNUM = r"[A-Za-z0-9]"
HEX = r"[0-9a-f]"
_TIMES = re.compile(r"\{(\d+)(?:,\d*)?\}")
_ENOUGH = 8
_SHORT_HEAD = re.compile(r"(?:[a-z0-9]{2,3}|a\[ks\]|\(\?:pa\|al\))[_\-]\[")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Family:
    """`pattern` is RE2's and ASCII, and says all of the secret. What stands before it may be no
    letter or digit."""

    name: str
    pattern: str
    mark: str = ""
    """A short pattern of its own that stands in each, of those that begin with any letters: many
    beginnings at once would take a pattern many states."""

    @property
    def is_short_headed(self) -> bool:
        """Words may begin so: `sk-fading-circle`."""
        return _SHORT_HEAD.match(self.pattern) is not None

    @property
    def clue(self) -> str:
        """A short pattern that fits where this one begins: short ones are made ready quickly."""
        for times in _TIMES.finditer(self.pattern):
            begins = times.start()
            is_apart = self.pattern.count("(", 0, begins) == self.pattern.count(")", 0, begins)
            if int(times[1]) >= _ENOUGH and is_apart and begins > 2:
                return f"{self.pattern[:begins]}{{{_ENOUGH}}}"
        return self.pattern


def table(rows: str) -> tuple[Family, ...]:
    """Lines of a name, two blanks or more, and a pattern with {W}, {A}, {H} and {UUID} in it; and,
    of some, a mark."""
    families = []
    for row in rows.strip().splitlines():
        name, *patterns = re.split(r" {2,}", row.strip())
        families.append(Family(name, *map(_spelled, patterns)))
    return tuple(families)


def _spelled(pattern: str) -> str:
    for mark, letters in (("{W}", WORD), ("{A}", ALNUM), ("{H}", HEX), ("{UUID}", UUID)):
        pattern = pattern.replace(mark, letters)
    return pattern
