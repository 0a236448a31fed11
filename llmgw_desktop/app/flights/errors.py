"""What went wrong with a flight, for people: what happened, why, what to do.

One table by `error_kind` (domain/errors.py) and one by the status that a provider answered. The
wording of answers to programs is left to `wire/errors.py`.
"""

from typing import Final

from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.flights.run_errors import FAILED_CALLS, REFUSED_RUNS, words_of_run
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.domain.flights.flight import ANOTHER_VERSION, FlightState, FlightSummary
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value

_SAID_LIMIT = 2000


@value
class ErrorExplained:
    """Three short sentences, and the words that came with the error."""

    what: str
    why: str = ""
    advice: str = ""
    said: str = ""
    """The provider's or the gateway's own words, harmless to show, possibly several lines."""


def explained(flight: FlightSummary) -> ErrorExplained | None:
    """None for a flight that went well or is still under way."""
    said = inert(flight.error_text or "")[:_SAID_LIMIT]
    if flight.error_kind == ANOTHER_VERSION:
        return ErrorExplained(
            what="This flight cannot be shown whole.",
            why="Another version of LLM Gateway wrote it, with words that this one does not know.",
            advice="The version that wrote it shows all of it.",
            said=said,
        )
    if flight.state in (FlightState.OK, FlightState.RUNNING):
        return None
    if flight.state is FlightState.LOST:
        return ErrorExplained(
            what="How this flight ended is not known.",
            why="LLM Gateway ended while it was under way: it was killed, crashed, or lost power.",
            advice="If the client shows no answer, send the request again.",
            said=said,
        )
    of_run = flight.protocol is ModelProtocol.CLI and words_of_run(flight.error_kind or "")
    if of_run:
        what, why, advice = of_run
        return ErrorExplained(what=what, why=why, advice=advice, said=said)
    if flight.state is FlightState.CANCELED:
        return ErrorExplained(
            what="The client left before the answer was complete.",
            why="It was stopped by its user, or has a time limit of its own.",
            advice="Nothing to mend here. If it happens often, raise the client's time limit.",
            said=said,
        )
    what, why, advice = _words(flight)
    if _ADD_KEY in advice:
        advice = advice.replace(_ADD_KEY, own_command("key", "add", "NAME"))
    return ErrorExplained(what=what, why=why, advice=advice, said=said)


