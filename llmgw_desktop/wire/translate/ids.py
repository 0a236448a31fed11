"""Ids of tool calls as another protocol allows them: the same id always becomes the same one."""

import hashlib
import re

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def fitting_call_id(call_id: str, longest: int = 64) -> str:
    """As it is where it fits; else made from its digest, so that call and result still meet."""
    if len(call_id) <= longest and _PLAIN.fullmatch(call_id):
        return call_id
    digest = hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"call_{digest[:24]}"
