"""One item: its scores, how sure they are and what they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.selectors import contributor_of
from backend.comparisons.selectors import opponents_of
from backend.entities.models import Entity
from backend.entities.selectors import context_note_of, entity_get
from backend.participation.pairs.rate_later import rate_later_holds
from backend.pipeline.integrity.selectors import influence_of, report_published
from backend.polls.models import Criterion
from backend.polls.selectors import criterion_get, poll_get, poll_is_managed
from backend.scores.history import score_history
from backend.scores.models import CollectiveScore
from backend.scores.selectors import Bin, entity_scores, score_distribution, score_set_published
from frontend.charts import Petal
from frontend.pages.http import PageRequest, page
from frontend.pages.poll.influence import closest_attack, ends_of
from frontend.pages.rows import petal_of

# The spread of contributors' scores, on the scale on which a poll's usual spread is 1.
AGREEMENT = (
    (0.8, _("Contributors agree more than usual.")),
    (1.15, _("Contributors differ about as much as usual.")),
)
DIVIDED = _("Contributors are more divided than usual.")
FEW = _("Few contributors so far: this can still change a lot, and the score stays near 0 until more people judge.")
LITTLE_RIGHT = 10.0
"""Of all contributors together. With so little, the robust mean and the deviation are mostly what they start from: a
contributor with voting right 1 moves a score by at most a tenth of the scale's unit (maths, "Aggregation")."""


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """The score of an item on one criterion."""

    criterion: Criterion
    score: CollectiveScore | None
    petal: Petal

    @property
    def agreement(self) -> str | Promise:
        """Say in words how far contributors are apart."""
        if self.score is None:
            return ""
        if self.score.voting_right < LITTLE_RIGHT:
            return FEW
        return next((words for limit, words in AGREEMENT if self.score.polarisation < limit), DIVIDED)


@page("GET", "HEAD")
def item(request: PageRequest, slug: str, uid: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    entity = entity_get(poll=poll, uid=uid)
    rows = [CriterionRow(c, score, petal_of(c, score)) for c, score in entity_scores(entity=entity).items()]
    if not rows:
        return render(request, "polls/unready.html", {"poll": poll})
    criterion = criterion_get(poll=poll, name=request.GET.get("criterion") or None)
    score_set = score_set_published(poll=poll)
    bound = influence_of(entity=entity).get(criterion.pk)
    context = {
        "poll": poll,
        "item": entity,
        "note": context_note_of(entity=entity),
        "rows": rows,
        "petals": [row.petal for row in rows],
        "chosen": next(row for row in rows if row.criterion == criterion),
        "score_set": score_set,
        "is_listed": _is_listed(request, entity),
        "solidity": ends_of(bound, score_set.config if score_set else {}),
        "closest_attack": closest_attack(report_published(poll=poll), criterion.name),
        "is_managed": poll_is_managed(poll=poll, user=request.user),
        "opponents": opponents_of(entity=entity, criterion=criterion),
        "history": score_history(entity=entity, criterion=criterion),
        **_distribution(entity, criterion),
    }
    return render(request, "polls/item.html", context)


def _is_listed(request: PageRequest, entity: Entity) -> bool:
    contributor = contributor_of(user=request.user)
    return contributor is not None and rate_later_holds(contributor=contributor, entity=entity)


def _distribution(entity: Entity, criterion: Criterion) -> dict[str, object]:
    bins = score_distribution(entity=entity, criterion=criterion)
    return {"bins": bins, "public_scores": _total(bins)}


def _total(bins: Sequence[Bin]) -> int:
    return sum(b.count for b in bins)
