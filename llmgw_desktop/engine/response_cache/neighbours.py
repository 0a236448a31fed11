"""Which of the answers that are kept is the one to a question much like this one.

Everything but the last words is the same, the client first of all. A model tells how near these
are, in its own thread; `likeness.may_share` has a veto.
"""

from collections.abc import Sequence

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import RouteRule
from llmgw_desktop.engine.embedding.model_thread import Model, ModelThread
from llmgw_desktop.engine.response_cache.cache import KeptAnswer, Place, ResponseCache
from llmgw_desktop.engine.response_cache.question import Question
from llmgw_desktop.store.semantic_model import folder_of_model

Near = tuple[KeptAnswer, float]
_MOST_COMPARED = 8
"""The words of so many are looked at, the nearest first."""


class Neighbours:
    """Of all clients. On the loop, but for what `model` is given to do."""

    def __init__(self, cache: ResponseCache, model: ModelThread | None = None) -> None:
        self._cache = cache
        self.model = model or ModelThread()

    def apply(self, routes: Sequence[RouteRule], folder: str) -> None:
        """`folder`: of the model, as the settings say it."""
        is_wanted = any(rule.cache_similarity and rule.enabled for rule in routes)
        self.model.use(folder_of_model(folder) if is_wanted else None)

    async def nearest(self, question: Question, place: Place) -> Near | None:
        """The best that will do, with its similarity."""
        kin = self._cache.kin(question, place)
        if not kin:
            return None
        least = place.least_similarity
        near = await self.model.ask(lambda model: _near(model, question, kin, least))
        return next((each for each in near or () if self._cache.has(each[0], place)), None)

    def learn(self, kept: KeptAnswer, protocol: ModelProtocol) -> None:
        """From now on it may be found by what was asked."""
        self.model.leave(lambda model: _learn(model, kept, protocol))


def _near(model: Model, question: Question, kin: list[KeptAnswer], least: float) -> list[Near]:
    """In the model's thread: those that were left to it earlier have their vectors by now."""
    question.vector = model.vector(question.text)
    known = [kept for kept in kin if kept.question is not None and kept.question.may_be_shared]
    if question.vector is None or not known:
        return []
    vectors = [kept.question.vector for kept in known if kept.question is not None]
    found = zip(known, model.nearness(question.vector, vectors), strict=True)
    near = sorted((each for each in found if each[1] >= least), key=lambda each: -each[1])
    return [each for each in near[:_MOST_COMPARED] if _may_share(each[0], question)]


def _may_share(kept: KeptAnswer, question: Question) -> bool:
    # in the model's thread, where a route wants it: a start alone reads in none of it
    from llmgw_desktop.engine.response_cache.likeness import may_share

    return kept.question is not None and may_share(kept.question.text, question.text)


def _learn(model: Model, kept: KeptAnswer, protocol: ModelProtocol) -> None:
    from llmgw_desktop.engine.response_cache.plain_answer import is_plain_answer  # as above

    question = kept.question
    if question is None or not is_plain_answer(protocol, kept.pieces, is_stream=kept.is_stream):
        return
    if question.vector is None:
        question.vector = model.vector(question.text)
    question.may_be_shared = question.vector is not None
