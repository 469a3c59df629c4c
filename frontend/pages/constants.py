"""The constants of a computation in plain words: each with a sentence that needs no mathematics."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_Sentences = dict[str, Promise]


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant with its value and what it does."""

    name: str
    value: object
    sentence: Promise | str


@dataclass(frozen=True, slots=True)
class Topic:
    """Constants that belong together."""

    title: Promise
    constants: list[Constant]


TOPICS: tuple[tuple[Promise, _Sentences], ...] = (
    (
        _("Contributors' own scores"),
        {
            "method": _(
                "How many opinions become one. Mehestan brings everybody's own scores to one scale, then takes a "
                "robust middle; Licchavi learns everybody's scores and the common ones together."
            ),
            "root_law": _("How answers spread between two items that somebody finds equal."),
            "sigma": _("How far apart a contributor's scores may lie before judgments have said so."),
            "k": _("How much less likely the answers become at the ends of a contributor's interval."),
            "licchavi_force": _("With Licchavi: how strongly a contributor and the common scores pull each other."),
            "licchavi_inertia": _("With Licchavi: how firmly the common scores are held at zero."),
        },
    ),
    (
        _("How much each contributor may say"),
        {
            "private_weight": _("What a private score weighs; a public one weighs 1."),
            "least_trust": _("How much everybody is trusted at least; above 0 only where all are invited."),
            "contradiction_limit": _(
                "How clearly somebody must contradict trusted contributors to lose the voting right that trust does "
                "not give them; 0: nobody loses any."
            ),
            "overtrust_bias": _("Voting right that accounts without trust may have together on any item."),
            "overtrust_scale": _("The same, in addition, for each unit of trust among those who judged the item."),
            "seed": _("Decides which pairs are drawn where two contributors share very many."),
        },
    ),
    (
        _("One scale for all"),
        {
            "n_scalers": _("How many of the most active trusted contributors set the common scale, at most."),
            "min_activity": _("How many items one of them must have placed clearly above or below zero."),
            "max_pairs": _("From how many pairs of items the scales of two contributors are compared, at most."),
            "pair_lipschitz": _("How fast the comparison of two contributors' scales follows what they say."),
            "scaling_lipschitz": _("How far one trusted contributor may move somebody else's scale."),
            "multiplier_deviation": _("How unsure the width of a scale is that nobody informs."),
            "translation_deviation": _("How unsure the zero of a scale is that nobody informs."),
        },
    ),
    (
        _("Unit and zero of the poll"),
        {
            "standardise_lipschitz": _("How far one contributor may move the unit of the whole poll."),
            "standardise_quantile": _("Which share of all scores lies within one unit of their middle."),
            "shift_lipschitz": _("How far one contributor may move the zero of the whole poll."),
            "shift_quantile": _("Which share of all scores lies below the value that the next line sets."),
            "shift_target": _("Where that value is put on the scale."),
        },
    ),
    (
        _("The common score"),
        {
            "aggregation_lipschitz": _(
                "How far a contributor with a full say may move an item's score, before it is drawn on the scale from "
                "-100 to 100. Large for a jury, small for a poll that is open to the internet."
            ),
            "aggregation_quantile": _("Which share of the voting right stands below the common score."),
        },
    ),
)
OTHERS = _("Other constants")

OPENNESS: dict[str, Promise] = {
    "jury": _("an invited jury: few contributors, all of them known"),
    "community": _("a community: hundreds of contributors, most of them honest"),
    "internet": _("open to the internet: anybody, however many accounts they make"),
    "tournesol": _("as Tournesol computes: open to the internet, very cautious"),
}


def topics_of(config: Mapping[str, object]) -> list[Topic]:
    """Return the constants of a score set by topic; what this page does not know comes last, without a sentence."""
    topics = [
        Topic(title, [Constant(name, config[name], words) for name, words in sentences.items() if name in config])
        for title, sentences in TOPICS
    ]
    explained = {name for _title, sentences in TOPICS for name in sentences}
    rest = [Constant(name, value, "") for name, value in config.items() if name not in explained]
    return [topic for topic in (*topics, Topic(OTHERS, rest)) if topic.constants]


def openness_of(asked: Mapping[str, object]) -> Promise | None:
    """Return whom the constants of a run are made for, where they are a named set."""
    return OPENNESS.get(str(asked.get("preset")))
