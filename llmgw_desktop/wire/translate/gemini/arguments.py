"""A call's arguments: JSON text elsewhere, an object in this protocol."""

import orjson


def is_object(arguments: str) -> bool:
    """Nothing at all counts as the empty object."""
    if arguments in ("", "{}"):
        return True
    try:
        return type(orjson.loads(arguments)) is dict
    except orjson.JSONDecodeError:
        return not arguments.strip()
