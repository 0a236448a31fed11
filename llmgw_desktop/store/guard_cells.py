"""What guards found in a request, as a cell of its flight and back."""

import orjson

from llmgw_desktop.domain.guard import GuardAction, GuardHit, PromptRole


def hits_cell(hits: tuple[GuardHit, ...]) -> str | None:
    if not hits:
        return None
    rows = [(each.rule, each.action, each.what, each.role, each.count) for each in hits]
    return orjson.dumps(rows).decode()


def hits_of(cell: str | None) -> tuple[GuardHit, ...]:
    """Raises ValueError for words of a later version."""
    if not cell:
        return ()
    return tuple(
        GuardHit(
            rule=rule, action=GuardAction(action), what=what, role=PromptRole(role), count=count
        )
        for rule, action, what, role, count in orjson.loads(cell)
    )
