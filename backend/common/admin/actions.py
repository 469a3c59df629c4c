"""Actions on selected rows: asked about first, done row by row through a service, told and logged by it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, Union

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.common.admin.bases import ModelAdmin
from backend.common.errors import ApplicationError

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

M = TypeVar("M", bound=Model)
Words = Union[str, "_StrPromise"]  # the second exists for type checkers alone
Act = Callable[[Any, M, Any], bool]
"""The page, the row, and who acts."""
Action = Callable[[Any, HttpRequest, QuerySet[Any]], TemplateResponse | None]

MOST = 100
"""Rows that one action takes at most: each is a transaction of its own."""


def confirmed(*, description: Words, explanation: Words, permission: str = "act") -> Callable[[Act[M]], Action]:
    """Make an action of a method that does something to one row and tells whether that changed anything.

    The action shows the rows and the ``explanation`` first. A row whose service refuses does not stop the others.
    """

    def decorate(act: Act[M]) -> Action:
        @admin.action(description=description, permissions=[permission])
        @wraps(act)
        def action(self: ModelAdmin[M], request: HttpRequest, queryset: QuerySet[M]) -> TemplateResponse | None:
            rows = list(queryset[: MOST + 1])
            if len(rows) > MOST:
                self.message_user(request, _("Choose at most %(n)s at once.") % {"n": MOST}, messages.ERROR)
                return None
            if not all(self.may_act(request, row) for row in rows):
                raise PermissionDenied
            if "confirmed" not in request.POST:
                return _asked(self, request, rows, act.__name__, description, explanation)
            _done(self, request, rows, act)
            return None

        return action

    return decorate


def _asked(
    page: ModelAdmin[M],
    request: HttpRequest,
    rows: Sequence[M],
    name: str,
    description: Words,
    explanation: Words,
) -> TemplateResponse:
    context = page.admin_site.each_context(request) | {
        "title": description,
        "explanation": explanation,
        "rows": rows,
        "action": name,
        "checkbox": ACTION_CHECKBOX_NAME,
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)


def _done(page: ModelAdmin[M], request: HttpRequest, rows: Sequence[M], act: Act[M]) -> None:
    changed = 0
    for row in rows:
        try:
            changed += act(page, row, request.user)
        except ApplicationError as error:
            page.message_user(request, f"{row}: {error.message}", messages.WARNING)
    told = ngettext("Done: %(n)s of %(all)s changed.", "Done: %(n)s of %(all)s changed.", changed)
    page.message_user(request, told % {"n": changed, "all": len(rows)}, messages.SUCCESS)
