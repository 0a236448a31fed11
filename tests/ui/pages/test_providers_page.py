"""The Providers page in its window: what it shows, and that page, tray and file agree."""

from __future__ import annotations

import tomllib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.providers.accounts import KeySource
from llmgw_desktop.app.providers.probe import OLLAMA_URL
from llmgw_desktop.domain.events import AccountChanged, FlightClosed, FlightOpened
from llmgw_desktop.domain.provider import AccountState, AccountStatus
from llmgw_desktop.ui.providers.account_dialog import AccountDialog
from llmgw_desktop.ui.providers.account_row import AccountRow
from llmgw_desktop.ui.providers.provider_card import FirstProvider, OfferCard
from llmgw_desktop.ui.providers.provider_dialog import ProviderDialog
from llmgw_desktop.ui.widgets.dialogs import ConflictDialog
from llmgw_desktop.ui.widgets.fields import TextLine, TextLines
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.toggles import Switch
from tests.support.made_flights import summary
from tests.support.routing_scene import FULL, set_full_scene
from tests.ui.pages.routing_stage import RoutingStage
from tests.ui.plain_gateway import NOW_S

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def words_of(card: object) -> str:
    labels = card.findChildren(Label)  # type: ignore[attr-defined]
    return " | ".join(label.text() for label in labels if not label.isHidden())


def switch(stage: RoutingStage, name: str) -> Switch:
    found = stage.button(f"Use provider {name}")
    assert isinstance(found, Switch)
    return found


def is_on(stage: RoutingStage, name: str) -> object:
    table = tomllib.loads(stage.file.read_text())["providers"][name]
    return table.get("enabled", True)


