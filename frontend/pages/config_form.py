"""What forms of a configuration share: a preset, a method, and every constant with its range."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from backend.common.errors import InvalidRunConfig
from backend.pipeline.configuration import Constant, constants, method_names, preset_names
from backend.pipeline.parameters import run_config_check
from frontend.constants import CONSTANTS, METHODS, PRESETS, ROOT_LAW, Words, words
from frontend.numbers import constant_text, number_text

LONGEST_LAW = 20


@dataclass(frozen=True, slots=True)
class Option:
    """One of several, in words."""

    value: str
    label: str
    help: str
    is_chosen: bool


class ConfigForm(forms.Form):
    """A configuration; what is empty is as ``usual``, and what is not asked about as in ``below``."""

    root_law = forms.CharField(label=ROOT_LAW[0], required=False, max_length=LONGEST_LAW)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        usual: Mapping[str, object],
        below: Mapping[str, object],
        is_required: bool,
        initial: Mapping[str, object],
    ) -> None:
        super().__init__(data, initial={**initial})
        self._below = below
        for name, values in (("preset", preset_names()), ("method", method_names())):
            choices = [(value, value) for value in values]
            self.fields[name] = forms.ChoiceField(choices=choices, required=is_required)
        self.fields["root_law"].help_text = usual_text(ROOT_LAW[1], usual.get("root_law", ""))
        for constant in constants():
            self.fields[constant.name] = number_field(constant, usual.get(constant.name))

    @property
    def presets(self) -> list[Option]:
        return self.options("preset", PRESETS, preset_names())

    @property
    def methods(self) -> list[Option]:
        return self.options("method", METHODS, method_names())

    def options(self, field: str, table: Mapping[str, Words], names: list[str]) -> list[Option]:
        """Return the choices of a field in words."""
        return [Option(name, *words(table, name), is_chosen=self[field].value() == name) for name in names]

    @property
    def advanced(self) -> list[forms.BoundField]:
        return [self[name] for name in ("root_law", *(constant.name for constant in constants()))]

    @property
    def is_advanced(self) -> bool:
        """Tell whether a constant is not empty, or what was typed is wrong."""
        return any(field.value() not in (None, "") or field.errors for field in self.advanced)

    @property
    def config(self) -> dict[str, object]:
        """What was chosen, as runs take it."""
        names = ("preset", "method", *(field.name for field in self.advanced))
        chosen = {name: self.cleaned_data.get(name) for name in names}
        return {name: value for name, value in chosen.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        """Refuse what a run would refuse, at the field."""
        if not self.errors:
            try:
                run_config_check(config={**self._below, **self.config})
            except InvalidRunConfig as error:
                self.add_error(error.field if error.field in self.fields else None, error.message)
        return self.cleaned_data


def number_field(constant: Constant, usual: object) -> forms.Field:
    """Return the field of a constant, with its range and what it is if nothing is typed."""
    label, help_text = words(CONSTANTS, constant.name)
    options: dict[str, Any] = {"label": label, "required": False, "help_text": _ranged(help_text, constant, usual)}
    if constant.is_whole:
        return forms.IntegerField(min_value=int(constant.low), max_value=int(constant.high), **options)
    return forms.FloatField(min_value=constant.low, max_value=constant.high, **options)


def _ranged(help_text: str, constant: Constant, usual: object) -> str:
    limits = {"help": help_text, "low": number_text(constant.low), "high": number_text(constant.high)}
    if usual is None:
        return _("%(help)s From %(low)s to %(high)s; usually each step has its own.") % limits
    return _("%(help)s From %(low)s to %(high)s; %(usual)s if empty.") % {**limits, "usual": constant_text(usual)}


def usual_text(help_text: str, usual: object) -> str:
    return _("%(help)s %(usual)s if empty.") % {"help": help_text, "usual": usual}
