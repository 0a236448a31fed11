"""The window in German: every word of it, no hole lost, nothing cut off; English costs nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.clients.known import ClientKind
from llmgw_desktop.app.demo import BAND, BAND_WHY
from llmgw_desktop.app.flights.columns import RowTime
from llmgw_desktop.app.flights.conversation.message_parts import SpeakerRole
from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection
from llmgw_desktop.app.mcp.tool_desk import ToolRow
from llmgw_desktop.domain.settings.door import Language
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.resources import resource_path
from llmgw_desktop.store.settings.schema import all_tables
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.clients.client_table import shown_name
from llmgw_desktop.ui.flights.detail import overview_tab
from llmgw_desktop.ui.flights.detail.overview_tab import TokenBar
from llmgw_desktop.ui.flights.detail.transcript_view import TranscriptView
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.overview.board import _running_line
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.page_makers import PAGES
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.tools.pane import says_in_words
from llmgw_desktop.ui.widgets import words
from llmgw_desktop.ui.widgets.label import Label, tip
from llmgw_desktop.ui.widgets.row_model import Column
from llmgw_desktop.ui.widgets.words import Phrasebook, said, speak
from tests.support.made_flights import BEGIN_S, summary
from tests.support.said_words import ROOT, by_room, catalogue, texts_of
from tests.ui.at_once import run_at_once
from tests.ui.pictures.checks import english_in
from tests.ui.plain_gateway import running_flight
from tests.ui.test_accessible_pages import made_shell, shown_pages, still_cut

_SIZE = (900, 600)


@pytest.fixture
def german(qapp: QApplication) -> Iterator[Phrasebook]:
    before = QLocale()
    speak(Language.GERMAN)
    assert words._catalogue is not None
    yield words._catalogue
    speak(Language.ENGLISH)
    QLocale.setDefault(before)
    for each in qapp.findChildren(QTranslator):
        qapp.removeTranslator(each)


def test_english_costs_nothing() -> None:
    text = "Nothing is under way."
    assert said(text) is text
    assert words._catalogue is None


def test_no_word_of_the_window_is_left_in_english() -> None:
    """Nor of those of `app` and `domain` that it shows: `python -m tests.support.said_words de`
    adds what is lacking, to be translated."""
    known = catalogue("de")
    lacking = {
        room: [each for each in texts if not any(known.get(each, ()))]
        for room, texts in by_room().items()
    }
    assert {room: texts for room, texts in lacking.items() if texts} == {}


def test_a_word_before_a_hole_is_read(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text('a = f"by {who}"; b = f" after {took}"; c = f"{n} ms"; d = f"{a} of {b}"')
    assert set(texts_of(path)) == {"by %1", " after %1"}


def test_nothing_is_translated_twice() -> None:
    tree = ElementTree.parse(resource_path("languages/de.ts"))
    told = Counter(each.findtext("source") for each in tree.iter("message"))
    assert [source for source, times in told.items() if times > 1] == []


def test_no_hole_is_lost_and_none_is_invented() -> None:
    for source, forms in catalogue("de").items():
        for form in forms:
            assert form, source
            assert set(re.findall(r"%[\dn]", source)) == set(re.findall(r"%[\dn]", form)), source
            assert source.startswith(" ") == form.startswith(" "), source
            assert source.endswith(" ") == form.endswith(" "), source
            assert ("&" in source.replace("&&", "")) == ("&" in form.replace("&&", "")), source


@pytest.mark.parametrize(
    ("english", "there"),
    [
        ("Nothing is under way.", "Gerade läuft nichts."),
        ("1 model", "1 Modell"),
        ("1,204 models", "1.204 Modelle"),
        ("96.1k", "96,1k"),
        ("$0.042", "0,042 $"),
        ("≥$1,204.50", "≥1.204,50 $"),
        ("12.4 s", "12,4 s"),
        ("3 m 05 s", "3 m 05 s"),
        ("21 Nov 15:01:58", "21. Nov. 15:01:58"),
        ("3 Mar 2025", "3. März 2025"),
        ("2026-11-21 15:01:58.042", "21.11.2026 15:01:58,042"),
        ("127.0.0.1:3333", "127.0.0.1:3333"),
        ("1.2.3", "1.2.3"),
        ("Flights of Models", "Anfragen von Models"),
        ("“Models”", "“Models”"),
        ("Copied. Denied.", "Kopiert. Abgelehnt."),
        ("12.4 s · 1 flight", "12,4 s · 1 Anfrage"),
        ("1 flight, 2 errors", "1 Anfrage, 2 Fehler"),
        ("Done: See it", "Fertig: See it"),
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("ready.", "bereit."),
        ("Sat 21", "Sa. 21."),
        ("MCP by HTTP", "MCP über HTTP"),
        ("MCP by HTTP, and its models", "MCP über HTTP, und seine Modelle"),
        ("Left alone for now: 3 (and 4 more).", "Vorerst in Ruhe gelassen: 3 (und 4 weitere)."),
        ("It asked for a pause (429). 41 % left", "Er bat um eine Pause (429). noch 41 %"),
        (
            "c1: 1,000 of 4,000 tokens, 0.50 US dollars, 2 under way with up to 820 tokens",
            "c1: 1.000 von 4.000 Token, 0,50 US-Dollar, 2 unterwegs mit bis zu 820 Token",
        ),
        ("+1,200 (+1.5 %)", "+1.200 (+1,5 %)"),
        ("13.0 s …", "13,0 s …"),
        ("107 µs", "107 µs"),
        ("≤$17.28", "≤17,28 $"),
        ("$2.01 used", "2,01 $ verbraucht"),
        ("48.2k in (91 % cached)", "48,2k ein (91 % aus dem Cache)"),
        ("claude · by nightly · asked 15:01:58", "claude · von nightly · verlangt 15:01:58"),
        ("Route 'reviews' names it.", "Route „reviews“ nennt ihn."),
        ("'anthropic' is its vendor.", "„anthropic“ ist sein Hersteller."),
        ("Weight 2.", "Gewicht 2."),
        ("Route 'a b' matches, number 2 of the list.", "Route „a b“ passt, Nummer 2 der Liste."),
        (
            "'codex' has used up its budget of 2 US dollars a day.",
            "„codex“ hat sein Budget von 2 US-Dollar am Tag aufgebraucht.",
        ),
        ("default 3333", "Vorgabe 3333"),
        ("See which models you have", "Sehen, welche Modelle es gibt"),
        ("It is this, and that it has left", "It is this, and that it has left"),
        ("Ministry of Truth", "Ministry of Truth"),
        ("Nightly run", "Nightly run"),
        ("through socks5://a:1", "über socks5://a:1"),
        (
            "Odd. It is left alone until then; the others answer.",
            "Odd. Er wird bis dahin in Ruhe gelassen; die anderen antworten.",
        ),
        (
            "Input tokens: 4,812 in all, 416 fresh, 402 written to a cache, 3,994 read from one.",
            "Eingabe-Token: 4.812 insgesamt, 416 neu, 402 in einen Cache geschrieben, 3.994 aus"
            " einem gelesen.",
        ),
        ("Use it as it is …", "So verwenden …"),
        ("Codex wants to change 2 files", "Codex möchte 2 Dateien ändern"),
        (
            "Codex wants to change 2 files: /src/the parser.py and 1 more",
            "Codex möchte 2 Dateien ändern: /src/the parser.py und 1 weitere",
        ),
        (
            "The application ends as soon as 5 jobs have ended.",
            "Die Anwendung wird beendet, sobald 5 Aufträge zu Ende sind.",
        ),
        ("At least $0.0075: the answer broke off", "Mindestens 0,0075 $: die Antwort brach ab"),
        (
            "The cost of 371 flights is not known.",
            "Die Kosten von 371 Anfragen sind nicht bekannt.",
        ),
        ("1 of 3", "1 von 3"),
        ("", ""),
    ],
)
def test_what_is_said(german: Phrasebook, english: str, there: str) -> None:
    assert said(english) == there


def test_what_each_setting_expects(german: Phrasebook) -> None:
    """Below its field, and when something else was typed."""
    lacking = set()
    for table in all_tables():
        for each in table.settings.values():
            told = each.kind.expected
            if not re.search(r" (the|of|a|or|to|as|for|that) ", f" {told} "):
                continue  # names that may be written there
            forms = (told, f"{told[0].upper()}{told[1:]}", f"expected {told}")
            lacking |= {form for form in forms if german.said(form) == form}
    assert lacking == set()


def test_what_others_said_stays(german: Phrasebook, theme: Theme) -> None:
    assert Label(theme, "Models").text() == "Modelle"
    assert Label(theme, "Models", is_verbatim=True).text() == "Models"
    own = Column[str](key="name", title="Name", text=lambda row: row)
    assert own.shown("Models") == "Models"
    state = Column[str](key="state", title="State", text=lambda row: row, is_words=True)
    assert state.shown("Models") == "Modelle"
    long = "Models " * 400
    assert said(long) == long


def test_cells_of_flights_are_said_and_names_are_not(german: Phrasebook) -> None:
    model = FlightModel(lambda: RowTime.at(BEGIN_S + 40 * 86_400, UTC))
    model.load([summary(7, model_asked="Models", model_served="Models")], 0)
    cells = {
        column.key: str(model.data(model.index(0, at))) for at, column in enumerate(model.columns)
    }
    assert re.fullmatch(r"\d\d?\. [A-Z]\S+ \d\d:\d\d:\d\d", cells["time"]), cells["time"]
    assert cells["model"] == "Models"
    assert cells["operation"] == "Erzeugung"


def test_no_date_is_written_by_the_system_s_language() -> None:
    """`%b` gives «Mär» where the computer speaks German, whatever the window speaks."""
    for path in sorted(ROOT.rglob("*.py")):
        found = re.findall(r"\{\w+:[^}'\"]*%[aAbBcxXp].*", path.read_text(encoding="utf-8"))
        assert not found, path


def test_headings_of_a_conversation_are_said_and_names_are_not(
    german: Phrasebook, theme: Theme
) -> None:
    view = TranscriptView(theme, "Request")
    titles = ("System", "Tools on offer", "Assistant", "Tool call Bash", "Result of Bash, failed")
    view.show_sections(
        tuple(TranscriptSection(role=SpeakerRole.USER, depth=0, title=each) for each in titles)
    )
    lines = [each for each in view.toPlainText().splitlines() if each.strip()]
    assert lines[0] == "System"
    assert not {"Tools on offer", "Assistant"} & set(lines), lines
    assert all("Bash" in each for each in lines[3:5]), lines
    assert not any("Tool call" in each or "Result of" in each for each in lines), lines
    view.deleteLater()


def test_why_a_server_does_not_answer_is_ours_to_say(german: Phrasebook) -> None:
    words = "wiki wants you to sign in: on the page Tools, or with llmgw tools sign-in wiki."
    row = ToolRow(server="wiki", tool="", state="wanted", says=words, facts="")
    assert says_in_words(row) == german.said(words) != words
    assert says_in_words(replace(row, state="running")) == words


def test_markup_of_a_tip_is_made_after_it_is_said(german: Phrasebook) -> None:
    assert tip("Copied.") == "Kopiert."
    assert "&lt;b&gt;" in tip("<b>Copied.")


def test_the_system_decides_where_nobody_does(
    german: Phrasebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, there in (("de_AT", "Abbrechen"), ("fr_FR", "Cancel"), ("C", "Cancel")):
        monkeypatch.setattr(QLocale, "system", lambda name=name: QLocale(name))
        speak(Language.SYSTEM)
        assert said("Cancel") == there


def test_what_is_missed_can_be_collected(german: Phrasebook) -> None:
    german.missed = set()
    assert said("No catalogue has this sentence.") == "No catalogue has this sentence."
    assert german.missed == {"No catalogue has this sentence."}


@pytest.fixture
def shell(
    german: Phrasebook, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DesktopShell]:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    with made_shell(theme, tmp_path) as made:
        yield made


def test_every_page_fits_in_german_and_says_nothing_in_english(shell: DesktopShell) -> None:
    window = shell.window
    assert window is not None
    window.resize(*_SIZE)
    titles = [each.title for each in window.page_facts]
    assert "Einstellungen" in titles
    assert len(titles) == len(PAGES)
    trouble: list[str] = []
    for key in shown_pages(window):
        trouble += (f"{key}: {each}" for each in (*still_cut(window), *english_in(window)))
        assert (window.width(), window.height()) == _SIZE, key
    assert trouble == []


def test_what_is_painted_is_said(german: Phrasebook, theme: Theme) -> None:
    """Words that no widget takes are looked up by whoever paints them."""
    german.missed = set()
    bar = TokenBar(theme)
    bar.show_usage(Usage(input_tokens=100, output_tokens=7, cache_read_tokens=40))
    bar.resize(600, 80)
    with patch.object(overview_tab, "said", wraps=said) as asked:
        bar.grab()
    painted = {call.args[0] for call in asked.call_args_list}
    assert {"Fresh input", "Cache read", "Cache hit rate", "Output"} <= painted
    assert not [each for each in painted if each in german.missed and " " in each]


def test_what_is_under_way_is_told_in_german(german: Phrasebook) -> None:
    line = _running_line(running_flight(1, chunks=5), 1600)
    assert (line.progress, line.elapsed) == ("5 Stücke", "1,6 s")
    assert german.said(BAND) != BAND
    assert german.said(BAND_WHY) != BAND_WHY


def test_who_never_asked_is_told_so_in_german(german: Phrasebook) -> None:
    assert german.said("never") == "nie"
    assert shown_name("Everyone else", ClientKind.EVERYBODY) == "Alle anderen"
    assert shown_name("Everyone else", ClientKind.KEY) == "Everyone else"