_ADD_KEY: Final = "{key add}"
"""Stands in the table for the command that does it here."""
_BY_KIND: dict[str, tuple[str, str, str]] = {
    "malformed_request": (
        "The gateway could not read the request.",
        "It is not a JSON object, or a field has the wrong type.",
        "Look at the words below: they name the field. The request stands under Request, Raw.",
    ),
    "not_offered": (
        "The request asks for what only a vendor does.",
        "The provider of this model speaks another dialect, which has nothing like it.",
        "The words below name the field. Leave it out, or ask a provider of this dialect.",
    ),
    "request_too_large": (
        "The request is larger than the gateway takes.",
        "The limit is http.max_body_bytes in the settings.",
        "Send less, or raise the limit.",
    ),
    "request_stalled": (
        "The request did not arrive whole.",
        "Its client began to send it and then fell silent.",
        "Send the request again; if it stays so, look after the client.",
    ),
    "http_version": (
        "The request speaks a version of HTTP that the gateway does not.",
        "It takes HTTP/1.0 and HTTP/1.1.",
        "Update the client, or have it speak HTTP/1.1.",
    ),
    "unsupported_media": (
        "The gateway does not read this kind of body.",
        "It takes application/json.",
        "Set the client's content-type header.",
    ),
    "loss_refused": (
        "The provider speaks another dialect, which cannot carry all of this request.",
        "This client wants all or nothing (a strict key, or the header x-llmgw-strict).",
        "The words below name what would be lost. Leave it out, ask a provider of this dialect, "
        "or give the client a key that allows losses.",
    ),
    "no_such_flight": (
        "There is no such flight.",
        "It was never recorded or is kept no longer, or it is another client's.",
        "Look at the client's own flights.",
    ),
    "not_replayable": (
        "The flight cannot be asked again.",
        "Of its request too little is kept, or it was none to a model.",
        "Ask anew where it came from.",
    ),
    "secrets_removed": (
        "The flight cannot be asked again as it was.",
        "Secrets were taken out of its request before it was kept.",
        "Give them again when it is asked again; they are kept nowhere.",
    ),
    **FAILED_CALLS,
    **dict.fromkeys(
        ("store_in_question", "store_unavailable"),
        (
            "It cannot be known whose key this is.",
            "The file that keys are kept in cannot be used; the words below say why.",
            "Run `llmgw doctor`: it says what can be done.",
        ),
    ),
    "unauthenticated": (
        "The key was refused.",
        "The client sent no access key, or one that this gateway did not give out.",
        f"Give the client a key made with `{_ADD_KEY}`.",
    ),
    "access_revoked": (
        "The client's access was taken back while it was answered.",
        "Its key, or what a person had allowed it, was revoked; what ran for it was cut at once.",
        f"If that was a mistake, give the client a key made with `{_ADD_KEY}`.",
    ),
    "missing_scope": (
        "The client may not do this.",
        "Its key was given without the permission that this request needs.",
        f"Make a key with that scope: `{_ADD_KEY} --scope …`.",
    ),
    "policy": (
        "The operator does not want this of this client.",
        "Its policy in the settings says so.",
        "Change [clients] in the settings if it should be allowed.",
    ),
    "model_forbidden": (
        "This client may not use this model.",
        "Its policy names the models and providers that are for it, and this is none of them.",
        "Add it to `models` or `providers` of the client in [clients], or ask for another.",
    ),
    "client_expired": (
        "The client's time is over.",
        "Its policy has a date after which it is refused.",
        "Change `expires` of the client in [clients] if it should go on.",
    ),
    "prompt_blocked": (
        "A guard of the gateway blocked this prompt.",
        "[[guards]] in the settings names what prompts may not hold. Nothing was sent to anybody.",
        "Leave out what it is about; change the guard in the settings if it should be allowed.",
    ),
    "reserve_kept": (
        "What is left of a window is kept for the person.",
        "The request is background work: it says a label, comes from a run of a CLI, or its client"
        " is named in [brakes] background.",
        "It may come again when the window begins anew. Let it on when it is asked, or lower"
        " `reserve` in [brakes].",
    ),
    "held_back": (
        "A brake of the gateway held this request, and nobody let it on.",
        "[brakes] in the settings says what is held until a person decides. Nothing was sent to"
        " anybody.",
        "The words below say why, and who refused it or that nobody answered. Ask again and let it"
        " on, or change [brakes].",
    ),
    "price_unknown": (
        "Nobody knows what this would cost.",
        "The client has a budget in US dollars, and the model has no price here.",
        "Tell the price in [[prices]]; 0 where it is free.",
    ),
    "limit_reached": (
        "The client asked too much in too short a time.",
        "Its policy limits requests or tokens in a time, or how many go on at the same time.",
        "It may try again at the time that it was told. Raise the limit in [clients] if need be.",
    ),
    "budget_spent": (
        "The client's budget is used up.",
        "What it spent in this period has reached what its policy allows.",
        "It opens again with the next period. Raise the budget in [clients] if need be.",
    ),
    "approval_denied": (
        "The approval gate did not let the run begin.",
        "It asked for more than this client may: the words below say for what.",
        "Ask for less, or change [approvals] in the settings if it should be allowed.",
    ),
    "loop": (
        "A loop: the request went round in a circle.",
        "A provider's base_url leads to another gateway, or a forwarder, that leads back here.",
        "The words below name the gateways. Correct that base_url.",
    ),
    "client_paused": (
        "The client is paused.",
        "A person has stopped it for a while; its key is still good.",
        "Let it go on: Clients, Go on; or take paused out of its table in [clients].",
    ),
    "too_many_connections": (
        "The client holds too many connections.",
        "limits.max_connections_per_client and _per_address say how many one may hold.",
        "See what it does with them, or raise the limit.",
    ),
    "no_such_question": (
        "There is no such question.",
        "It was answered, withdrawn, or fell due before the answer came.",
        "`llmgw approvals list` shows those that wait.",
    ),
    "unnamed_person": (
        "The proxy named nobody.",
        "The trusted header came twice, empty, or with a name that this gateway itself gives.",
        "Look at what the proxy sends in it: one name of letters, digits and ._@:+=/- alone.",
    ),
    "foreign_host": (
        "The request named a host that is not this gateway.",
        "Another name points at this computer, or a proxy rewrote the Host header.",
        "Use the base URL as it stands in the window.",
    ),
    "foreign_origin": (
        "A web page of another site sent this.",
        "Browsers may use the gateway only from its own pages.",
        "If you trust that page, add its origin to http.allowed_origins.",
    ),
    "unknown_model": (
        "No provider has a model of this name.",
        "The name is misspelt, or the provider that has it is not set up or switched off.",
        "Ask GET /v1/models for the names, or add the provider to the settings.",
    ),
    "unknown_path": (
        "There is no door at this path.",
        "The gateway does not offer this, or the client's base URL has a part too many or too few.",
        "The words below say which. Copy the base URL from the window into the client's settings.",
    ),
    "not_served": (
        "The provider of this model cannot answer this kind of request.",
        "It does not speak the dialect that the client used.",
        "Choose a model of a provider that speaks it.",
    ),
    "gateway_closed": (
        "The gateway took no requests.",
        "It was paused or about to stop.",
        "Resume it from the tray or the status at the top of the window.",
    ),
    "key_missing": (
        "The provider was not asked: its key is missing.",
        "The vault has none for it or is locked, or the variable of api_key_env is not set.",
        "The words below say which. Store the key with 'llmgw vault set', or set the variable"
        " where LLM Gateway is started.",
    ),
    "sign_in_needed": (
        "The CLI was asked, and nobody is signed in with it.",
        "Its sign-in is missing or has expired, or its key was refused.",
        "Sign in with the CLI: Providers has a button for it. Then send the request again.",
    ),
    "cli_resting": (
        "The CLI is left alone for a while, and was not asked.",
        "It failed several times in a row, or nobody is signed in with it.",
        "The words below say which. Check it under Providers, or wait a while.",
    ),
    "cli_missing": (
        "The CLI could not be started.",
        "It is not installed, or not where the gateway looks for it.",
        "Install it, or name its place in [clis.NAME] command.",
    ),
    "upstream_refused": (
        "The provider could not be reached.",
        "Nothing answered at its address: no network, a wrong base_url, or its server is down.",
        "Check the network and the provider's base_url, then send the request again.",
    ),
    "upstream_timeout": (
        "The provider fell silent.",
        "It took the request but sent nothing for longer than upstream.first_byte_timeout_s or"
        " upstream.idle_timeout_s allow.",
        "Send the request again; raise the limit if this model thinks for longer.",
    ),
    "upstream_garbage": (
        "The answer was not one of this dialect.",
        "Often an HTML page of a proxy or sign-in, or a wrong base_url.",
        "Look at Response, Raw, then check the provider's base_url.",
    ),
    "upstream_cut": (
        "The provider broke off in the middle of its answer.",
        "The connection ended before the stream's last event.",
        "What came is kept under Response. Send the request again.",
    ),
    "accounts_unusable": (
        "No account can answer this.",
        "Each was refused by its vendor, has no key, or has used up its quota.",
        "The words below say what each of them needs.",
    ),
    "accounts_busy": (
        "All accounts that may answer this are at their limit.",
        "Their vendors asked to be left alone for a while.",
        "Wait as long as the words below say, or add another account.",
    ),
    "client_gone": (
        "The client left before the answer was complete.",
        "It was stopped by its user, or has a time limit of its own.",
        "Nothing to mend here.",
    ),
}

