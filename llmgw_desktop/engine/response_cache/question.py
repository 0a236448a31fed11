"""What was said last in a request, and whose kin it is: all that is the same but for that."""

from dataclasses import dataclass

from llmgw_desktop.engine.embedding.model_thread import Vector

_OTHER_BYTES = 2_048
"""The vector and what holds it all together."""


@dataclass(slots=True)
class Question:
    kin: bytes
    """A digest of all the rest, the client first of all."""
    text: str
    vector: Vector | None = None
    """Set by the model's thread: on the loop None may mean not yet."""
    may_be_shared: bool = False
    """Its answer is good, whole and nothing but words. Set by the model's thread."""

    @property
    def size(self) -> int:
        """In memory, at most."""
        return 4 * len(self.text) + _OTHER_BYTES
