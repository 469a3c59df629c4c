"""The form that starts a run: with constants of its own over the poll's, or without publishing anything."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from backend.common.errors import InvalidRunConfig
from backend.pipeline.configuration import config_of, config_values, constants, method_names, preset_names
from backend.pipeline.parameters import run_config_check
from backend.polls.models import Poll
from frontend.constants import METHODS, PRESETS, ROOT_LAW, Words, words
from frontend.pages.settings.scores_form import LONGEST_LAW, Option, number_field, usual_text


class RunForm(forms.Form):
    """What one run takes; whatever is left empty is as in the poll's settings."""

    is_dry_run = forms.BooleanField(required=False)
    preset = forms.ChoiceField(required=False)
    method = forms.ChoiceField(required=False)
    root_law = forms.CharField(label=ROOT_LAW[0], required=False, max_length=LONGEST_LAW)

    def __init__(self, poll: Poll, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self._own = config_of(poll)
        usual = config_values(self._own)
        self.fields["preset"] = _choice(preset_names())
        self.fields["method"] = _choice(method_names())
        self.fields["root_law"].help_text = usual_text(ROOT_LAW[1], usual.get("root_law", ""))
        for constant in constants():
            self.fields[constant.name] = number_field(constant, usual.get(constant.name))

    @property
    def presets(self) -> list[Option]:
        return self._options("preset", preset_names(), PRESETS)

    @property
    def methods(self) -> list[Option]:
        return self._options("method", method_names(), METHODS)

    def _options(self, field: str, names: list[str], table: Mapping[str, Words]) -> list[Option]:
        chosen = self[field].value() or ""
        own = Option("", _("As in the poll's settings"), "", is_chosen=not chosen)
        return [own, *(Option(name, *words(table, name), is_chosen=chosen == name) for name in names)]

    @property
    def advanced(self) -> list[forms.BoundField]:
        return [self[name] for name in ("root_law", *(constant.name for constant in constants()))]

    @property
    def is_advanced(self) -> bool:
        """Tell whether a constant was typed."""
        return any(field.value() or field.errors for field in self.advanced)

    @property
    def parameters(self) -> dict[str, object]:
        """What was asked for this run alone, as `run_create` takes it."""
        asked = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        asked.pop("is_dry_run")
        return asked

    def clean(self) -> dict[str, Any]:
        """Refuse what a run would refuse, at the field."""
        if not self.errors:
            try:
                run_config_check(config={**self._own, **self.parameters})
            except InvalidRunConfig as error:
                self.add_error(error.field if error.field in self.fields else None, error.message)
        return self.cleaned_data


def _choice(names: list[str]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[(name, name) for name in names], required=False)
