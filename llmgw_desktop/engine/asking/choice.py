"""Which model is asked where a caller names a provider, a model, both or neither."""

from collections.abc import Iterable

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.provider import BY_NAME_ONLY, PRACTICE_PREFIX, Provider


def chosen_model(provider: str, model: str, providers: Iterable[Provider]) -> str:
    """Where no model is named, the first that is listed. Raises MalformedRequest."""
    if f"{provider}/" == PRACTICE_PREFIX and model.startswith(PRACTICE_PREFIX):
        return model  # its models are listed under their whole names
    if provider and model:
        return f"{provider}/{model}"
    if model:
        return model
    for each in providers:
        anybody = not provider and each.kind not in BY_NAME_ONLY
        if each.models and (anybody or provider == each.name):
            return f"{each.name}/{each.models[0]}"
    raise MalformedRequest(
        "name one of GET /v1/models; none can be chosen for you, because no provider lists "
        "its models in the settings",
        path="$.model",
    )