async def test_cards_tell_how_each_provider_stands(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    names = [card.accessibleName() for card in stage.providers.views]
    assert names == ["anthropic", "work-openai", "gemini", "groq", "ollama", "practice"]
    work = words_of(stage.card("work-openai"))
    assert "1 of 2 accounts ready" in work
    assert "cooling 2 m" in work
    assert "It asked for a pause (429)" in work
    assert "41 % left · resets in 5 m" in work
    assert "needs a key" in words_of(stage.card("gemini"))
    practice = stage.card("practice")
    assert "built in, offline and free" in words_of(practice)
    assert [each for each in practice.findChildren(Switch) if each.isVisible()] == []


async def test_cards_tell_what_was_used_of_each_account(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    uses = stage.gateway.health.uses
    uses.update({"ollama": "24 h: 3 requests", "work-openai/team": "24 h: 34 requests, $3.20"})
    await stage.open("providers")
    await stage.until(lambda: "24 h: 3 requests" in words_of(stage.card("ollama")))
    assert "24 h: 34 requests, $3.20" in words_of(stage.card("work-openai"))
    assert "24 h" not in words_of(stage.card("groq"))
    uses["groq"] = "24 h: 1 request"
    stage.gateway.control.publish(FlightClosed(summary=summary(1, provider="groq")))
    await stage.until(lambda: "24 h: 1 request" in words_of(stage.card("groq")))


async def test_cards_tell_what_is_under_way_now_and_what_it_cost(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    stage.gateway.health.known.clear()
    spending = stage.gateway.health.spending
    spending.running, spending.told = {}, {"groq": "today 34 requests, $3.20"}
    await stage.open("providers")
    assert "today 34 requests, $3.20" in words_of(stage.card("groq"))
    assert "today" not in words_of(stage.card("ollama"))
    assert not stage.providers._tick.isActive()
    spending.running = {"groq": 2}
    stage.gateway.control.publish(FlightOpened(flight_id="flt_1"))
    await stage.until(lambda: "2 under way · today 34" in words_of(stage.card("groq")))
    assert stage.providers._tick.isActive()
    spending.running = {}
    await stage.until(lambda: "under way" not in words_of(stage.card("groq")))
    assert not stage.providers._tick.isActive()


async def test_page_tray_and_file_agree_whoever_is_asked(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    switch(stage, "ollama").click()
    await stage.until(lambda: not stage.tray_line("ollama").isChecked())
    assert is_on(stage, "ollama") is False
    assert not switch(stage, "ollama").isChecked()
    stage.tray_line("ollama").trigger()
    await stage.until(lambda: switch(stage, "ollama").isChecked())
    assert is_on(stage, "ollama") is True
    by_hand = stage.file.read_text().replace("local = true\n", "local = true\n# mine\n")
    stage.gateway.settings.write(by_hand.replace("enabled = true", "enabled = false"))
    await stage.until(lambda: not switch(stage, "ollama").isChecked())
    assert not stage.tray_line("ollama").isChecked()


async def test_a_toggle_can_be_taken_back_byte_for_byte(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    switch(stage, "anthropic").click()
    await stage.until(lambda: stage.undo.isVisible())
    assert stage.undo.text == "anthropic is off."
    assert stage.file.read_text() != FULL
    stage.choose("Undo change of settings")
    await stage.until(lambda: stage.file.read_text() == FULL)
    await stage.until(lambda: switch(stage, "anthropic").isChecked())


async def test_a_removed_provider_comes_back(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.button("Remove groq").click()
    await stage.until(lambda: "groq" not in [v.accessibleName() for v in stage.providers.views])
    assert [each.text().split(" (")[0] for each in stage.tray._providers.actions()] == [
        "anthropic",
        "work-openai",
        "gemini",
        "ollama",
    ]
    stage.button("Undo the last change").click()
    await stage.until(lambda: stage.file.read_text() == FULL)
    await stage.until(lambda: "groq" in [v.accessibleName() for v in stage.providers.views])


async def test_what_cannot_be_written_is_said_and_the_switch_goes_back(
    stage: RoutingStage,
) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.button("Remove ollama").click()
    await stage.until(lambda: stage.window.troubles.words)
    (words,) = stage.window.troubles.words
    assert words.startswith("The settings were not changed.")
    assert 'there is no provider "ollama"' in words
    assert stage.file.read_text() == FULL
    stage.file.write_text(FULL + "oops\n")
    switch(stage, "anthropic").click()
    await stage.until(lambda: any("not valid TOML" in each for each in stage.window.troubles.words))
    assert stage.file.read_text() == FULL + "oops\n"
    await stage.until(lambda: switch(stage, "anthropic").isChecked())


async def test_the_same_table_changed_by_hand_is_shown_and_mine_can_be_kept(
    stage: RoutingStage,
) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.file.write_text(FULL.replace('"OWN_GROQ_KEY"', '"GROQ_API_KEY"'))
    switch(stage, "groq").click()
    await stage.until(lambda: stage.window.findChild(ConflictDialog) is not None)
    assert is_on(stage, "groq") is False
    dialog = stage.one(ConflictDialog)
    sides = [view.toPlainText() for view in dialog.findChildren(TextLines)]
    assert "enabled = true" in sides[0]
    assert "GROQ_API_KEY" in sides[1]
    dialog.keep_mine.click()
    await stage.until(lambda: is_on(stage, "groq"))
    assert '"GROQ_API_KEY"' in stage.file.read_text()
    await stage.until(lambda: switch(stage, "groq").isChecked())


async def test_keeping_theirs_writes_nothing(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    theirs = FULL.replace('"OWN_GROQ_KEY"', '"GROQ_API_KEY"')
    stage.file.write_text(theirs)
    stage.tray_line("groq").trigger()
    await stage.until(lambda: stage.window.findChild(ConflictDialog) is not None)
    QTest.keyClick(stage.one(ConflictDialog), Qt.Key.Key_Escape)
    await stage.until(lambda: stage.window.findChild(ConflictDialog) is None)
    assert stage.file.read_text() == theirs
    assert not switch(stage, "groq").isChecked()
    assert not stage.tray_line("groq").isChecked()


async def test_an_account_is_switched_and_asked_again(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.button("Ask it again now work-openai/team").click()
    assert stage.gateway.health.reset_accounts == ["work-openai/team"]
    stage.button("Use account reserve").click()
    await stage.until(lambda: "enabled = false\n\n[providers.gemini]" in stage.file.read_text())


async def test_news_of_an_account_is_shown_at_once(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    status = AccountStatus(
        account="ollama", state=AccountState.COOLING, until_s=NOW_S + 30, reason="It was silent."
    )
    stage.gateway.health.known["ollama"] = status
    stage.gateway.control.publish(AccountChanged(status=status))
    await stage.until(lambda: "cooling 30 s" in words_of(stage.card("ollama")))
    assert stage.tray_line("ollama").text() == "ollama (cooling 30 s)"


async def test_only_a_page_in_sight_counts_down(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    assert stage.providers._tick.isActive()
    stage.window.show_page("flights")
    assert not stage.providers._tick.isActive()
    stage.gateway.health.known.clear()
    stage.window.show_page("providers")
    assert not stage.providers._tick.isActive()


async def test_a_test_shows_what_came_of_it(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    answers = stage.gateway.asker.answers
    answers["https://api.anthropic.com"] = (200, b'{"data": [{"id": "claude-x"}]}')
    await stage.open("providers")
    test = stage.button("Test anthropic")
    test.click()
    assert (test.text(), test.isEnabled()) == ("Testing …", False)
    await stage.until(lambda: "1 model, claude-x" in words_of(stage.card("anthropic")))
    assert (test.text(), test.isEnabled()) == ("Test", True)
    stage.button("Test gemini").click()
    await stage.until(lambda: "refused the connection" in words_of(stage.card("gemini")))


async def test_a_newcomer_is_shown_three_ways(stage: RoutingStage) -> None:
    stage.gateway.settings.env["ANTHROPIC_API_KEY"] = "k"
    await stage.open("providers")
    assert stage.one(FirstProvider).isVisible()
    assert not stage.file.exists()
    offer = stage.one(OfferCard)
    assert offer.words == "Found in your environment: ANTHROPIC_API_KEY. Use it for Anthropic?"
    stage.button("Use it", offer).click()
    await stage.until(lambda: len(stage.providers.views) == 2)
    assert stage.card("anthropic").isVisible()
    assert stage.window.findChild(FirstProvider) is None or not stage.one(FirstProvider).isVisible()
    assert "ANTHROPIC_API_KEY" in stage.file.read_text()


async def test_an_offer_can_be_declined(stage: RoutingStage) -> None:
    stage.gateway.settings.env["ANTHROPIC_API_KEY"] = "k"
    await stage.open("providers")
    stage.button(f"Dismiss: {stage.one(OfferCard).words}").click()
    await stage.turns()
    assert [each for each in stage.window.findChildren(OfferCard) if each.isVisible()] == []
    assert not stage.file.exists()


async def test_ollama_is_asked_only_on_a_click(stage: RoutingStage) -> None:
    await stage.open("providers")
    assert stage.gateway.asker.asked == []
    stage.button("Look for Ollama", stage.one(FirstProvider)).click()
    await stage.until(lambda: stage.window.findChild(OfferCard) is not None)
    assert "No Ollama answers" in stage.one(OfferCard).words
    stage.gateway.asker.answers[OLLAMA_URL] = (200, b'{"data": [{"id": "qwen3"}]}')
    stage.button("Look for Ollama", stage.one(FirstProvider)).click()
    await stage.until(lambda: "Ollama runs" in stage.window.findChildren(OfferCard)[-1].words)
    stage.button("Add it").click()
    await stage.until(lambda: stage.file.exists() and "11434" in stage.file.read_text())
    await stage.until(lambda: len(stage.providers.views) == 2)
    assert stage.card("ollama").isVisible()


async def test_adding_by_dialog(stage: RoutingStage) -> None:
    await stage.open("providers")
    stage.button("Add a server…").click()
    dialog = stage.one(ProviderDialog)
    assert dialog.isVisible()
    dialog._name.setText("lan")
    dialog.save_wanted.emit()
    await stage.until(lambda: dialog._fields["base_url"].note.startswith("Expected the address"))
    assert not stage.file.exists()
    dialog._address.setText("http://127.0.0.1:1234/v1")
    dialog.save_wanted.emit()
    await stage.until(lambda: "with the switch below it" in dialog._fields["base_url"].note)
    dialog._local.set_on(True)
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.file.exists())
    await stage.until(lambda: stage.window.findChild(ProviderDialog) is None)
    await stage.until(lambda: len(stage.providers.views) == 2)
    assert stage.card("lan").isVisible()


async def test_changing_by_dialog_keeps_comments(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.button("Edit work-openai").click()
    dialog = stage.one(ProviderDialog)
    assert not dialog._name.isEnabled()
    dialog._models.setText("gpt-5.5, gpt-5.5-mini")
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.window.findChild(ProviderDialog) is None)
    before, _, after = FULL.partition('models = ["gpt-5.5", "gpt-5.5-mini", "o5"')
    text = stage.file.read_text()
    assert text.startswith(before)
    assert text.endswith(after.partition("]\n")[2])


async def test_a_second_account_is_added_by_dialog(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.button("Add an account to anthropic").click()
    dialog = stage.one(AccountDialog)
    dialog._name.setText("work")
    dialog.save_wanted.emit()
    vault = dialog._fields["vault"]
    await stage.until(lambda: vault.note.startswith("Paste the key"))
    dialog._key._secret.setText("sk-work")
    dialog._budgets.setText("5 usd a day")
    assert dialog._fields["project"].isVisible()
    dialog._key.choose(KeySource.ENVIRONMENT)
    assert not dialog._fields["project"].isVisible(), "only the vault has a key for each project"
    dialog._key.choose(KeySource.VAULT)
    dialog._project.setText("shop")
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.window.findChild(AccountDialog) is None)
    assert 'budgets = [{usd = 5, per = "day"}]' in stage.file.read_text()
    await stage.until(lambda: "1 of 2 accounts ready" not in words_of(stage.card("anthropic")))
    await stage.until(lambda: "work" in words_of(stage.card("anthropic")))
    assert 'vault = "anthropic/anthropic.work"' in stage.file.read_text()
    assert "sk-work" not in stage.file.read_text()
    stage.button("Remove anthropic/work").click()
    await stage.until(lambda: stage.file.read_text() == FULL)


async def test_another_key_is_named_for_the_account_that_wants_it(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    del stage.gateway.settings.env["TEAM_KEY"]
    stage.gateway.settings.write(f"{FULL}\n")
    await stage.open("providers")
    stage.button("Name another key… work-openai/team").click()
    dialog = stage.one(AccountDialog)
    assert dialog._name.text() == "team"
    dialog._key.by_name["api_key_env"].findChild(TextLine).setText("RESERVE_KEY")
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.window.findChild(AccountDialog) is None)
    written = stage.file.read_text()
    assert written == f"{FULL}\n".replace('"TEAM_KEY"', '"RESERVE_KEY"')


async def test_a_provider_whose_accounts_have_the_keys_says_so(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    stage.button("Edit work-openai").click()
    dialog = stage.one(ProviderDialog)
    assert dialog._fields["key_source"].note == "Beside those of its accounts: team, reserve."


async def test_a_newcomer_is_asked_for_a_key_and_not_for_a_variable(stage: RoutingStage) -> None:
    await stage.open("providers")
    stage.button("Add a vendor…").click()
    dialog = stage.one(ProviderDialog)
    assert dialog.form.key_source is KeySource.VAULT
    dialog.save_wanted.emit()
    await stage.until(lambda: dialog._fields["vault"].note.startswith("Paste the key"))
    assert not stage.file.exists()
    dialog._key._secret.setText("sk-mine")
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.file.exists())
    assert stage.gateway.vault.kept == [("anthropic", "anthropic", "sk-mine")]


async def test_a_key_that_lies_in_the_vault_is_chosen_and_not_typed_again(
    stage: RoutingStage,
) -> None:
    stage.gateway.vault.names.add("anthropic/imported")
    await stage.open("providers")
    stage.button("Add a vendor…").click()
    dialog = stage.one(ProviderDialog)
    secret = dialog._fields["vault"]
    assert secret.isVisible()
    dialog._key._entry.choose("anthropic/imported")
    assert not secret.isVisible()
    dialog.save_wanted.emit()
    await stage.until(lambda: stage.file.exists())
    assert 'vault = "anthropic/imported"' in stage.file.read_text()
    assert stage.gateway.vault.kept == []


async def test_an_entry_that_is_not_there_is_called_that(stage: RoutingStage) -> None:
    stage.gateway.settings.write('[providers.a]\nkind = "openai"\nvault = "openai/gone"\n')
    await stage.open("providers")
    stage.button("Edit a").click()
    entry = stage.one(ProviderDialog)._key._entry
    assert entry.currentText() == "openai/gone, which is not there"


async def test_the_keys_lead_to_the_page_and_through_it(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("overview")
    stage.choose("Providers")
    assert stage.window.page_key == "providers"
    await stage.turns()
    turn = switch(stage, "anthropic")
    turn.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(turn, Qt.Key.Key_Space)
    await stage.until(lambda: not is_on(stage, "anthropic"))
    focused = QApplication.focusWidget()
    assert focused is turn, "a change leaves the keys where they are"
    assert len(stage.window.findChildren(AccountRow)) == 6


async def test_impatient_clicks_are_done_one_after_the_other(stage: RoutingStage) -> None:
    set_full_scene(stage.gateway)
    await stage.open("providers")
    for _ in range(3):
        switch(stage, "groq").click()
    switch(stage, "anthropic").click()
    await stage.until(lambda: not is_on(stage, "anthropic"))
    await stage.turns()
    assert is_on(stage, "groq") is True
    assert stage.window.findChild(ConflictDialog) is None
    assert stage.window.troubles.words == []
