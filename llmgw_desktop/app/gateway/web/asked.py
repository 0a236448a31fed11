"""Questions that wait, on pages: a line each, one as a whole with its form, and the answer.

Shared by the web view and paired devices, so that a question looks and is answered alike.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, quote

from llmgw_desktop.app.access.consent_pages import escape
from llmgw_desktop.app.gateway.web.door import ARM_AFTER_S, FormTokens
from llmgw_desktop.app.gateway.web.page import (
    ViewPage,
    ViewRow,
    facts_html,
    heading,
    link_html,
    paragraph,
    text_html,
    time_left_html,
)
from llmgw_desktop.app.jobs.words import today_of
from llmgw_desktop.app.questions.consent_words import NOT_VERIFIED, consent_view
from llmgw_desktop.app.questions.permission_words import (
    AGENT_SAYS,
    TO_WRITE,
    asked_parts,
    permission_view,
)
from llmgw_desktop.app.words.figures import clock_text
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentTerm
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.jobs.approval import Decision, PermissionQuestion
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.questions.waiting.item import (
    AnswerPlace,
    GivenAnswer,
    OpenQuestion,
    QuestionChoice,
)
from llmgw_desktop.engine.questions.waiting.question_list import QuestionList

LONGEST_TEXT = 40_000
"""Characters of HTML that one question fills; a longer one is allowed in the window or a
terminal."""
STALE = "This page was too old, or of another sign-in. Look again, then answer."
_TOO_QUICK = "That was quick. Read what is asked, then answer."
_MOST_FIELDS = 40
_LONGEST_NOTE = 1_000
_TOO_LONG = "This is too long for a page: allow it in the window or by command, or deny it."
_LONG_LINE = 200
"""Characters; what is longer, or has lines, is shown as a text of its own."""


@value
class QuestionForm:
    """Whose pages it stands on, and its token."""

    base: str
    token: str


class Fields:
    """A form as it came. Raises MalformedRequest for what is none of ours."""

    def __init__(self, body: bytes) -> None:
        try:
            text = body.decode("ascii")
            self._fields = parse_qs(
                text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
            )
        except ValueError as error:  # UnicodeDecodeError is one
            raise MalformedRequest("The form is not the one that was shown.") from error

    def one(self, name: str) -> str:
        values = self._fields.get(name, ())
        if len(values) != 1:
            raise MalformedRequest("The form is not the one that was shown.")
        return values[0]

    def all(self, name: str) -> Sequence[str]:
        return self._fields.get(name, ())


def choice_in(question: OpenQuestion, fields: Fields) -> QuestionChoice:
    """Raises MalformedRequest for one that was not offered."""
    try:
        return question.choice(fields.one("answer"))
    except ValueError as error:
        raise MalformedRequest("That answer was not offered.") from error


async def give(
    questions: QuestionList, question: OpenQuestion, fields: Fields, *, at_s: float, person: str
) -> bool:
    """False where it waits no longer: who answered first has answered. Raises MalformedRequest for
    what was not offered."""
    choice = choice_in(question, fields)
    scopes = {str(each): each for each in question.scopes}
    if any(each not in scopes for each in fields.all("scope")):
        raise MalformedRequest("It did not ask for that.")
    try:
        given = GivenAnswer(
            choice=choice.id,
            place=AnswerPlace.DEVICE,
            at_s=at_s,
            person=person,
            note=_note(question, fields) if choice.takes_note else "",
            scopes=tuple(scopes[each] for each in scopes if each in fields.all("scope")),
            term=ConsentTerm(fields.one("term")) if question.terms and choice.allows else None,
        )
        return bool((await questions.answer([question.id], given)).answered)
    except ValueError as error:
        raise MalformedRequest(f"{error}."[:300]) from error


def _note(question: OpenQuestion, fields: Fields) -> str:
    """What was written, or else chosen of what is offered."""
    written = "".join(fields.all("note")[:1]).strip()[:_LONGEST_NOTE]
    chosen = "".join(fields.all("chosen")[:1])
    if chosen and chosen not in _offers(question):
        raise MalformedRequest("That answer was not offered.")
    return written or chosen


def _offers(question: OpenQuestion) -> Sequence[str]:
    asked = question.native
    return asked.ask.offers if isinstance(asked, PermissionQuestion) else ()


def question_row(question: OpenQuestion, base: str, now_s: float) -> ViewRow:
    words = (
        inert_line(question.blocks, 80),
        f"asked {clock_text(question.since_s, today_of(now_s))}",
    )
    return ViewRow(
        title=inert_line(question.title, 200),
        words=" · ".join(each for each in words if each),
        href=f"{base}/questions/{question.id}",
        until_s=question.until_s,
    )


def question_page(
    question: OpenQuestion, form: QuestionForm, clean: Callable[[str], str], *, problem: str = ""
) -> ViewPage:
    """`clean` takes secrets out of what is shown. For a thread: it may be large."""
    told, title = clean(_told(question)), clean(_title(question))
    is_whole = len(told) <= LONGEST_TEXT
    content = "".join(
        (
            paragraph(problem, "problem"),
            heading(title),
            _silence(question),
            told if is_whole else paragraph(_TOO_LONG, "warn"),
            _form(question, form, may_allow=is_whole),
            f"<p>{link_html(f'{form.base}/questions', 'All questions')}</p>",
        )
    )
    return ViewPage(
        title=title,
        content=content,
        topics=("questions",),
        state=f"waits-{question.id}",
        path=_path(form.base, question.id),
    )


def gone_page(base: str, question_id: str) -> ViewPage:
    content = "".join(
        (
            heading("It waits no longer"),
            paragraph("It was answered elsewhere, its time is over, or who asked has left."),
            f"<p>{link_html(f'{base}/questions', 'All questions')}</p>",
        )
    )
    path = _path(base, question_id)
    return ViewPage(title="It waits no longer", content=content, topics=("questions",), path=path)


def _path(base: str, question_id: str) -> str:
    """A form's answer has another address, which cannot be asked for anew."""
    return f"{base}/questions/{quote(question_id, safe='')}"


