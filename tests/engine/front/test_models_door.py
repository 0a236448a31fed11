"""Lists of models and errors come in the dialect of whoever asks, as its path or headers tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from google import genai
from google.genai import errors, types

from tests.engine.conftest import House, as_new

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


GOOGLE = {"x-goog-api-client": "google-genai-sdk/3.4.0"}
ANTHROPIC = {"anthropic-version": "2023-06-01"}


def _shape(told: dict[str, Any]) -> str:
    if "models" in told or told.get("name", "").startswith("models/"):
        return "gemini"
    return "anthropic" if "has_more" in told or told.get("type") == "model" else "openai"


def _error_shape(told: dict[str, Any]) -> str:
    if told.get("type") == "error":
        return "anthropic"
    return "gemini" if "status" in told["error"] else "openai"


@pytest.mark.parametrize(
    ("prefix", "headers", "shape"),
    [
        ("/v1", {}, "openai"),
        ("", {}, "openai"),
        ("/v1", GOOGLE, "gemini"),
        ("", GOOGLE, "gemini"),
        ("/v1beta", {}, "gemini"),
        ("/gemini/v1", {}, "gemini"),
        ("/v1", ANTHROPIC, "anthropic"),
        ("/anthropic/v1", {}, "anthropic"),
        ("/anthropic", {}, "anthropic"),
        ("/openai/v1", ANTHROPIC, "openai"),
    ],
)
async def test_list_model_and_error(
    house: House, prefix: str, headers: dict[str, str], shape: str
) -> None:
    async with house.get(f"{prefix}/models", **headers) as answer:
        assert _shape(await answer.json()) == shape
    async with house.get(f"{prefix}/models/practice/echo", **headers) as answer:
        assert _shape(await answer.json()) == shape
    async with house.get(f"{prefix}/models/nope", **headers) as answer:
        assert answer.status == 404
        assert _error_shape(await answer.json()) == shape
    async with house.session.get(f"{house.url}{prefix}/models", headers=headers) as answer:
        assert answer.status == 401
        assert _error_shape(await answer.json()) == shape


@pytest.mark.parametrize(
    ("path", "headers", "shape"),
    [
        ("/anthropic/v1/messages/batches", {}, "anthropic"),
        ("/v1/messages/batches", {}, "anthropic"),
        ("/v1/batches", ANTHROPIC, "anthropic"),
        ("/gemini/v1beta/cachedContents", {}, "gemini"),
        ("/v1beta/models/m:embedContent", {}, "gemini"),
        ("/v1/models/m:batchEmbedContents", {}, "gemini"),
        ("/v1/cachedContents", GOOGLE, "gemini"),
        ("/openai/v1/completions", {}, "openai"),
        ("/v1/completions", {}, "openai"),
    ],
)
async def test_what_is_not_here_is_told_in_its_dialect(
    house: House, path: str, headers: dict[str, str], shape: str
) -> None:
    async with house.post(path, {}, **headers) as answer:
        told = await answer.json()
    assert answer.status == 404
    assert _error_shape(told) == shape
    assert "base URL" not in told["error"]["message"]
    assert "chat/completions" in told["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/v1/messages", "/api/chat/completions", "//v1/models"])
async def test_a_wrong_base_url_is_told_as_one(house: House, path: str) -> None:
    async with house.post(path, {}) as answer:
        assert answer.status == 404
        assert "base URL" in (await answer.json())["error"]["message"]


async def test_a_wrong_method_is_told_with_the_right_one(house: House) -> None:
    async with house.get("/v1/messages") as answer:
        assert answer.status == 405
        told = await answer.json()
    assert told["error"]["message"] == "Ask /v1/messages with POST."
    async with house.get("/v1beta/models/practice/echo:generateContent") as answer:
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
        assert _error_shape(await answer.json()) == "gemini"


async def test_google_s_callers_are_told_of_their_own_header(house: House) -> None:
    for path in ("/v1beta/models/m:generateContent", "/v1/models/m:countTokens"):
        async with house.session.post(f"{house.url}{path}", json={}) as answer:
            assert answer.status == 401
            assert "x-goog-api-key" in (await answer.json())["error"]["message"]


@pytest.fixture
def google(house: House) -> Iterator[genai.Client]:
    """As the README says: the gateway's address and nothing behind it."""
    key = house.headers()["Authorization"].removeprefix("Bearer ")
    options = types.HttpOptions(base_url=house.url)
    with genai.Client(api_key=key, http_options=options) as client:
        yield client


