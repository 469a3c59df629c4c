"""Groups of contributors who score alike: what each prefers, and what all agree on."""

from django.http import HttpResponse
from django.shortcuts import render

from backend.entities.models import Entity
from backend.pipeline.groups.selectors import Groups, group_entities, opinion_groups
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.selectors import score_set_published
from frontend.pages.http import PageRequest, page


@page("GET", "HEAD")
def groups(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    criteria = criterion_list(poll=poll)
    if not criteria:
        return render(request, "polls/unready.html", {"poll": poll})
    criterion = criterion_get(poll=poll, name=request.GET.get("criterion") or None)
    found = opinion_groups(criterion=criterion, score_set=score_set_published(poll=poll))
    entities = group_entities(poll=poll, groups=found)
    context = {
        "poll": poll,
        "criteria": criteria,
        "chosen": criterion,
        "found": found,
        "groups": _preferences(found, entities),
        "agreed": _agreed(found, entities),
    }
    return render(request, "polls/groups.html", context)


TwoScores = list[tuple[Entity, float, float]]
"""Items that are not hidden since the groups were found, each with two scores."""


def _preferences(found: Groups, entities: dict[int, Entity]) -> list[tuple[int, TwoScores]]:
    """Return the size of each group with what it prefers: its score, and that of the others."""
    return [
        (group.size, [(entities[p.entity_id], p.score, p.others) for p in group.prefers if p.entity_id in entities])
        for group in found.groups
    ]


def _agreed(found: Groups, entities: dict[int, Entity]) -> TwoScores:
    """Return what all agree on: the least and the largest score that a group gives it."""
    return [(entities[a.entity_id], a.low, a.high) for a in found.agreed if a.entity_id in entities]