def _title(question: OpenQuestion) -> str:
    """Of an agent's without the thing itself, which stands below in full."""
    if isinstance(question.native, PermissionQuestion):
        return permission_view(question.native).what
    return inert_line(question.title, 200)


@value
class Given:
    """What came of a form: the page that says so, and whether the answer counted."""

    page: ViewPage
    counted: bool = False


class QuestionPages:
    """Of one kind of page, which begins at `base`. `clean` takes secrets out of a text."""

    def __init__(
        self,
        questions: Callable[[], QuestionList],
        forms: FormTokens,
        clock: Clock,
        *,
        clean: Callable[[str], str],
        base: str,
    ) -> None:
        self._questions = questions
        self._forms = forms
        self._clock = clock
        self._clean = clean
        self._base = base

    @property
    def count(self) -> int:
        return len(self._questions())

    def rows(self) -> list[ViewRow]:
        now_s = self._clock.now_s()
        return [question_row(each, self._base, now_s) for each in self._questions().waiting]

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""
        return self._questions().attend()

    async def page(self, question_id: str, session: str, problem: str = "") -> ViewPage:
        """`session`: whose form it is to be."""
        question = self._questions().find(question_id)
        if question is None:
            return gone_page(self._base, question_id)
        form = QuestionForm(base=self._base, token=self._forms.make(session, question_id))
        page = await asyncio.to_thread(question_page, question, form, self._clean, problem=problem)
        return replace(page, state=f"{page.state}-{self._forms.epoch}")

    async def answered(self, fields: Fields, session: str, person: str) -> Given:
        """Raises MalformedRequest."""
        question_id = fields.one("question")
        age_s = self._forms.age_s(session, question_id, fields.one("form"))
        question = self._questions().find(question_id)
        if question is None:
            return Given(page=gone_page(self._base, question_id))
        choice = choice_in(question, fields)
        if age_s is None or (choice.allows and age_s < ARM_AFTER_S):
            problem = STALE if age_s is None else _TOO_QUICK
            page = await self.page(question_id, session, problem)
            return Given(page=replace(page, status=409))
        now_s = self._clock.now_s()
        if not await give(self._questions(), question, fields, at_s=now_s, person=person):
            return Given(page=gone_page(self._base, question_id))
        done = f"Answered: {self._clean(inert_line(choice.words, 160))}."
        content = (
            paragraph(done, "done") + f"<p>{link_html(f'{self._base}/questions', 'Go on')}</p>"
        )
        return Given(page=ViewPage(title="Answered", content=content), counted=True)


def _silence(question: OpenQuestion) -> str:
    words = f"Without an answer: {escape(inert_line(question.silence, 200))}"
    left = ""
    if question.until_s is not None:
        left = f" Left: {time_left_html(question.until_s)}"
    return f'<p class="quiet">{words}{left}</p>'


