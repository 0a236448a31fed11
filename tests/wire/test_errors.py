"""Each of our errors has one declared answer in each dialect, and the official SDKs read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import anthropic
import httpx2
import openai
import orjson
import pytest
from anthropic.types.shared import error_type

from llmgw_desktop.domain import brakes, errors, guard, policy, vault
from llmgw_desktop.domain.access import access_errors
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.mcp.tool import refusal
from llmgw_desktop.wire.errors import ErrorReply, error_message, error_reply, rpc_error_reply
from llmgw_desktop.wire.native.flights import flight_object
from llmgw_desktop.wire.native.jobs import job_object
from tests.support.made_flights import summary

pytestmark = pytest.mark.daily

FLIGHT = "flt_0123456789ab"
EXAMPLES: list[tuple[LlmgwError, int, str, str | None]] = [
    (LlmgwError("It broke."), 500, "api_error", "internal"),
    (errors.ConfigError("a port", file="c.toml", line=3), 500, "api_error", "config"),
    (
        errors.SettingsConflict(file="config.toml", table="routes", mine="", theirs=""),
        500,
        "api_error",
        "settings_conflict",
    ),
    (errors.RequestError("No."), 400, "invalid_request_error", "bad_request"),
    (
        errors.MalformedRequest("must be true or false", path="stream"),
        400,
        "invalid_request_error",
        "malformed_request",
    ),
    (
        errors.NotOffered("not in the background; wait for the answer", path="background"),
        400,
        "invalid_request_error",
        "not_offered",
    ),
    (errors.RequestTooLarge("70 MB."), 413, "request_too_large", "request_too_large"),
    (errors.RequestStalled("It stopped."), 408, "timeout_error", "request_stalled"),
    (errors.UnsupportedMedia("text/plain."), 415, "invalid_request_error", "unsupported_media"),
    (errors.HttpVersionUnknown("2.0."), 505, "invalid_request_error", "http_version"),
    (access_errors.AccessError("Not allowed."), 403, "permission_error", "access"),
    (access_errors.Unauthenticated(), 401, "authentication_error", "invalid_api_key"),
    (access_errors.AccessRevoked(), 401, "authentication_error", "invalid_api_key"),
    (access_errors.MissingScope("May not."), 403, "permission_error", "missing_scope"),
    (access_errors.ScopeNotAllowed("May not."), 403, "permission_error", "missing_scope"),
    (access_errors.PersonOnly("Yours."), 403, "permission_error", "missing_scope"),
    (access_errors.UnnamedPerson("X-User"), 403, "permission_error", "unnamed_person"),
    (access_errors.ForeignHost("evil.example."), 421, "permission_error", "foreign_host"),
    (access_errors.ForeignOrigin("evil.example."), 403, "permission_error", "foreign_origin"),
    (policy.PolicyError("No."), 403, "permission_error", "policy"),
    (policy.ModelForbidden("Not that."), 403, "permission_error", "model_forbidden"),
    (policy.ClientExpired("Over."), 403, "permission_error", "client_expired"),
    (guard.PromptBlocked("By x."), 400, "invalid_request_error", "prompt_blocked"),
    (brakes.ReserveKept("20 %."), 429, "rate_limit_error", "rate_limit_exceeded"),
    (brakes.HeldBack("Loop."), 400, "invalid_request_error", "held_back"),
    (policy.PriceUnknown("Of x."), 403, "permission_error", "price_unknown"),
    (policy.LimitReached("60."), 429, "rate_limit_error", "rate_limit_exceeded"),
    (policy.BudgetSpent("5 USD."), 429, "rate_limit_error", "insufficient_quota"),
    (errors.NoSuchFlight("flt_1"), 404, "not_found_error", "no_such_flight"),
    (errors.NotReplayable("Gone."), 422, "invalid_request_error", "not_replayable"),
    (errors.SecretsRemoved(2), 422, "invalid_request_error", "secrets_removed"),
    (access_errors.TurnedBack("No."), 500, "api_error", "turned_back"),
    (access_errors.LoopDetected("Round."), 508, "api_error", "loop"),
    (access_errors.ClientPaused("Paused."), 403, "permission_error", "client_paused"),
    (access_errors.TooManyConnections("9."), 429, "rate_limit_error", "too_many_connections"),
    (errors.RouteError("No."), 404, "not_found_error", "route"),
    (errors.UnknownModel("gpt-0"), 404, "not_found_error", "model_not_found"),
    (errors.UnknownPath("No door at /x."), 404, "not_found_error", "unknown_url"),
    (errors.UnknownPath("GET only.", allowed="GET"), 405, "not_found_error", "unknown_url"),
    (errors.NotServed("No embeddings."), 400, "invalid_request_error", "not_served"),
    (errors.GatewayClosed("Paused."), 503, "api_error", "gateway_closed"),
    (errors.PortTaken("127.0.0.1", 3333), 500, "api_error", "port_taken"),
    (errors.LossRefused("a", "gemini", ("seed",)), 400, "invalid_request_error", "loss_refused"),
    (errors.UpstreamError("Failed."), 502, "api_error", "upstream"),
    (errors.KeyMissing("x", "it is not set"), 502, "api_error", "key_missing"),
    (errors.SignInNeeded("x-cli", "sign in"), 502, "api_error", "sign_in_needed"),
    (errors.CliMissing("not here"), 502, "api_error", "cli_missing"),
    (errors.UpstreamRefused("Refused."), 502, "api_error", "upstream_refused"),
    (errors.UpstreamTimeout("Silent."), 504, "timeout_error", "upstream_timeout"),
    (errors.UpstreamGarbage("HTML."), 502, "api_error", "upstream_garbage"),
    (errors.UpstreamCut("Cut."), 502, "api_error", "upstream_cut"),
    (errors.AccountsUnusable(("a: No key.",)), 502, "api_error", "accounts_unusable"),
    (
        errors.AccountsBusy("All.", retry_after_s=7),
        429,
        "rate_limit_error",
        "rate_limit_exceeded",
    ),
    (errors.ClientGone("Gone."), 499, "invalid_request_error", "client_gone"),
    (vault.VaultError("It broke."), 500, "api_error", "vault"),
    (vault.VaultLocked("No key."), 423, "permission_error", "vault_locked"),
    (vault.KeyGone("Gone."), 423, "permission_error", "vault_key_gone"),
    (vault.EntryBroken("Changed."), 500, "api_error", "vault_entry_broken"),
    (vault.EntryUnfit("name", "a name"), 400, "invalid_request_error", "vault_entry_unfit"),
    (vault.NoSuchEntry("None."), 404, "not_found_error", "vault_no_such_entry"),
    (errors.StoreError("Disk."), 500, "api_error", "store"),
    (errors.StoreUnavailable("Full."), 503, "api_error", "store_unavailable"),
    (errors.StoreCorrupt("Not a database."), 503, "api_error", "store_corrupt"),
    (errors.StoreInQuestion("It was emptied."), 503, "api_error", "store_in_question"),
    (errors.SchemaTooNew("Version 9."), 500, "api_error", "schema_too_new"),
]
ids = [f"{type(example[0]).__name__}-{example[1]}" for example in EXAMPLES]


def _tree(root: type[LlmgwError]) -> Iterator[type[LlmgwError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def test_no_error_of_the_tree_is_without_an_example_here() -> None:
    places = {each.__name__ for each in (brakes, errors, access_errors, guard, policy, vault)}
    ours = {kind for kind in _tree(LlmgwError) if kind.__module__ in places}
    # OAuth's own doors say its refusals, in OAuth's words.
    at_oauths_doors = set(_tree(access_errors.OauthError))
    assert {type(example[0]) for example in EXAMPLES} == ours - at_oauths_doors


def _raised_by_anthropic(reply: ErrorReply) -> anthropic.APIStatusError:
    answer = httpx2.Response(reply.status, content=reply.body, headers=list(reply.headers))
    transport = httpx2.MockTransport(lambda _: answer)
    with (
        anthropic.Anthropic(
            api_key="k", max_retries=0, http_client=httpx2.Client(transport=transport)
        ) as client,
        pytest.raises(anthropic.APIStatusError) as caught,
    ):
        client.messages.create(model="m", max_tokens=1, messages=[])
    return caught.value


def _raised_by_openai(reply: ErrorReply) -> openai.APIStatusError:
    answer = httpx2.Response(reply.status, content=reply.body, headers=list(reply.headers))
    transport = httpx2.MockTransport(lambda _: answer)
    with (
        openai.OpenAI(
            api_key="k",
            base_url="http://127.0.0.1/v1",
            max_retries=0,
            http_client=httpx2.Client(transport=transport),
        ) as client,
        pytest.raises(openai.APIStatusError) as caught,
    ):
        client.chat.completions.create(model="m", messages=[])
    return caught.value


@pytest.mark.parametrize(("error", "status", "kind", "_code"), EXAMPLES, ids=ids)
def test_the_anthropic_sdk_reads_our_errors(
    error: LlmgwError, status: int, kind: str, _code: str
) -> None:
    reply = error_reply(error, ModelProtocol.ANTHROPIC, FLIGHT)
    raised = _raised_by_anthropic(reply)
    assert raised.status_code == reply.status == status
    assert raised.type == kind
    # the one word that the SDK's list lacks is in the vendor's documentation
    assert kind in (*error_type.ErrorType.__args__, "request_too_large")
    assert raised.api_message == error_message(error)
    assert str(error) in error_message(error)
    has_id = status != 401
    assert raised.request_id == (FLIGHT if has_id else None)
    assert orjson.loads(reply.body).get("request_id") == (FLIGHT if has_id else None)


@pytest.mark.parametrize(("error", "status", "_kind", "code"), EXAMPLES, ids=ids)
def test_the_openai_sdk_reads_our_errors(
    error: LlmgwError, status: int, _kind: str, code: str
) -> None:
    raised = _raised_by_openai(error_reply(error, ModelProtocol.OPENAI_CHAT, FLIGHT))
    assert raised.status_code == status
    assert raised.code == code
    assert raised.request_id == (FLIGHT if status != 401 else None)
    assert isinstance(raised.body, dict)
    assert set(raised.body) == {"message", "type", "param", "code"}
    assert raised.body["message"] == error_message(error)


def test_the_field_at_fault_is_named() -> None:
    def param(error: LlmgwError) -> object:
        reply = error_reply(error, ModelProtocol.OPENAI_CHAT, FLIGHT)
        return orjson.loads(reply.body)["error"]["param"]

    assert param(errors.MalformedRequest("must be a string", path="model")) == "model"
    assert param(errors.NotOffered("not here", path="background")) == "background"
    assert param(errors.MalformedRequest("not JSON")) is None
    assert param(errors.UnknownModel("m")) == "model"


def test_headers_that_belong_to_a_status() -> None:
    def headers(error: LlmgwError) -> dict[str, str]:
        reply = error_reply(error, None, FLIGHT)
        return dict(reply.headers)

    kind = {"content-type": "application/json"}
    assert headers(errors.GatewayClosed("x", retry_after_s=7)) == kind | {"retry-after": "7"}
    assert headers(errors.AccountsBusy("x", retry_after_s=7)) == kind | {"retry-after": "7"}
    assert headers(errors.AccountsUnusable(())) == kind | {"x-should-retry": "false"}
    assert headers(access_errors.Unauthenticated()) == kind | {"www-authenticate": "Bearer"}
    assert headers(errors.UnknownPath("x", allowed="GET, HEAD")) == kind | {"allow": "GET, HEAD"}
    assert headers(errors.UnknownPath("x")) == kind


@pytest.mark.parametrize("protocol", [None, *ModelProtocol])
def test_a_401_is_always_the_same(protocol: ModelProtocol | None) -> None:
    first, second = (
        error_reply(access_errors.Unauthenticated(), protocol, f) for f in ("flt_1", "flt_2")
    )
    assert first == second


def test_without_a_dialect_the_answer_is_plain() -> None:
    body = orjson.loads(error_reply(errors.UpstreamCut("Cut."), None, FLIGHT).body)
    assert body["error"]["kind"] == "upstream_cut"
    assert body["error"]["message"].startswith("Cut. ")


def test_what_the_sdks_try_again_and_what_not() -> None:
    again = {
        type(e).__name__
        for e, status, _, _ in EXAMPLES
        if status in (408, 409, 429) or status >= 500
    }
    assert {"GatewayClosed", "UpstreamRefused", "UpstreamTimeout", "UpstreamGarbage"} <= again
    assert not {"Unauthenticated", "UnknownModel", "NotServed", "MalformedRequest"} & again


def test_a_message_can_always_be_sent() -> None:
    ugly = LlmgwError('quote " newline \n surrogate \udcff ' + "x" * 100_000)
    for protocol in (None, ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT):
        body = error_reply(ugly, protocol, FLIGHT).body
        assert len(body) < 4000
        assert orjson.loads(body)
    assert error_message(LlmgwError()).startswith("This is a fault")
    assert ". Try again." in error_message(errors.UpstreamCut("Cut in the middle"))


def test_no_words_of_ours_act_on_a_terminal() -> None:
    """Whoever's words they repeat: names of models, paths and programs are a stranger's."""
    error = errors.UnknownPath("There is nothing at /\x1b]0;owned\x07\x9b2J\x7f.\n\tSee the docs.")
    said = str(error)
    job = Job(id="j", owner="o", client="o", cli=CliName.CLAUDE, asked_at_s=0, ended_at_s=1)
    ends = [
        replace(job, state=state, error=said) for state in (JobState.FAILED, JobState.COMPLETED)
    ]
    flight = FlightRecord(summary=summary(1, error_kind="x", error_text=said))
    for told in (
        error_message(error),
        refusal(error).text,
        rpc_error_reply(error).body.decode(),
        *(str(job_object(each)["error"] or job_object(each)["note"]) for each in ends),
        flight_object(flight)["error"]["message"],
    ):
        assert "␛]0;owned␇" in told
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", told)
    assert "\n\tSee the docs" in error_message(error)
