"""A question is answered once: by a person, by its end, or not at all because nobody asks."""

import asyncio

import pytest

from llmgw_desktop.engine.questions.desk import QuestionDesk

Heard = list[tuple[str, str | None]]
LONG_S = 3600.0


def _desk(heard: Heard) -> QuestionDesk[str, str]:
    return QuestionDesk(
        due=lambda question: f"too late for {question}",
        changed=lambda question, answer: heard.append((question, answer)),
    )


async def test_the_first_answer_counts_and_the_second_is_told_so() -> None:
    heard, answers = Heard(), list[str]()
    desk = _desk(heard)
    desk.put("q1", "may I?", answers.append, within_s=LONG_S)
    assert desk.waiting == ("may I?",)
    assert desk.answer("q1", "yes") is True
    assert desk.answer("q1", "no") is False
    assert answers == ["yes"]
    assert heard == [("may I?", None), ("may I?", "yes")]
    assert len(desk) == 0


async def test_it_is_told_before_whoever_asked_may_act() -> None:
    order = list[str]()

    def changed(question: str, answer: str | None) -> None:
        order.append(f"told {answer}")
        if answer is not None:
            raise OSError("deaf")

    desk = QuestionDesk[str, str](due=str, changed=changed)
    desk.put("q1", "may I?", lambda answer: order.append(f"given {answer}"), within_s=LONG_S)
    with pytest.raises(OSError, match="deaf"):
        desk.answer("q1", "yes")
    assert order == ["told None", "told yes", "given yes"]


async def test_an_unanswered_question_falls_due() -> None:
    heard, answers = Heard(), list[str]()
    desk = _desk(heard)
    desk.put("q1", "may I?", answers.append, within_s=0.0)
    while not answers:
        await asyncio.sleep(0.001)
    assert answers == ["too late for may I?"]
    assert desk.find("q1") is None


async def test_an_answered_question_does_not_fall_due() -> None:
    heard, answers = Heard(), list[str]()
    desk = _desk(heard)
    desk.put("q1", "may I?", answers.append, within_s=0.01)
    desk.answer("q1", "yes")
    await asyncio.sleep(0.03)
    assert answers == ["yes"]


async def test_more_can_be_told_of_a_question_that_waits() -> None:
    heard = Heard()
    desk = _desk(heard)
    desk.put("q1", "may I?", lambda answer: None, within_s=LONG_S)
    assert desk.replace("q1", "may I now?") is True
    assert desk.waiting == ("may I now?",)
    desk.answer("q1", "yes")
    assert desk.replace("q1", "late") is False
    assert heard == [("may I?", None), ("may I now?", None), ("may I now?", "yes")]


async def test_one_id_is_one_question() -> None:
    desk = _desk(Heard())
    desk.put("q1", "may I?", lambda answer: None, within_s=LONG_S)
    with pytest.raises(ValueError, match="q1 waits already"):
        desk.put("q1", "and I?", lambda answer: None, within_s=LONG_S)
    desk.answer("q1", "yes")