def _form(question: OpenQuestion, form: QuestionForm, *, may_allow: bool) -> str:
    arm_ms = round(ARM_AFTER_S * 1000)
    buttons = "".join(
        f'<button name="answer" value="{escape(each.id)}"'
        + (f' class="allow" data-arm-ms="{arm_ms}"' if each.allows else "")
        + f">{escape(_button(question, each))}</button>"
        for each in question.choices
        if may_allow or not each.allows
    )
    asked = question.native
    given = _consent_fields(asked) if isinstance(asked, ConsentQuestion) else ""
    if any(each.takes_note for each in question.choices):
        given = _note_fields(question)
    return (
        f'<form method="post" action="{escape(form.base)}/answer">'
        f'<input type="hidden" name="question" value="{escape(question.id)}">'
        f'<input type="hidden" name="form" value="{escape(form.token)}">'
        f'{given}<div class="buttons">{buttons}</div></form>'
    )


def _note_fields(question: OpenQuestion) -> str:
    """Words for whoever asks: the answer itself, or what goes along with a denial."""
    offers = "".join(
        _tick("radio", "chosen", each, inert_line(each, 400), chosen=False)
        for each in _offers(question)
    )
    is_answer = any(each.allows and each.takes_note for each in question.choices)
    words = "Words for the agent, if you deny"
    if is_answer:
        words = "Another answer" if offers else "Your answer"
    chosen = f"<fieldset><legend>Your answer</legend>{offers}</fieldset>" if offers else ""
    field = f'<input type="text" name="note" maxlength="{_LONGEST_NOTE}" autocomplete="off">'
    return f'{chosen}<label class="note">{words}{field}</label>'


def _button(question: OpenQuestion, choice: QuestionChoice) -> str:
    """What a rule for a job would allow is long, and stands above."""
    asked = question.native
    if not isinstance(asked, PermissionQuestion) or choice.id != Decision.JOB:
        return inert_line(choice.words, 160)
    return "Allow for this session" if asked.cli is None else "Allow the same in this job"


def _consent_fields(question: ConsentQuestion) -> str:
    view = consent_view(question)
    scopes = "".join(
        _tick("checkbox", "scope", str(each.scope), each.words, chosen=each.starts_ticked)
        for each in view.scopes
    )
    terms = "".join(
        _tick("radio", "term", str(term), words, chosen=term is view.term)
        for term, words in view.terms
    )
    return (
        f"<fieldset><legend>It may</legend>{scopes}</fieldset>"
        f"<fieldset><legend>Until</legend>{terms}</fieldset>"
    )


def _tick(kind: str, name: str, given: str, words: str, *, chosen: bool) -> str:
    checked = " checked" if chosen else ""
    return (
        f'<label><input type="{kind}" name="{name}" value="{escape(given)}"{checked}>'
        f"<span>{escape(words)}</span></label>"
    )


def _told(question: OpenQuestion) -> str:
    """A permission with its texts whole, as the window has them; all else as the list tells it."""
    asked = question.native
    if isinstance(asked, PermissionQuestion):
        return _permission(asked)
    if isinstance(asked, ConsentQuestion):
        return _consent(asked)
    facts = (
        *question.details,
        ("Client", question.client),
        ("It says it is", question.label),
        ("Model", question.model),
        ("Folder", question.folder),
        ("Flight", question.flight_id),
        ("Job", question.job_id),
    )
    warnings = "".join(paragraph(inert_line(each, 400), "warn") for each in question.warnings)
    return warnings + paragraph(inert_line(question.words, 600)) + _texts(facts)


def _texts(facts: Sequence[tuple[str, str]]) -> str:
    """Long ones by themselves, then the others as a list."""
    shown = [(inert_line(label, 80), inert(text)) for label, text in facts if text]
    long = [each for each in shown if _is_long(each[1])]
    return "".join(text_html(*each) for each in long) + facts_html(
        each for each in shown if each not in long
    )


def _is_long(text: str) -> bool:
    return len(text) > _LONG_LINE or "\n" in text


def _permission(question: PermissionQuestion) -> str:
    view = permission_view(question)
    texts = "".join(text_html(part.label, inert(part.text)) for part in asked_parts(question.ask))
    facts = (
        ("Job", view.job),
        ("Client", view.client),
        ("Where", view.where),
        ("Tool", view.tool),
        ("Why it asks", view.reason),
        (TO_WRITE, view.form),
        (AGENT_SAYS, view.agent_words),
        ("For this session means" if view.is_call else "The same in this job", view.rule),
    )
    warnings = "".join(paragraph(each, "warn") for each in view.warnings)
    return warnings + texts + facts_html((label, text) for label, text in facts if text)


def _consent(question: ConsentQuestion) -> str:
    view = consent_view(question)
    words = paragraph("Its browser shows the same two words. Are they others, deny.")
    facts = (
        ("Name", f"{view.name} ({NOT_VERIFIED})"),
        ("Seen as", view.seen_as),
        ("Sends access to", f"{view.redirection.origin}: {view.redirection.words}"),
        *view.details,
    )
    return f'{words}<p class="words">{escape(question.words)}</p>{facts_html(facts)}'
