"""What commands say of a gateway that runs: what it tells, and what its files show, each once."""

from llmgw_desktop.app.gateway.standing import GatewayStanding


def test_what_files_show_and_the_gateway_tells_is_said_once_and_with_a_way_out() -> None:
    said = "gateway.db is gone."
    told = [
        {"part": "store", "says": "Client keys are not accepted: gateway.db was taken away."},
        {"part": "vault", "says": said},
        {"part": "recorder", "says": "More came at once."},
    ]
    stands = GatewayStanding(
        store=said,
        store_do="Restore it.",
        vault="",
        vault_warning="",
        lost_flights=None,
        told={"status": "degraded", "problems": told},
        silence="",
    )
    store, recorder = stands.problems
    assert store == ("store", said, "Restore it.")
    assert recorder[:2] == ("recorder", "More came at once.")
    assert recorder[2].startswith("Requests still go through.")


def test_a_cause_is_told_once_and_what_comes_of_it_in_its_own_words() -> None:
    locked = "The vault is locked: its key is gone. Put it back."
    told = [
        {"part": "vault", "says": locked},
        {"part": "recorder", "says": f"Only figures are recorded: {locked}"},
        {"part": "audit", "says": locked},
    ]
    stands = GatewayStanding(
        store="",
        store_do="",
        vault=locked,
        vault_warning="",
        lost_flights=None,
        told={"status": "degraded", "problems": told},
        silence="",
    )
    assert [each[:2] for each in stands.problems] == [
        ("vault", locked),
        ("recorder", "Only figures are recorded."),
    ]
