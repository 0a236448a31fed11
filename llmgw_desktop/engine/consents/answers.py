"""What an answer may allow: nothing that was not asked, and no longer than was offered."""

from llmgw_desktop.domain.consent import ConsentAnswer, ConsentQuestion


def check_answer(question: ConsentQuestion, answer: ConsentAnswer) -> None:
    """Raises ValueError."""
    if not answer.scopes:
        raise ValueError("who is let in is let in to something; deny it instead")
    if foreign := set(answer.scopes) - set(question.scopes):
        raise ValueError(f"it did not ask for {', '.join(sorted(foreign))}")
    if answer.term not in question.terms:
        offered = " or ".join(question.terms)
        raise ValueError(f"'{answer.term}' cannot be offered to it; choose {offered}")
