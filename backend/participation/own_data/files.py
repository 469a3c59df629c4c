"""What of the database belongs to an account: a line for each table. Tests refuse a table that is told of nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import User


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """A table of the export: the rows of ``model`` whose ``owner`` (a path of fields) is the account.

    ``columns`` are paths of fields; they name the columns too, after ``AS`` where there is one. Models are named, not
    imported, so that apps above this one can have a line here.
    """

    name: str
    model: str
    owner: str
    columns: Sequence[str]
    about: str | Promise

    @property
    def header(self) -> list[str]:
        return [column.rpartition(" AS ")[2] for column in self.columns]

    def rows(self, user: User, *, at_once: int) -> Iterator[tuple[object, ...]]:
        """Return the rows as they come from the database, some at once."""
        paths = {f"column{i}": F(column.partition(" AS ")[0]) for i, column in enumerate(self.columns)}
        found = apps.get_model(self.model)._default_manager.filter(**{self.owner: user.pk}).order_by("pk")
        rows: Iterator[tuple[object, ...]]
        rows = found.annotate(**paths).values_list(*paths).iterator(chunk_size=at_once)
        return rows


TIMES = ("created_at", "updated_at")
IN_POLL = "poll__slug AS poll"
OF_ITEM = ("entity__poll__slug AS poll", "entity__uid AS item", "entity__title AS title")
PAIR = ("left__uid AS left", "right__uid AS right")

FILES = (
    PersonalFile(
        "account",
        "accounts.User",
        "pk",
        (
            *("username", "first_name", "last_name", "email", "date_joined", "last_login"),
            *("is_active", "is_staff", "is_superuser", "language"),
        ),
        _("your account: its name, its address, since when, and whether it is of the staff"),
    ),
    PersonalFile(
        "contributor",
        "accounts.Contributor",
        "user",
        ("name", "origin", "given_trust", "is_pretrusted", "is_simulated", "is_suspended", *TIMES),
        _("you as a contributor: the name that others see with what you make public, and marks that bear on trust"),
    ),
    PersonalFile(
        "email_addresses",
        "account.EmailAddress",
        "user",
        ("email", "verified", "primary"),
        _("your e-mail addresses, and which you have proved to be yours"),
    ),
    PersonalFile(
        "logins",
        "usersessions.UserSession",
        "user",
        ("created_at", "last_seen_at", "ip", "user_agent"),
        _("where you are logged in: when, from which network address, with which browser"),
    ),
    PersonalFile(
        "second_steps",
        "mfa.Authenticator",
        "user",
        ("type", "data__name AS name", "created_at", "last_used_at"),
        _("your codes, keys and passkeys, without their secrets"),
    ),
    PersonalFile(
        "tokens",
        "accounts.PersonalToken",
        "user",
        ("name", "start", "scopes", "expires_at", "last_used_at", *TIMES),
        _("tokens with which programs of yours log in, by their first characters: what they may do, and until when"),
    ),
    PersonalFile(
        "other_sites",
        "socialaccount.SocialAccount",
        "user",
        ("provider", "uid", "date_joined", "last_login", "extra_data"),
        _("accounts elsewhere that log you in here, and what the other site told about you"),
    ),
    PersonalFile(
        "groups", "accounts.User_groups", "user", ("group__name AS group",), _("groups of the staff that you are in")
    ),
    PersonalFile(
        "permissions",
        "accounts.User_user_permissions",
        "user",
        ("permission__codename AS permission", "permission__name AS title"),
        _("what you may do in the administration"),
    ),
    PersonalFile(
        "comparisons",
        "comparisons.Comparison",
        "contributor__user",
        ("id AS comparison", IN_POLL, *PAIR, *TIMES),
        _("the pairs that you compared"),
    ),
    PersonalFile(
        "judgments",
        "comparisons.Judgment",
        "comparison__contributor__user",
        ("comparison_id AS comparison", "criterion__name AS criterion", "value", "maximum", *TIMES),
        _(
            "what you said of each pair (by its number in comparisons.csv) on each criterion, from -maximum to maximum;"
            " above 0 you preferred the right item"
        ),
    ),
    PersonalFile(
        "visibility",
        "comparisons.Rating",
        "contributor__user",
        (*OF_ITEM, "is_public", *TIMES),
        _("of which items you let everybody see what you think"),
    ),
    PersonalFile(
        "rate_later",
        "participation.RateLater",
        "contributor__user",
        (*OF_ITEM, *TIMES),
        _("items that you mean to compare"),
    ),
    PersonalFile(
        "set_aside",
        "participation.SetAside",
        "contributor__user",
        ("left__poll__slug AS poll", *PAIR, "reason", "words", *TIMES),
        _("pairs that you could not compare, and why"),
    ),
    PersonalFile(
        "scores",
        "scores.IndividualScore",
        "contributor__user",
        (
            *("score_set_id AS score_set", "score_set__created_at AS computed_at", *OF_ITEM),
            *("criterion__name AS criterion", "score", "left", "right", "raw_score", "raw_left", "raw_right"),
            *("voting_right", "is_public"),
        ),
        _(
            "your own score of each item, in the latest computations: from score - left to score + right; raw scores"
            " are before they were put on the scale that all contributors share; voting_right is how much you weighed"
        ),
    ),
    PersonalFile(
        "scalings",
        "scores.ContributorScaling",
        "contributor__user",
        (
            *("score_set_id AS score_set", "score_set__poll__slug AS poll", "criterion__name AS criterion"),
            *("multiplier", "translation", "multiplier_uncertainty", "translation_uncertainty", "is_scaler"),
        ),
        _("how your raw scores were put on the common scale: multiplier times raw score, plus translation"),
    ),
    PersonalFile(
        "vouches_given",
        "trust.Vouch",
        "voucher__user",
        ("vouchee__name AS for", "value", *TIMES),
        _("for whom you vouch"),
    ),
    PersonalFile(
        "vouches_received",
        "trust.Vouch",
        "vouchee__user",
        ("value",),
        _("what others' words for you are worth; who they are is theirs to tell, and in their exports"),
    ),
    PersonalFile(
        "polls",
        "polls.Poll",
        "owner",
        ("slug", "title", "question", "description", "visibility", "is_open", *TIMES),
        _("polls that you own; they stay when you delete your account"),
    ),
    PersonalFile(
        "notes",
        "entities.ContextNote",
        "author",
        (*OF_ITEM, "text", "is_warning", *TIMES),
        _("what you wrote about items as a moderator"),
    ),
    PersonalFile(
        "runs",
        "pipeline.Run",
        "started_by",
        ("id AS run", IN_POLL, "status", "trigger", "created_at", "finished_at"),
        _("computations that you started"),
    ),
    PersonalFile(
        "held_scores",
        "scores.Hold",
        "held_by",
        (IN_POLL, "reason", "since"),
        _("polls that go on showing earlier scores because you said so"),
    ),
    PersonalFile(
        "turned_scores",
        "scores.Turn",
        "turned_by",
        (IN_POLL, "action", "reason", "from_computed_at", "to_computed_at", "created_at"),
        _("when you turned a poll to other scores"),
    ),
    PersonalFile(
        "calibrations",
        "pipeline.Calibration",
        "started_by",
        ("id AS calibration", IN_POLL, "status", "created_at", "finished_at"),
        _("measurements of a poll's constants that you started"),
    ),
    PersonalFile(
        "log",
        "admin.LogEntry",
        "user",
        ("action_time", "content_type__model AS model", "object_id", "object_repr", "action_flag", "change_message"),
        _("what you changed in polls and in the administration"),
    ),
    PersonalFile(
        "switches",
        "observability.SwitchState",
        "changed_by",
        ("name", "state", "note", *TIMES),
        _("the switches of the site that you turned last"),
    ),
)
"""In this order in the archive."""
