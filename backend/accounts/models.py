"""People: who can log in, and who judges."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from backend.common.api.scopes import Scope
from backend.common.models import BaseModel


class UserManager(DjangoUserManager["User"]):
    """Makes superusers that can log in: who has a shell on the server needs no mail to prove an address."""

    use_in_migrations = False

    @transaction.atomic
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Create a superuser whose e-mail address counts as verified.

        Raises
        ------
        ValidationError
            No e-mail address: nobody logs in without a verified one.
        """
        # Its module asks for the user model, which this one is about to define.
        from allauth.account.models import EmailAddress

        if not email:
            raise ValidationError(_("Give an e-mail address: nobody can log in without one."))
        user = super().create_superuser(username, email, password, **fields)
        EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
        return user


class User(AbstractUser):
    """Somebody who can log in."""

    language = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("In which mails are written; as pages were last shown."),
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = (models.UniqueConstraint(Lower("username"), name="username_unique_whatever_the_case"),)
        # Django asks for a name whatever the case (log-in, sign-up, vouching) in capitals.
        indexes = (models.Index(Upper("username"), name="username_in_capitals"),)


class PersonalToken(BaseModel):
    """What a program shows in place of its owner's session. The token itself is told once, and stored nowhere."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the token, in hexadecimal."))
    start = models.CharField(max_length=12, help_text=_("The first characters, to tell tokens apart."))
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices))
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="token_is_for_something"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class EmailDomain(BaseModel):
    """A domain whose verified addresses make a contributor pretrusted (one real person behind each)."""

    domain = models.CharField(max_length=253, unique=True)
    is_trusted = models.BooleanField(default=False)

    class Meta:
        ordering = ("domain",)
        constraints = (models.CheckConstraint(condition=Q(domain=Lower("domain")), name="domain_in_lower_case"),)

    def __str__(self) -> str:
        return self.domain


class Contributor(BaseModel):
    """Whoever judges: an account, or a name that came with an imported dataset.

    ``origin`` keeps imported names apart from accounts and from other imports: a stranger who signs up as
    "alice" must not own the judgments of an imported "alice".
    """

    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.CASCADE, related_name="contributor")
    origin = models.CharField(max_length=200, blank=True, default="", help_text=_("Empty for accounts."))
    name = models.CharField(max_length=500)
    given_trust = models.FloatField(
        null=True, blank=True, help_text=_("Trust that came with an import, used as it is; empty: computed.")
    )
    is_pretrusted = models.BooleanField(
        default=False, help_text=_("Pretrusted as imported. Accounts are pretrusted by their e-mail domain.")
    )
    is_simulated = models.BooleanField(default=False)
    is_suspended = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("origin", "name"), name="contributor_name_unique_in_origin"),
            models.CheckConstraint(
                condition=Q(given_trust__isnull=True) | Q(given_trust__gte=0, given_trust__lte=1),
                name="given_trust_between_0_and_1",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="contributor_has_a_name"),
            models.CheckConstraint(condition=Q(user__isnull=True) | Q(origin=""), name="an_account_has_no_origin"),
        )
        # Of anybody's page one knows the name, not the origin, with which the constraint's index begins.
        indexes = (models.Index("name", name="contributor_by_name"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.origin})" if self.origin else self.name
