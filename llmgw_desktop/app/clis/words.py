"""What is said of vendors' CLIs to a person, in windows and by `llmgw doctor`: one wording each."""

from collections.abc import Sequence

from llmgw_desktop.app.clis.sign_in import Sign, SignedIn
from llmgw_desktop.app.clis.survey import CliFound, Drift

_SHOWN = 6


def sign_words(sign: Sign) -> str:
    match sign.state:
        case SignedIn.YES if sign.where.startswith("~"):
            return f"signed in: {sign.where}"
        case SignedIn.YES:
            return f"signs in with {sign.where}"
        case SignedIn.NO if sign.is_in_vault:
            return f"there is no {sign.where}"
        case SignedIn.UNKNOWN if sign.is_in_vault:
            return f"signs in with {sign.where}"
        case SignedIn.NO:
            return "no sign-in was found"
        case SignedIn.UNKNOWN:
            return "whether somebody is signed in shows in its first run"


def version_words(found: CliFound) -> str:
    """«version 2.1.329»; empty where nobody has asked."""
    return f"version {found.version}" if found.version else ""


def drift_words(found: CliFound) -> str:
    """What a request cannot have of this version; empty where nothing is known to be missing."""
    if found.drift is None or not found.drift.matters:
        return ""
    versions = f"version {found.version}, and the gateway was made for {found.contract_version}"
    flags = _list([each.flag for each in found.drift.matters])
    return f"Its help no longer lists {flags} ({versions}). {_fails(found.drift)}"


def _fails(drift: Drift) -> str:
    if drift.breaks_all:
        return "No run can be expected to work."
    named = " or ".join(drift.fields[:_SHOWN]) + (" …" if len(drift.fields) > _SHOWN else "")
    return f"Requests with {named} will fail; others are not touched by it."


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
