"""What can be said from a device besides yes and no, and pages that stay what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.gateway.web import asked, content
from llmgw_desktop.app.gateway.web.door import FormTokens
from llmgw_desktop.app.gateway.web.page import pager_html
from llmgw_desktop.domain.jobs.approval import Decision, PermissionKind
from tests.engine.conftest import House
from tests.support.pocket_scene import Device
from tests.support.turned_clock import TurnedClock
from tests.support.web_view import asks

_ASKED: dict[str, Any] = {
    "command": "",
    "kind": PermissionKind.OTHER,
    "tool": "AskUserQuestion",
    "agent_words": "Which colour?\n- Red: warm\n- Blue: cold",
    "arguments": {"questions": [{"question": "Which colour?", "options": ["Red", "Blue"]}]},
    "is_question": True,
    "can_take_note": False,
    "form": "Your answer.",
    "offers": ("Red", "Blue"),
}


pytestmark = pytest.mark.usefixtures("at_once")


async def answer(phone: Device, question_id: str, choice: str, **more: str) -> int:
    form = await phone.form_of(f"/questions/{question_id}")
    fields = {"question": question_id, "form": form, "answer": choice, **more}
    return (await phone.ask("/answer", fields)).status


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({"chosen": "Blue", "note": ""}, "Blue"),
        ({"note": "Green, please"}, "Green, please"),
        ({"chosen": "Blue", "note": "but light"}, "but light"),
        ({"note": ""}, ""),
    ],
)
async def test_what_an_agent_itself_asks_is_answered_in_words(
    house: House, phone: Device, said: dict[str, str], heard: str
) -> None:
    question, answers = await asks(house, **_ASKED)
    page = await phone.ask(f"/questions/{question.id}")
    assert "Which colour?" in page.text
    assert 'value="Blue"' in page.text
    assert "It is not known what exactly this does" not in page.text
    assert "options" not in page.text, "what is said in words is not shown as JSON, too"
    assert await answer(phone, question.id, "once", **said) == 200
    assert (answers[0].decision, answers[0].note) == (Decision.ONCE, heard)


async def test_what_was_not_offered_is_no_answer(house: House, phone: Device) -> None:
    question, answers = await asks(house, **_ASKED)
    assert await answer(phone, question.id, "once", chosen="Pink", note="") == 400
    assert answers == []
    assert await answer(phone, question.id, "stop") == 200
    assert answers[0].decision is Decision.STOP


async def test_arguments_that_words_leave_out_are_shown(house: House, phone: Device) -> None:
    more = {"questions": [{"question": "Which colour?", "preview": "rm -rf /"}]}
    question, _ = await asks(house, **(_ASKED | {"arguments": more}))
    assert "rm -rf /" in (await phone.ask(f"/questions/{question.id}")).text


async def test_a_denial_takes_words_along_and_an_allowance_none(
    house: House, phone: Device
) -> None:
    question, answers = await asks(house, "npm publish")
    assert await answer(phone, question.id, "deny", note="Not before Monday") == 200
    assert (answers[0].decision, answers[0].note) == (Decision.DENY, "Not before Monday")
    question, answers = await asks(house, "npm test", "2")
    assert await answer(phone, question.id, "once", note="Not before Monday") == 200
    assert (answers[0].decision, answers[0].note) == (Decision.ONCE, "")


async def test_a_page_after_a_form_is_renewed_from_where_it_was(
    house: House, phone: Device
) -> None:
    """The form's own address has nothing to fetch: the script put «nothing here» in its place."""
    question, _ = await asks(house)
    fields = {"question": question.id, "form": "0." + "0" * 64, "answer": "deny"}
    stale = await phone.ask("/answer", fields)
    assert (stale.status, f'data-path="/questions/{question.id}"' in stale.text) == (409, True)
    assert 'href="/questions" aria-current="page"' in stale.text
    assert await answer(phone, question.id, "deny") == 200
    gone = await phone.ask("/answer", fields)
    assert "waits no longer" in gone.text
    assert f'data-path="/questions/{question.id}"' in gone.text


async def test_a_form_of_an_earlier_start_is_fetched_anew(house: House, tmp_path: Path) -> None:
    """Its token is none of ours: the script sees by the page's state that it is another."""
    question, _ = await asks(house)
    states = set()
    for _ in range(2):
        forms = FormTokens(TurnedClock())
        pages = asked.QuestionPages(
            lambda: house.container.question_list, forms, TurnedClock(), clean=str, base=""
        )
        found = [await pages.page(question.id, "a device") for _ in range(2)]
        assert found[0].state == found[1].state, "what was typed stays"
        states.add(found[0].state)
    assert len(states) == 2


async def test_older_jobs_are_on_further_pages(
    house: House, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[int] = []
    jobs = content.ViewContent.jobs

    async def noted(self: content.ViewContent, number: int) -> Any:
        asked_for.append(number)
        return await jobs(self, number)

    monkeypatch.setattr(content.ViewContent, "jobs", noted)
    for path in ("/jobs", "/jobs?page=2", "/jobs?page=x"):
        assert (await phone.ask(path)).status == 200
    assert asked_for == [1, 2, 1]
    assert ">Page 2 of 3<" in pager_html("/jobs", 2, 3)


async def test_the_bar_says_where_one_is(house: House, phone: Device) -> None:
    question, _ = await asks(house)
    for path in ("/", "/questions", f"/questions/{question.id}"):
        page = await phone.ask(path)
        assert 'href="/questions" aria-current="page"' in page.text, path
    assert 'href="/jobs" aria-current="page"' in (await phone.ask("/jobs")).text
