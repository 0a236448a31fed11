"""llm-cli-gateway: `config.toml` and `sessions.json` of `~/.llm-cli-gateway`, never changed.

Many of its settings have our names. What would open this gateway to others is left to a person.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.app.safekeeping.importing.bridge import Brought, BroughtSetting
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.domain.plain_text import is_plain_line
from llmgw_desktop.store.settings.workspaces import REPO_KEYS, ROOT_KEYS

_MOST_BYTES = 64 * 1024 * 1024
_SAME = {
    "persistence": {
        "retentionDays": ("jobs", "retention_days"),
        "dedupWindowMs": ("jobs", "dedup_window_ms"),
    },
    "limits": {
        name: ("limits", name)
        for name in (
            *("max_running_jobs", "max_running_per_provider", "max_queued_jobs"),
            *("queue_timeout_ms", "max_job_output_bytes"),
        )
    },
    "cache_awareness": {
        name: ("cache_awareness", name)
        for name in ("emit_anthropic_cache_control", "anthropic_ttl_seconds", "warn_on_ttl_expiry")
    },
}
"""Its tables and keys, and where the same is said here."""
_NOTHING_LIKE_IT = "nothing here is set by it"
_WHY_NOT = {
    "persistence": "jobs are kept in this gateway's own files",
    "http": "connections are bounded by [limits] here",
    "acp": "which CLIs are spoken with in this way is known here",
    "admin": "programs get such permissions by their keys here: llmgw key add",
    "least_cost": "routes are chosen by [[routes]] here",
    "skills": "programs' own skills stay where they are",
    "personal_config": "each CLI reads its own instructions",
}
_ITS_CLIS = frozenset(str.split("claude codex gemini grok mistral"))
"""All that it knows."""
_KINDS = {
    "openai-compatible": ("openai-compatible", ""),
    "anthropic": ("anthropic", ""),
    "xai-responses": ("openai-compatible", "https://api.x.ai/v1"),
}
_MADE_UP = "gw-"
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def read_cli_gateway(folder: Path, env: Mapping[str, str], *, is_named: bool) -> Brought:
    """`is_named`: a person named the folder, so variables do not lead elsewhere. Raises
    ConfigError and StoreUnavailable for files that cannot be read."""
    brought = Brought()
    config = _place(folder / "config.toml", "LLM_GATEWAY_CONFIG", {} if is_named else env)
    sessions = _place(
        folder / "sessions.json", "LLM_GATEWAY_SESSIONS_FILE", {} if is_named else env
    )
    if (raw := _content(config)) is not None:
        brought.looked_at.append(str(config))
        _read_config(brought, _toml(config, raw))
    if (raw := _content(sessions)) is not None:
        brought.looked_at.append(str(sessions))
        _read_sessions(brought, _json(sessions, raw))
    for name, why in (
        ("logs.db", "what it recorded is kept in another form"),
        ("approvals.jsonl", "decisions of the past are not made again"),
    ):
        if (folder / name).is_file():
            brought.leave(name, why)
    return brought


def _place(usual: Path, variable: str, env: Mapping[str, str]) -> Path:
    named = env.get(variable, "").strip()
    return Path(named).expanduser() if named else usual


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be read: {error.strerror}.") from error
    if len(raw) > _MOST_BYTES:
        raise StoreUnavailable(f"{path} is larger than any such file.")
    return raw


def _toml(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ConfigError("is not TOML; nothing was imported", file=str(path)) from None


def _json(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ConfigError("is not a JSON object; nothing was imported", file=str(path))
    return found


def _read_config(brought: Brought, data: Mapping[str, Any]) -> None:
    for name, table in data.items():
        if not isinstance(table, Mapping):
            brought.leave(_word(name), _NOTHING_LIKE_IT)
        elif name == "workspaces":
            _read_workspaces(brought, table)
        elif name == "providers":
            for provider, said in table.items():
                _read_provider(brought, str(provider), said)
        else:
            _read_table(brought, name, table)


def _read_table(brought: Brought, name: str, table: Mapping[str, Any]) -> None:
    known = _SAME.get(name, {})
    left = []
    for key, said in table.items():
        if key in known:
            section, ours = known[key]
            wish = BroughtSetting((section,), {ours: said}, f"{section}.{ours}", key=ours)
            brought.settings.append(wish)
        elif (name, key) == ("http", "oauth"):
            brought.leave(
                "[http.oauth]", "it opens this gateway to programs: docs/oauth.md tells how"
            )
        else:
            left.append(_word(key))
    if left:
        why = _WHY_NOT.get(name, _NOTHING_LIKE_IT)
        brought.leave(f"[{_word(name)}] {', '.join(left)}", why)


def _read_workspaces(brought: Brought, table: Mapping[str, Any]) -> None:
    for name, known, what in (
        ("repos", REPO_KEYS, "workspace"),
        ("allowed_roots", ROOT_KEYS, "allowed root"),
    ):
        listed = table.get(name, [])
        for each in listed if isinstance(listed, list) else ():
            if not isinstance(each, Mapping) or not isinstance(each.get("alias"), str):
                brought.leave(f"[[workspaces.{name}]]", "one of them has no alias")
                continue
            values = {key: said for key, said in each.items() if key in known}
            named = f"{what} {_word(each['alias'])}"
            if "providers" in values and not _keep_known(brought, values, named):
                continue
            place = ("workspaces", name)
            brought.settings.append(BroughtSetting(place, values, named, in_list="alias"))
    if "default" in table:  # after them: it names one
        values = {"default": table["default"]}
        wish = BroughtSetting(("workspaces",), values, "workspaces.default", key="default")
        brought.settings.append(wish)


def _keep_known(brought: Brought, values: dict[str, Any], named: str) -> bool:
    """Of a workspace's CLIs those that are here; False where none is, for then all would be."""
    said = values["providers"] if isinstance(values["providers"], list) else []
    here = [each for each in said if each in set(CliName)]
    if gone := [each for each in said if each not in here]:
        words = ", ".join(_word(each) for each in gone)
        brought.leave(f"{named}: {words}", "such a CLI is not known here")
    values["providers"] = here
    if set(here) == _ITS_CLIS:
        del values["providers"]  # all that program knew of: no choice
    return bool(here)


