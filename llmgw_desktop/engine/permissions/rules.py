"""What "allow for this job" means: this again, and nothing but this.

Everything that decides what is done goes into a digest: the exact command in its folder, each file
by where it really leads, the exact address, a tool with its exact arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from llmgw_desktop.domain.permission import Ask, PermissionKind
from llmgw_desktop.engine.permissions.paths import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`digests`: all of them must have been allowed. Empty words: no rule can be made of it."""

    words: str = ""
    digests: tuple[str, ...] = ()


NO_RULE = Rule()


def rule_of(ask: Ask, folder: Place, files: Sequence[Place]) -> Rule:
    """Raises TypeError for arguments that are no JSON."""
    match ask.kind:
        case PermissionKind.COMMAND if ask.command and not ask.changes:
            exact = [ask.command, folder.full, folder.real, ask.server, ask.tool]
            return Rule(
                words=f"Exactly this command, in {folder.full}",
                digests=(_digest("command", *exact, dict(ask.arguments)),),
            )
        case PermissionKind.EDIT if ask.changes and not ask.command:
            return _of_files(ask, files)
        case PermissionKind.FETCH if ask.url and not ask.changes and not ask.command:
            digest = _digest("fetch", ask.url, ask.server, ask.tool, dict(ask.arguments))
            return Rule(words=f"Exactly this address: {ask.url}", digests=(digest,))
        case PermissionKind.MCP if ask.tool and not ask.changes and not ask.command:
            digest = _digest("mcp", ask.server, ask.tool, ask.url, dict(ask.arguments))
            words = f"The tool {ask.tool} of {ask.server or 'this server'} with these arguments"
            return Rule(words=words, digests=(digest,))
        case _:
            return NO_RULE


def _of_files(ask: Ask, files: Sequence[Place]) -> Rule:
    changed = [each for each, change in zip(files, ask.changes, strict=True) if not change.is_gone]
    gone = [each for each, change in zip(files, ask.changes, strict=True) if change.is_gone]
    words = [f"any change of {_names(changed)}"] if changed else []
    words += [f"the removal of {_names(gone)}"] if gone else []
    said = " and ".join(words)
    return Rule(
        words=said[0].upper() + said[1:],
        digests=(
            *(_digest("edit", each.full, each.real) for each in changed),
            *(_digest("remove", each.full, each.real) for each in gone),
        ),
    )


def _names(places: Sequence[Place]) -> str:
    """All of them: a rule is shown whole."""
    return ", ".join(dict.fromkeys(each.full for each in places))


def _digest(*parts: object) -> str:
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()
