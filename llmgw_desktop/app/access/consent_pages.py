"""The pages that a browser shows while a program waits to be let in, as HTML without any script.

Nothing that comes from outside gets in but as escaped text, made inert before by `consent_words`.
"""

import base64
import hashlib
from string import Template

from llmgw_desktop.app.questions.consent_words import (
    NOT_VERIFIED,
    ConsentView,
    consent_view,
    shown_name,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.consent import ConsentQuestion, ConsentWay
from llmgw_desktop.engine.front.browser import AnswerForm, WebPage
from llmgw_desktop.store.resources import resource_path

GOES_ON_AFTER_S = 5
"""Somebody who was refused reads why, then the program is told."""
_COMMAND = "llmgw consent list"
"""Not as it works in a terminal here: who asks need not learn where anything lies."""
_HEADINGS = {
    ConsentWay.TIMEOUT: "Nobody answered",
    ConsentWay.FLOOD: "Too many questions",
    ConsentWay.NOBODY_TO_ASK: "There is nobody to ask",
    ConsentWay.WITHDRAWN: "The question was withdrawn",
}
_LEADS = {
    ConsentWay.TIMEOUT: "The question was not answered within two minutes, so it was refused. "
    "Start again from the program.",
    ConsentWay.FLOOD: "More programs asked within a minute than anybody could look at, so this one "
    "was refused unasked. Wait a minute, then start again from the program.",
    ConsentWay.NOBODY_TO_ASK: "LLM Gateway runs without a window, so nobody could be asked and it "
    "was refused. On the computer where it runs, let it wait for an answer, then start again from "
    "the program:",
    ConsentWay.WITHDRAWN: "Its browser or LLM Gateway went away meanwhile, so it was refused. "
    "Start again from the program.",
}
_DENIED = "Denied"
_DENIED_LEAD = "{name} was not let in. It was given nothing."


def escape(words: str) -> str:
    """As `html` has it, which brings the names of all characters along: not before a page is asked
    for."""
    from html import escape as escaped

    return escaped(words)


class ConsentPages:
    """Reads its templates once."""

    def __init__(self) -> None:
        self._style = _resource("page.css")
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._style_source = f"'sha256-{digest}'"
        self._frame = Template(_resource("frame.html"))
        self._waiting = Template(_resource("waiting.html"))
        self._password = Template(_resource("password.html"))
        self._ended = Template(_resource("ended.html"))

    def waiting(
        self, question: ConsentQuestion, wait_at: str, form: AnswerForm | None = None
    ) -> WebPage:
        """Goes on at once to `wait_at`, whose answer comes when the question has one: until then a
        browser leaves the page as it is."""
        view = consent_view(question)
        content = self._waiting.substitute(
            heading="Compare the two words, then answer"
            if form is None
            else "A program asks to be let in",
            lead=escape(_lead(form)),
            words=escape(question.words),
            name=escape(view.name),
            not_verified=escape(NOT_VERIFIED),
            seen_as=escape(view.seen_as),
            origin=escape(view.redirection.origin),
            redirect_words=escape(view.redirection.words),
            redirect_class="away" if view.redirection.is_foreign else "here",
            asks=_asks(view) if form is None else "",
            form="" if form is None else self._form(view, form),
            advice=_advice(question),
            wait_at=escape(wait_at),
        )
        title = f"{question.words} – LLM Gateway"
        return self._page(title, content, refresh=(0, wait_at), has_form=form is not None)

    def going_on(self, wait_at: str) -> WebPage:
        """After an answer on the page itself. Not a redirect: a browser forbids a form to lead off
        the site by one, and the next step does."""
        content = self._ended.substitute(
            heading="Answered",
            lead="This page goes on by itself.",
            more=f'<p class="quiet"><a href="{escape(wait_at)}">It does not?</a></p>',
        )
        return self._page("Answered – LLM Gateway", content, refresh=(0, wait_at))

    def refused(self, question: ConsentQuestion, way: ConsentWay, back: str) -> WebPage:
        """`back` is where the program hears of it; empty where a page may not lead there."""
        name = inert_line(shown_name(question.client_name), 80)
        lead = _LEADS.get(way, _DENIED_LEAD.format(name=f"{name[0].upper()}{name[1:]}"))
        heading = _HEADINGS.get(way, _DENIED)
        more = ""
        if way is ConsentWay.NOBODY_TO_ASK:
            more = f"<pre>{_COMMAND} --wait</pre>"
        if back:
            more += (
                f'<p class="quiet"><a href="{escape(back)}">Back to the program</a>; this page goes'
                " there by itself soon.</p>"
            )
        content = self._ended.substitute(heading=heading, lead=escape(lead), more=more)
        seconds = GOES_ON_AFTER_S * (4 if way is ConsentWay.NOBODY_TO_ASK else 1)
        refresh = (seconds, back) if back else None
        return self._page(f"{heading} – LLM Gateway", content, refresh=refresh)

    def problem(self, heading: str, words: str) -> WebPage:
        """What went wrong, to a person; leads nowhere."""
        content = self._ended.substitute(
            heading=escape(heading), lead=escape(inert_line(words, 600)), more=""
        )
        return self._page(f"{heading} – LLM Gateway", content)

    def _form(self, view: ConsentView, form: AnswerForm) -> str:
        scopes = "".join(
            _choice("checkbox", "scope", str(each.scope), each.words, chosen=each.starts_ticked)
            for each in view.scopes
        )
        terms = "".join(
            _choice("radio", "term", str(term), words, chosen=term is view.term)
            for term, words in view.terms
        )
        problem = f'<p class="problem" role="alert">{escape(form.problem)}</p>'
        return self._password.substitute(
            action=escape(form.action),
            ticket=escape(form.ticket),
            csrf=escape(form.csrf),
            scopes=scopes,
            terms=terms,
            problem=problem if form.problem else "",
        )

    def _page(
        self,
        title: str,
        content: str,
        *,
        refresh: tuple[int, str] | None = None,
        has_form: bool = False,
    ) -> WebPage:
        line = ""
        if refresh is not None:
            seconds, url = refresh
            line = f'<meta http-equiv="refresh" content="{seconds}; url={escape(url)}">\n'
        text = self._frame.substitute(
            title=escape(title), refresh=line, style=self._style, content=content
        )
        return WebPage(
            body=text.encode("utf-8", "replace"),
            style_source=self._style_source,
            has_form=has_form,
        )


def _lead(form: AnswerForm | None) -> str:
    if form is None:
        return (
            "LLM Gateway asks whether to let a program in. Its question shows the same two words:"
        )
    return "Let it in with the operator's password, or answer where these two words are shown:"


def _asks(view: ConsentView) -> str:
    lines = "".join(f"<li>{escape(each.words)}</li>" for each in view.scopes)
    return f"<div><dt>Asks to</dt><dd><ul>{lines}</ul></dd></div>"


def _advice(question: ConsentQuestion) -> str:
    return (
        "Answer in the window of LLM Gateway, or on its computer with "
        f"<code>{_COMMAND}</code>. If the words there are others, deny. Without an answer within "
        "two minutes it is refused."
    )


def _choice(kind: str, name: str, value: str, words: str, *, chosen: bool) -> str:
    checked = " checked" if chosen else ""
    return (
        f'<label><input type="{kind}" name="{name}" value="{escape(value)}"{checked}>'
        f"<span>{escape(words)}</span></label>"
    )


def _resource(name: str) -> str:
    return resource_path(f"web/{name}").read_text(encoding="utf-8")
