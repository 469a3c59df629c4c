"""The form of how scores are computed: a preset, a method, and the constants that are to differ from the preset's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from backend.common.errors import InvalidRunConfig
from backend.pipeline.configuration import Constant, constants, method_names, preset_names, preset_values
from backend.pipeline.parameters import run_config_check
from frontend.constants import CONSTANTS, METHODS, PRESETS, ROOT_LAW, Words, words

LONGEST_LAW = 20


@dataclass(frozen=True, slots=True)
class Option:
    """One of several, in words."""

    value: str
    label: str
    help: str
    is_chosen: bool


class ScoresForm(forms.Form):
    """What a poll's runs take; an empty constant is the preset's."""

    preset = forms.ChoiceField()
    method = forms.ChoiceField()
    root_law = forms.CharField(label=ROOT_LAW[0], required=False, max_length=LONGEST_LAW)

    def __init__(self, config: Mapping[str, object], data: Mapping[str, Any] | None = None) -> None:
        # A preset that the library has no more is shown as the usual one, so that the page can mend it.
        preset = config.get("preset") if config.get("preset") in preset_names() else preset_names()[0]
        usual = preset_values(str(preset))
        super().__init__(data, initial={"method": usual.get("method"), **config, "preset": preset})
        self.fields["preset"] = forms.ChoiceField(choices=[(name, name) for name in preset_names()])
        self.fields["method"] = forms.ChoiceField(choices=[(name, name) for name in method_names()])
        self.fields["root_law"].help_text = usual_text(ROOT_LAW[1], usual["root_law"])
        for constant in constants():
            self.fields[constant.name] = number_field(constant, usual.get(constant.name))

    @property
    def presets(self) -> list[Option]:
        return self._options("preset", preset_names(), PRESETS)

    @property
    def methods(self) -> list[Option]:
        return self._options("method", method_names(), METHODS)

    def _options(self, field: str, names: list[str], table: Mapping[str, Words]) -> list[Option]:
        return [Option(name, *words(table, name), is_chosen=self[field].value() == name) for name in names]

    @property
    def advanced(self) -> list[forms.BoundField]:
        return [self[name] for name in ("root_law", *(constant.name for constant in constants()))]

    @property
    def is_advanced(self) -> bool:
        """Tell whether a constant differs from the preset's, or what was typed is wrong."""
        return any(field.value() not in (None, "") or field.errors for field in self.advanced)

    @property
    def config(self) -> dict[str, object]:
        """What was chosen, as runs take it."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        """Refuse what a run would refuse, at the field."""
        if not self.errors:
            try:
                run_config_check(config=self.config)
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
    limits = {"help": help_text, "low": f"{constant.low:g}", "high": f"{constant.high:g}"}
    if usual is None:
        return _("%(help)s From %(low)s to %(high)s; usually each step has its own.") % limits
    return _("%(help)s From %(low)s to %(high)s; %(usual)s if empty.") % {**limits, "usual": usual}


def usual_text(help_text: str, usual: object) -> str:
    return _("%(help)s %(usual)s if empty.") % {"help": help_text, "usual": usual}
