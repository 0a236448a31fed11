"""What a Gemini model can, read from its name; what a name does not tell is taken for little."""

import re
from dataclasses import dataclass

from llmgw_desktop.wire.gemini import bare_model

_GENERATION = re.compile(r"gemini-(\d+)(?:[.-](\d{1,2})(?!\d))?(?=[.-]|$)")
_NEWEST = 3.0
_UNTOLD = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    name: str
    """Without folders and prefixes."""
    generation: float

    @property
    def is_third(self) -> bool:
        """Signatures on calls are demanded; thinking has levels; hosted tools, formats and media
        in results go together with functions."""
        return self.generation >= 3

    @property
    def reads_addresses(self) -> bool:
        """Media at web addresses; files of Google's own are read by all."""
        return self.generation >= 2.5

    @property
    def takes_penalties(self) -> bool:
        return self.generation < 2.5

    @property
    def thinks(self) -> bool:
        if any(word in self.name for word in ("-image", "-tts", "-live", "embedding")):
            return False
        return self.is_third or self.name.startswith("gemini-2.5")


def abilities_of(model: str) -> Abilities:
    name = bare_model(model).rpartition("/")[2].lower()
    found = _GENERATION.match(name)
    if found is not None:
        generation = float(f"{found[1]}.{found[2] or 0}")
    elif name.startswith("gemini-") and name.endswith("-latest"):
        generation = _NEWEST
    else:
        generation = _UNTOLD
    return Abilities(name=name, generation=generation)