async def test_google_s_sdk_lists_and_gets(google: genai.Client) -> None:
    listed = await asyncio.to_thread(lambda: list(google.models.list()))
    names = [model.name for model in listed]
    assert names[:2] == ["models/claude-stub", "models/gpt-stub"]
    assert "models/practice/echo" in names
    found = await asyncio.to_thread(google.models.get, model="models/practice/echo")
    assert found.name == "models/practice/echo"
    with pytest.raises(errors.ClientError, match="nope") as caught:
        await asyncio.to_thread(google.models.get, model="nope")
    assert caught.value.status == "NOT_FOUND"


async def test_google_s_sdk_asks_and_counts(google: genai.Client) -> None:
    asked: Any = {"model": "models/practice/echo", "contents": "ping"}
    said = await asyncio.to_thread(google.models.generate_content, **asked)
    assert said.text == "ping"
    counted = await asyncio.to_thread(google.models.count_tokens, **asked)
    assert counted.total_tokens
    with pytest.raises(errors.ClientError) as caught:
        await asyncio.to_thread(google.models.embed_content, **asked)
    assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")


async def test_anthropic_s_sdk_under_its_prefix(house: House) -> None:
    key = house.headers()["Authorization"].removeprefix("Bearer ")
    async with anthropic.AsyncAnthropic(base_url=f"{house.url}/anthropic", api_key=key) as sdk:
        assert "gpt-stub" in [model.id async for model in sdk.models.list()]
        with pytest.raises(anthropic.NotFoundError) as caught:
            await sdk.messages.batches.create(requests=[])
    assert caught.value.type == "not_found_error"


ALIASES = """
[providers.away]
kind = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
models = ["far"]
local = true
enabled = false
[aliases]
best = ["far", "claude/claude-stub", "again"]
again = "gpt-stub"
gpt-stub = "claude-stub"
nobody = ["far", "away/far"]
try = "practice/echo"
"""


async def _listed(house: House, **headers: str) -> list[dict[str, Any]]:
    async with house.get("/v1/models", **headers) as answer:
        told = await answer.json()
    return list(told["data" if "data" in told else "models"])


async def test_aliases_are_listed_with_what_they_stand_for(house: House) -> None:
    config = house.container.places.config_file
    config.write_text(config.read_text() + ALIASES)
    house.container.check_settings()
    listed = await _listed(house)
    names = [each["id"] for each in listed]
    assert names[:5] == ["best", "again", "gpt-stub", "try", "claude-stub"]
    assert names.count("gpt-stub") == 1, "the alias is what a request for it gets"
    facts = {each["id"]: each["x_gateway"] for each in listed}
    assert facts["best"] == {
        "provider": "claude",
        "practice": False,
        "standsFor": ["claude/claude-stub", "claude-stub"],
    }
    assert facts["try"]["practice"]
    assert "standsFor" not in facts["claude-stub"]
    shown = {each["id"]: each["display_name"] for each in await _listed(house, **ANTHROPIC)}
    assert shown["best"] == "best (claude/claude-stub, claude-stub)"
    shown = {each["name"]: each["displayName"] for each in await _listed(house, **GOOGLE)}
    assert shown["models/try"] == "try (practice/echo)"
    async with house.get("/v1/models/again") as answer:
        assert (await answer.json())["owned_by"] == "claude"


@pytest.mark.parametrize("base", ["/v1beta", "/gemini/v1beta", "/gemini"])
@pytest.mark.parametrize("name", ["models/practice/echo", "practice/echo", "practice%2Fecho"])
async def test_a_name_with_a_slash_needs_nothing_before_it(
    house: House, base: str, name: str
) -> None:
    body = {"contents": [{"parts": [{"text": "ping"}]}]}
    async with house.post(f"{base}/{name}:generateContent", body) as answer:
        assert answer.status == 200
        assert (await answer.json())["modelVersion"]


@pytest.mark.parametrize("base", ["/v1beta", "/gemini/v1beta", "/gemini/v1", "/gemini"])
@pytest.mark.parametrize("name", ["models/practice/echo", "practice/echo", "practice%2Fecho"])
async def test_one_model_is_told_by_a_name_with_a_slash(house: House, base: str, name: str) -> None:
    async with house.get(f"{base}/{name}") as answer:
        assert answer.status == 200
        assert (await answer.json())["name"] == "models/practice/echo"
    async with house.get(f"{base}/{name}-of-nobody") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/v1beta/files/x", "/v1beta/openai/models", "/gemini/v1/files/x"])
async def test_what_is_no_model_is_not_told_as_one(house: House, path: str) -> None:
    async with house.get(path) as answer:
        assert answer.status == 404
        assert "There is nothing at" in (await answer.json())["error"]["message"]
