"""The `[http.oauth]` table: how programs may be let in by a person."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.oauth_settings import OauthSettings, RegistrationPolicy
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.values import Unfit, Value, WholeNumber, Word, YesNo

_PATH = ("http", "oauth")
OPEN_DEV_VARIABLE = "LLM_GATEWAY_OAUTH_OPEN_DEV"
_ENABLED_VARIABLE = "LLM_GATEWAY_OAUTH_ENABLED"
_CONSENT_VARIABLE = "LLM_GATEWAY_OAUTH_REQUIRE_CONSENT"
OAUTH_KEYS: dict[str, tuple[Value, str]] = {
    "enabled": (
        YesNo(),
        "Whether programs may ask to be let in. Nobody is without a person's answer."
        f" `{_ENABLED_VARIABLE}` wins over the file.",
    ),
    "registration_policy": (
        Word(words=RegistrationPolicy),
        "Who may make a program known: a person with `llmgw oauth client add`; whoever knows the"
        " secret of `llmgw oauth shared-secret set`; everybody, for development, which needs"
        f" the environment's `{OPEN_DEV_VARIABLE}=1` besides; or every program of this computer,"
        ' to be sent back to this computer alone. "static_clients" if left out where the gateway'
        " can be reached from elsewhere.",
    ),
    "allow_public_clients": (
        YesNo(),
        "Whether programs without a secret of their own may ask. False if left out where the"
        " gateway can be reached from elsewhere.",
    ),
    "allow_client_documents": (
        YesNo(),
        "Whether a program's id may be the https address of a document about it, which the gateway"
        " reads. Only with public clients.",
    ),
    "token_ttl_seconds": (
        WholeNumber(least=60, most=86_400),
        "How long an access token lasts; a program gets the next one for its refresh token.",
    ),
    "require_pkce": (YesNo(), "Always: `false` is refused."),
    "allow_plain_pkce": (YesNo(), "Never: `true` is refused."),
    "require_consent": (
        YesNo(),
        f"Always: `false` is refused, also as `{_CONSENT_VARIABLE}`.",
    ),
}
_VARIABLES = {"enabled": _ENABLED_VARIABLE, "require_consent": _CONSENT_VARIABLE}
_FIXED = {
    "require_pkce": (True, "PKCE cannot be switched off: expected true"),
    "allow_plain_pkce": (False, "PKCE is S256 alone: expected false"),
    "require_consent": (True, "a person is always asked before a program is let in: expected true"),
}


class OauthTable:
    """Reads it. Raises ConfigError, also for what does not go together."""

    def __init__(self, text: SettingsText, env: Mapping[str, str]) -> None:
        self._text = text
        self._env = env

    def read(self, way_in: str) -> OauthSettings:
        """Where the gateway is reached from elsewhere (`way_in` says how, or is empty), less goes
        without saying."""
        values = self._values()
        for key, (needed, words) in _FIXED.items():
            if values.get(key, needed) is not needed:
                raise self._error(key, words)
        if way_in:
            values.setdefault("allow_public_clients", False)
            values.setdefault("registration_policy", RegistrationPolicy.STATIC_CLIENTS)
        settings = OauthSettings(**values)
        if settings.registration_policy is RegistrationPolicy.OPEN_DEV and not self._is_open_dev():
            raise self._error(
                "registration_policy",
                f'"open_dev" lets every program register: set {OPEN_DEV_VARIABLE}=1 in the'
                ' environment besides, or take "static_clients" or "shared_secret"',
            )
        return settings

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, raw in self._text.table(_PATH).items():
            if key not in OAUTH_KEYS:
                known = ", ".join(OAUTH_KEYS)
                self._text.warn((*_PATH, key), f"unknown setting, ignored (known here: {known})")
                continue
            try:
                values[key] = OAUTH_KEYS[key][0].read(raw)
            except Unfit as unfit:
                raise self._text.error((*_PATH, key), f"expected {unfit}") from None
        for key, variable in _VARIABLES.items():
            if self._env.get(variable, "").strip():
                values[key] = self._of_environment(variable)
        return values

    def _is_open_dev(self) -> bool:
        return bool(self._env.get(OPEN_DEV_VARIABLE, "").strip()) and self._of_environment(
            OPEN_DEV_VARIABLE
        )

    def _of_environment(self, variable: str) -> bool:
        try:
            return YesNo().read_text(self._env[variable])
        except Unfit as unfit:
            raise ConfigError(f"expected {unfit}", file="environment", key=variable) from None

    def _error(self, key: str, words: str) -> ConfigError:
        variable = _VARIABLES.get(key, "")
        if variable and self._env.get(variable, "").strip():
            return ConfigError(words, file="environment", key=variable)
        return self._text.error((*_PATH, key), words)
