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
CONSTANTS: dict[str, Words] = {
    "lipschitz": (
        _("Resilience of every step"),
        _("The most that a full vote may move a score, in scaled units. Smaller resists more, and listens less."),
    ),
    "sigma": (_("Spread of scores (sigma)"), _("How far apart people's own scores may be before anything is said.")),
    "k": (_("Width of intervals (k)"), _("How unlikely a score must be to be left out of its interval.")),
    "least_trust": (_("Least trust"), _("Of everybody; above 0 only where all are invited.")),
    "contradiction_limit": (
        _("Doubt about who contradicts"),
        _("How clearly somebody must contradict trusted people to lose what trust does not give them. 0: nobody does."),
    ),
    "private_weight": (_("Weight of private items"), _("Of what contributors keep to themselves, against 1.")),
    "overtrust_bias": (_("Votes without trust"), _("How many votes unknown accounts have on an item altogether.")),
    "overtrust_scale": (_("Votes without trust, per trusted vote"), _("How many more for each trusted vote.")),
    "n_scalers": (_("Contributors who set the scale"), _("The most active ones, so many at most.")),
    "min_activity": (_("Activity of those who set the scale"), _("How many items they have scored clearly.")),
    "max_pairs": (_("Pairs to compare two scales"), _("Beyond so many, as many are drawn.")),
    "seed": (_("Seed"), _("Decides those draws, always the same way.")),
    "scaling_lipschitz": (_("Resilience: scaling"), _("Of the scale of each contributor.")),
    "pair_lipschitz": (_("Resilience: pairs of contributors"), _("Of the agreement between two contributors.")),
    "multiplier_deviation": (_("Doubt about units"), _("Of a contributor whom nobody shares items with.")),
    "translation_deviation": (_("Doubt about zeros"), _("Of a contributor whom nobody shares items with.")),
    "standardise_lipschitz": (_("Resilience: common unit"), _("Of the unit of all scores.")),
    "standardise_quantile": (_("Common unit"), _("Which share of deviations is smaller than the unit.")),
    "shift_lipschitz": (_("Resilience: common zero"), _("Of the zero of all scores.")),
    "shift_quantile": (_("Common zero"), _("Which share of scores is below the value that follows.")),
    "shift_target": (_("Value of the common zero"), _("Where that share ends, in scaled units.")),
    "aggregation_lipschitz": (_("Resilience: common scores"), _("Of an item's common score.")),
    "aggregation_quantile": (_("Which opinion wins"), _("0.5 is the median; less asks for wider agreement.")),
    "licchavi_force": (
        _("Pull of one contributor (Licchavi)"),
        _("The larger, the more alike people's scores."),
    ),
    "licchavi_inertia": (_("Inertia (Licchavi)"), _("The larger, the less the common scores can be moved.")),
}


def words(table: Mapping[str, Words], name: str) -> Words:
    """Return what to call something, and what it is; its own name where we have no words for it."""
    return table.get(name, (name, ""))
