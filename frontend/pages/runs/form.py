"""The form that starts a run: with constants of its own over the poll's, or without publishing anything."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from backend.pipeline.configuration import config_of, config_values
from backend.polls.models import Poll
from frontend.constants import Words
from frontend.pages.config_form import ConfigForm, Option


class RunForm(ConfigForm):
    """What one run takes; whatever is left empty is as in the poll's settings."""

    is_dry_run = forms.BooleanField(required=False)

    def __init__(self, poll: Poll, data: Mapping[str, Any] | None = None) -> None:
        own = config_of(poll)
        super().__init__(data, usual=config_values(own), below=own, is_required=False, initial={})

    def options(self, field: str, table: Mapping[str, Words], names: list[str]) -> list[Option]:
        is_empty = not self[field].value()
        return [
            Option("", _("As in the poll's settings"), "", is_chosen=is_empty),
            *super().options(field, table, names),
        ]