_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: (
        "The provider refused the request.",
        "It did not accept a field or a value.",
        "The words below say which. The request stands under Request, JSON.",
    ),
    401: (
        "The provider refused its key.",
        "The key is wrong, was revoked, or belongs to another service.",
        "Put a valid key into the vault, or into the variable that api_key_env names.",
    ),
    402: (
        "The provider asks for payment.",
        "The account has no credit left.",
        "Top up the account, or use another provider.",
    ),
    403: (
        "The provider does not allow this.",
        "The key may not use this model or region.",
        "Check the account's permissions with the provider.",
    ),
    404: (
        "The provider does not know this model or path.",
        "The model name is not one of its own, or base_url has a part too many or too few.",
        "Compare the model name with the provider's list, then check base_url.",
    ),
    413: (
        "The request is too large for the provider.",
        "The prompt, with its images and files, is over its size limit.",
        "Send less.",
    ),
    429: (
        "The provider asked to slow down.",
        "Its rate limit or quota for this account is reached.",
        "Wait as long as its retry-after header says, or use another provider.",
    ),
    503: (
        "The provider is not available.",
        "It is overloaded or under maintenance.",
        "Wait a moment and send the request again.",
    ),
    508: (
        "A loop: the request went round in a circle.",
        "The provider's base_url leads to a gateway that this request had come through before.",
        "The words below name the gateways. Correct that base_url.",
    ),
    529: (
        "The provider is overloaded.",
        "It has more requests than it can answer; nothing is wrong with yours.",
        "Wait a moment and send the request again.",
    ),
}


def _words(flight: FlightSummary) -> tuple[str, str, str]:
    kind = flight.error_kind or ""
    found = _BY_KIND.get(kind) or REFUSED_RUNS.get(kind)
    if found:
        return found
    status = _upstream_status(kind)
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return (
            f"The provider failed with status {status}.",
            "Something went wrong on its side.",
            "Send the request again; if it stays, look at the provider's status page.",
        )
    if status:
        return (f"The provider answered with status {status}.", "", "The words below may say why.")
    if flight.state is FlightState.CUT:
        return _BY_KIND["upstream_cut"]
    return (
        "The gateway failed on this request.",
        "This is a fault of LLM Gateway.",
        "Please report it with the log.",
    )


def _upstream_status(kind: str) -> int:
    digits = kind.removeprefix("upstream_")
    return (
        int(digits) if kind.startswith("upstream_") and digits.isascii() and digits.isdigit() else 0
    )