def _read_provider(brought: Brought, name: str, said: object) -> None:
    named = f"provider {_word(name)}"
    if not isinstance(said, Mapping):
        brought.leave(named, "it is no table")
        return
    kind = str(said.get("kind", "xai-responses" if name == "xai" else ""))
    if kind not in _KINDS:
        brought.leave(named, "its kind is not known here")
        return
    ours, usual = _KINDS[kind]
    values: dict[str, Any] = {"kind": ours}
    url = said.get("base_url") or usual
    if url:
        values["base_url"] = url
    if _is_local(url):
        values["local"] = True
    if key := said.get("api_key_env") or ("XAI_API_KEY" if name == "xai" else ""):
        values["api_key_env"] = key
    if isinstance(models := said.get("models"), list) and models:
        values["models"] = models
    brought.settings.append(BroughtSetting(("providers", name.lower()), values, named))
    known = ("kind", "base_url", "api_key_env", "models")
    if left := [_word(key) for key in said if key not in known]:
        brought.leave(f"{named}: {', '.join(left)}", _NOTHING_LIKE_IT)


def _is_local(url: object) -> bool:
    try:
        return isinstance(url, str) and urlsplit(url).hostname in _LOCAL_HOSTS
    except ValueError:
        return False


def _read_sessions(brought: Brought, data: Mapping[str, Any]) -> None:
    """Those that their CLI can be told to go on with."""
    found = data.get("sessions")
    active = data.get("activeSession")
    marked = set(map(str, active.values())) if isinstance(active, Mapping) else set()
    reasons: dict[str, int] = {}
    for name, said in found.items() if isinstance(found, Mapping) else ():
        made = _session(str(name), said, is_active=str(name) in marked)
        if isinstance(made, Session):
            brought.sessions.append(made)
        else:
            reasons[made] = reasons.get(made, 0) + 1
    for why, count in reasons.items():
        brought.leave(f"{count} session{'s' if count > 1 else ''}", why)


def _session(name: str, said: object, *, is_active: bool) -> Session | str:
    """Or why not."""
    if not isinstance(said, Mapping) or not 0 < len(name) <= 200 or not is_plain_line(name):
        return "no such session is understood"
    if said.get("cli") not in set(CliName):
        return "no CLI of that name is known here"
    if said.get("ownerPrincipal") not in (None, LOCAL.client_id):
        return "they belong to programs elsewhere"
    if name.startswith(_MADE_UP):
        return "that program made up their names, by which no CLI knows them"
    made, used = _time(said.get("createdAt")), _time(said.get("lastUsedAt"))
    if made is None or used is None:
        return "nobody knows when they were used"
    description = said.get("description")
    return Session(
        id=name,
        owner=LOCAL.client_id,
        cli=CliName(str(said["cli"])),
        provider_session_id=name,
        description=description[:1000] if isinstance(description, str) else "",
        working_dir=_folder(said.get("metadata")),
        made_at_s=made,
        used_at_s=used,
        is_active=is_active,
    )


def _time(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _folder(metadata: object) -> str:
    """Where its runs worked: some CLIs find a session in its folder alone."""
    said: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
    candidates: Sequence[object] = (said.get("worktreePath"), said.get("workspaceRoot"))
    for each in candidates:
        if isinstance(each, str) and PurePath(each).is_absolute() and Path(each).is_dir():
            return each
    return ""


def _word(text: object) -> str:
    """Names come from somebody's file."""
    return inert_line(str(text), 60) or "?"
