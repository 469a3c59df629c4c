"""The end of an account, at once: nobody is logged in as it any more, and no computation knows it."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from backend.accounts.models import Contributor, User
from backend.accounts.selectors import contributor_of
from backend.accounts.services import superuser_require_another
from backend.common.audit import staff_log_forget
from backend.participation.services import contributor_delete


@transaction.atomic
def account_delete(*, user: User) -> None:
    """Delete an account with its sessions, its contributor and all that came from them.

    What it owned for others stays and has no owner: polls, notes about items, runs.

    Raises
    ------
    LastSuperuser
        Nobody could administer the site.
    """
    # All superusers, so that the last two cannot leave at the same moment; then the account, so that no other tab
    # makes a contributor for it meanwhile.
    superuser_require_another(user=user)
    User.objects.select_for_update().get(pk=user.pk)
    for session in UserSession.objects.filter(user=user):
        session.end()
    contributor = contributor_of(user=user)
    if contributor is not None:
        contributor_delete(contributor=contributor)
    else:
        staff_log_forget(rows=[user])
        user.delete()


@transaction.atomic
def person_delete(*, contributor: Contributor) -> None:
    """Delete a contributor, with the account if there is one.

    Raises
    ------
    LastSuperuser
    """
    if contributor.user is not None:
        account_delete(user=contributor.user)
    else:
        contributor_delete(contributor=contributor)
