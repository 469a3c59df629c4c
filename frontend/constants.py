"""The presets, methods and constants of runs, for people who do not read formulas."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.translation import gettext as _  # what is lazy becomes a text when it is shown
else:
    from django.utils.translation import gettext_lazy as _

Words = tuple[str, str]

PRESETS: dict[str, Words] = {
    "jury": (_("Invited jury"), _("A few dozen people whom you have chosen and trust.")),
    "community": (_("Community"), _("Some hundred people who mostly mean well; a few may not.")),
    "internet": (_("Open to the internet"), _("Thousands of people; expect fake accounts and campaigns.")),
    "tournesol": (_("As Tournesol does"), _("The constants of the platform that these methods come from.")),
}
METHODS: dict[str, Words] = {
    "mehestan": (
        _("Mehestan"),
        _("Puts everybody's own scores on one scale, then takes a median that no small group can move far."),
    ),
    "licchavi": (
        _("Licchavi"),
        _(
            "Learns everybody's scores and the common ones together: people borrow from each other where they said"
            " little, and exaggerating gains hardly anything."
        ),
    ),
}
ROOT_LAW: Words = (
    _("Law of a judgment between equals"),
    _("uniform, bernoulli (only who wins counts), gaussian, or k-nary:21 for a scale of 21 steps."),
)
TOPICS: tuple[tuple[str, dict[str, Words]], ...] = (
    (
        _("Contributors' own scores"),
        {
            "method": (
                _("Method"),
                _(
                    "How many opinions become one. Mehestan brings everybody's own scores to one scale, then takes a "
                    "robust middle; Licchavi learns everybody's scores and the common ones together."
                ),
            ),
            "root_law": ROOT_LAW,
            "sigma": (
                _("Spread of scores (sigma)"),
                _("How far apart a contributor's scores may lie before judgments have said so."),
            ),
            "k": (
                _("Width of intervals (k)"),
                _("How much less likely the answers become at the ends of a contributor's interval."),
            ),
            "licchavi_force": (
                _("Pull of one contributor (Licchavi)"),
                _("How strongly a contributor and the common scores pull each other."),
            ),
            "licchavi_inertia": (_("Inertia (Licchavi)"), _("How firmly the common scores are held at zero.")),
        },
    ),
    (
        _("How much each contributor may say"),
        {
            "least_trust": (_("Least trust"), _("Of everybody; above 0 only where all are invited.")),
            "contradiction_limit": (
                _("Doubt about who contradicts"),
                _(
                    "How clearly somebody must contradict trusted people to lose what trust does not give them. "
                    "0: nobody does."
                ),
            ),
            "private_weight": (_("Weight of private items"), _("What a private score weighs; a public one weighs 1.")),
            "overtrust_bias": (
                _("Votes without trust"),
                _("Voting right that accounts without trust may have together on any item."),
            ),
            "overtrust_scale": (
                _("Votes without trust, per trusted vote"),
                _("The same, in addition, for each unit of trust among those who judged the item."),
            ),
        },
    ),
    (
        _("One scale for all"),
        {
            "n_scalers": (
                _("Contributors who set the scale"),
                _("How many of the most active trusted contributors set the common scale, at most."),
            ),
            "min_activity": (
                _("Activity of those who set the scale"),
                _("How many items one of them must have placed clearly above or below zero."),
            ),
            "max_pairs": (
                _("Pairs to compare two scales"),
                _("From how many pairs of items the scales of two contributors are compared, at most."),
            ),
            "seed": (_("Seed"), _("Decides which pairs are drawn where two contributors share very many.")),
            "pair_lipschitz": (
                _("Resilience: pairs of contributors"),
                _("How fast the comparison of two contributors' scales follows what they say."),
            ),
            "scaling_lipschitz": (
                _("Resilience: scaling"),
                _("How far one trusted contributor may move somebody else's scale."),
            ),
            "multiplier_deviation": (
                _("Doubt about units"),
                _("How unsure the width of a scale is that nobody informs."),
            ),
            "translation_deviation": (
                _("Doubt about zeros"),
                _("How unsure the zero of a scale is that nobody informs."),
            ),
        },
    ),
    (
        _("Unit and zero of the poll"),
        {
            "standardise_lipschitz": (
                _("Resilience: common unit"),
                _("How far one contributor may move the unit of the whole poll."),
            ),
            "standardise_quantile": (
                _("Common unit"),
                _("Which share of all scores lies within one unit of their middle."),
            ),
            "shift_lipschitz": (
                _("Resilience: common zero"),
                _("How far one contributor may move the zero of the whole poll."),
            ),
            "shift_quantile": (
                _("Common zero"),
                _("Which share of all scores lies below the value that the next line sets."),
            ),
            "shift_target": (_("Value of the common zero"), _("Where that value is put on the scale.")),
        },
    ),
    (
        _("The common score"),
        {
            "aggregation_lipschitz": (
                _("Resilience: common scores"),
                _(
                    "How far a contributor with a full say may move an item's score, before it is drawn on the scale "
                    "from -100 to 100. Large for a jury, small for a poll that is open to the internet."
                ),
            ),
            "aggregation_quantile": (
                _("Which opinion wins"),
                _("Which share of the voting right stands below the common score: 0.5 is the median."),
            ),
        },
    ),
)
"""Constants that belong together, in the order of a run."""

CONSTANTS: dict[str, Words] = {
    "lipschitz": (
        _("Resilience of every step"),
        _("The most that a full vote may move a score, in scaled units. Smaller resists more, and listens less."),
    ),
    **{name: words for _topic, constants in TOPICS for name, words in constants.items()},
}


def words(table: Mapping[str, Words], name: str) -> Words:
    """Return what to call something, and what it is; its own name where we have no words for it."""
    return table.get(name, (name, ""))
