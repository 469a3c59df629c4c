"""Groups of contributors who score alike: what each prefers, and what all agree on."""

from django.http import HttpResponse
from django.shortcuts import render

from backend.entities.models import Entity
from backend.pipeline.groups import Agreement, Groups, Preference, group_entities, opinion_groups
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


def _preferences(found: Groups, entities: dict[int, Entity]) -> list[tuple[int, list[tuple[Entity, Preference]]]]:
    """Return the size of each group with the items that it prefers, without those hidden since."""
    return [
        (group.size, [(entities[p.entity_id], p) for p in group.prefers if p.entity_id in entities])
        for group in found.groups
    ]


def _agreed(found: Groups, entities: dict[int, Entity]) -> list[tuple[Entity, Agreement]]:
    return [(entities[a.entity_id], a) for a in found.agreed if a.entity_id in entities]
