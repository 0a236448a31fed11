"""Why a caller is not let in: a branch of the tree that `errors.py` draws."""

from llmgw_desktop.domain.errors import LlmgwError


class AccessError(LlmgwError):
    """The caller may not."""

    kind = "access"
    challenge = ""
    """`WWW-Authenticate`: how a program may be let in, where the gate knows a way."""


class Unauthenticated(AccessError):
    """No key, or none of ours. One constant text: it never says which part was wrong."""

    kind = "unauthenticated"

    def __init__(self) -> None:
        super().__init__("A valid access key is required.")


class AccessRevoked(AccessError):
    """It was let in, and its access was taken back before its answer had ended."""

    kind = "access_revoked"

    def __init__(self) -> None:
        super().__init__("The access of this client was taken back before this answer had ended.")


class MissingScope(AccessError):
    """A known client that was not given this permission."""

    kind = "missing_scope"


class ScopeNotAllowed(MissingScope):
    """A program that a person let in, to other things than this."""


class PersonOnly(MissingScope):
    """Only this computer's person may: no key that could be made opens this."""


class ForeignHost(AccessError):
    """The Host header is not one of ours: a rebound name, or a proxy that rewrote it."""

    kind = "foreign_host"


class ForeignOrigin(AccessError):
    """A browser says that a page of another site sent this."""

    kind = "foreign_origin"


class UnnamedPerson(AccessError):
    """A trusted proxy names its caller in a way that names nobody."""

    kind = "unnamed_person"

    def __init__(self, header: str) -> None:
        super().__init__(
            f"The header '{header}' names nobody: it must come once, with 1 to 256 letters, digits "
            "and ._@:+=/- alone, and no name that this gateway itself gives."
        )
