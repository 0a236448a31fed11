"""Every attack that this gateway is to withstand, by its group and number, and where it is tried.

Groups: A what a web page can reach on loopback, B keys, C grammar and smuggling, F what the gateway
fetches, G MCP and OAuth, H secrets and storage, I the desktop and its computer.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attack:
    words: str
    elsewhere: tuple[str, ...] = ()
    """`file::test` of tests that try it already, below tests/; empty: `test_<id>_…` here does."""
    not_here: str = ""
    """Why there is nothing to attack."""


_HTTP = "engine/front/test_http_connection.py"
_MCP = "engine/front/test_mcp_door_bad_input.py"
_OWN = "engine/access/test_own_or_not_found.py"
_NO_UPSTREAM_MCP = "the gateway is a server of MCP alone: it asks no server of others"

ATTACKS = {
    "a1": Attack("a rebound name on every route"),
    "a2": Attack("host headers that are missing, doubled or almost ours"),
    "a3": Attack("a foreign page with a good key"),
    "a4": Attack("forms that a page sends unasked"),
    "a5": Attack("a preflight of a foreign page"),
    "a6": Attack("a picture or script that changes something"),
    "a7": Attack("a cross-site request without an origin"),
    "a8": Attack("keys in addresses"),
    "a9": Attack("our pages in a frame"),
    "a10": Attack(
        "names that are markup, turn the text around or command a terminal",
        ("app/words/test_inert_text.py::test_what_moves_or_hides_becomes_visible",),
    ),
    "a11": Attack("learning from what strangers are told"),
    "a12": Attack("a door that stands open by mistake"),
    "a13": Attack("another user of this computer"),
    "b1": Attack("keys that are none"),
    "b2": Attack("keys that are SQL"),
    "b3": Attack("a key that was revoked, also in the middle of a stream"),
    "b4": Attack("our key in a vendor's hands"),
    "b5": Attack("administration with an ordinary key"),
    "b6": Attack("ten thousand wrong keys"),
    "b7": Attack(
        "a vault without its master key",
        ("store/vault/test_lock.py::test_a_new_key_is_never_made_where_there_is_one",),
    ),
    "b8": Attack(
        "one key for two purposes",
        ("store/vault/test_tampering.py::test_no_purpose_shares_a_key",),
    ),
    "c1": Attack("two lengths of one body"),
    "c2": Attack("bytes that are no header"),
    "c3": Attack("headers of one hop"),
    "c4": Attack("headers that only a trusted proxy may send"),
    "c5": Attack("heads beyond all bounds, and paths in disguise"),
    "c6": Attack(
        "bytes that drip",
        (
            f"{_HTTP}::test_one_that_drips_is_not_waited_for",
            f"{_HTTP}::test_one_that_stalls_is_a_408_in_the_callers_dialect",
            "engine/front/test_body_pace.py::test_who_drips_with_a_key_is_told_so_and_cut_off",
        ),
    ),
    "c7": Attack(
        "bodies that unpack to gigabytes",
        ("engine/test_hostile.py::test_a_body_that_unpacks_to_a_gigabyte_stops_nobody",),
    ),
    "c8": Attack("a vendor that sends us elsewhere"),
    "c9": Attack(
        "an answer that is cut in the middle of another",
        (
            "engine/front/test_cut_answers.py::"
            "test_a_whole_answer_that_is_cut_while_it_is_read_slowly_is_no_whole_one",
        ),
    ),
    "c10": Attack(
        "words in disguise, which guards would not look at",
        (
            "wire/test_prompt_parts.py::test_no_disguise_hides_words_or_makes_them_somebody_elses",
            "wire/test_unmasked_stream.py::"
            "test_a_vendor_makes_nobody_wait_with_very_many_digits_or_open_ends",
        ),
    ),
    "c11": Attack(
        "values of a job that our own templates would fill",
        ("engine/jobs/test_program.py::test_no_value_of_a_caller_is_filled_as_ours_are",),
    ),
    "c12": Attack(
        "a proxy that hides behind the person's own key",
        ("engine/front/test_guard.py::test_a_proxys_mark_speaks_against_the_persons_key",),
    ),
    "c13": Attack(
        "requests that two readers understand in two ways",
        (
            "engine/front/test_raw_requests.py::test_each_of_those_that_were_tried",
            "engine/front/test_raw_requests.py::test_the_door_and_the_grammar_are_of_one_mind",
        ),
    ),
    "c14": Attack(
        "answers and events without an end",
        ("engine/upstream/test_answer_bounds.py::test_a_whole_answer_is_bounded",),
    ),
    "f1": Attack(
        "providers that are the machine's own services",
        ("store/config/test_provider_address.py::test_never",),
    ),
    "f2": Attack("addresses in prompts that somebody would have to fetch"),
    "f3": Attack("a program's document at an address inside"),
    "f4": Attack(
        "a certificate that nobody knows",
        ("engine/upstream/test_http_client.py::test_a_certificate_nobody_knows_is_not_trusted",),
    ),
    "f5": Attack("a proxy that the environment names"),
    "g1": Attack(
        "sessions that are guessed, taken over or ended",
        (
            f"{_OWN}::test_mcp_sessions",
            f"{_MCP}::test_a_client_takes_no_other_clients_sessions",
        ),
    ),
    "g2": Attack(
        "a token for somebody else's door",
        ("engine/access/oauth/test_exchange.py::test_another_address_is_another_audience",),
    ),
    "g3": Attack("strangers that ask to be let in"),
    "g4": Attack("tools that were poisoned", not_here=_NO_UPSTREAM_MCP),
    "g5": Attack("a tool that is not listed, by its name"),
    "g6": Attack("a command out of a request", not_here=_NO_UPSTREAM_MCP),
    "g7": Attack("results without end", not_here=_NO_UPSTREAM_MCP),
    "g8": Attack("a server that asks the model", not_here=_NO_UPSTREAM_MCP),
    "g9": Attack(
        "calls that are canceled by others", (f"{_MCP}::test_only_the_owner_of_a_call_cancels_it",)
    ),
    "g10": Attack(
        "a program that asks until no other can",
        (
            "engine/access/oauth/test_rates.py::test_another_program_still_asks_when_one_asks_without_end",
            "engine/questions/consents/test_broker.py::test_of_one_program_does_not_shut_out_the_others",
        ),
    ),
    "h1": Attack(
        "secrets in everything that is written",
        ("redaction/test_families.py::test_a_key_goes_whole_and_what_is_around_it_stays",),
    ),
    "h2": Attack(
        "entries of the log that a stranger writes",
        (
            "app/test_log_file.py::test_nobody_can_write_entries_of_their_own",
            "app/test_log_file.py::test_an_endless_entry_is_cut",
        ),
    ),
    "h3": Attack(
        "a record that cannot be written",
        (
            "store/test_flight_store_faults.py::test_full_disk",
            "store/test_flight_store_faults.py::test_newer_schema",
        ),
    ),
    "h4": Attack(
        "settings that are no file",
        ("engine/test_hostile.py::test_a_pipe_in_the_place_of_the_settings_stops_nobody",),
    ),
    "h5": Attack(
        "a backup in the wrong hands", ("store/vault/test_backup.py::test_another_passphrase",)
    ),
    "h6": Attack(
        "other programs' files",
        (
            "app/connect/test_connector.py::test_what_others_write_meanwhile_stays",
            "app/connect/test_connector.py::test_what_cannot_be_read_is_never_written",
        ),
    ),
    "h7": Attack(
        "links and wide rights where secrets are written",
        (
            "store/test_private_files.py::test_no_link_is_followed_and_nothing_behind_one_changes",
            "store/test_access_key.py::test_link_in_its_place_is_refused_and_left_alone",
            "store/test_paths.py::test_folders_are_private_made_or_found",
        ),
    ),
    "i1": Attack(
        "a lock that nobody holds",
        ("store/test_instance_lock.py::test_a_killed_holder_leaves_no_lock_behind",),
    ),
    "i2": Attack("addresses that start the app", not_here="it is registered for none"),
    "i3": Attack("updates that were tampered with", not_here="it downloads none"),
    "i4": Attack("a foreign package", not_here="what is installed is decided by pip's own bounds"),
    "i5": Attack(
        "more connections than there is room for",
        (
            f"{_HTTP}::test_a_flood_is_closed_unheard",
            f"{_HTTP}::test_room_is_left_for_connections_to_providers",
        ),
    ),
    "i6": Attack("clocks that jump", ("store/vault/test_rotation.py::test_times_and_masks_stay",)),
    "i7": Attack(
        "modules of another program's Python",
        ("app/test_own_command.py::test_nothing_of_a_callers_python_stands_in_for_ours",),
    ),
    "i8": Attack(
        "a command pushed out of sight",
        ("app/test_question_words.py::test_blank_lines_push_no_command_out_of_sight",),
    ),
}
