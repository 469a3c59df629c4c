"""The form of a comparison: one choice per criterion, from -10 to 10, or not judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backend.polls.models import Criterion
from frontend.numbers import number_text

MAXIMUM = 10
LONGEST = 24
"""Characters of a value: as many as a number ever takes."""
PREFIX = "judge-"


@dataclass(frozen=True, slots=True)
class Row:
    """What the page shows of one criterion."""

    criterion: Criterion
    id: str
    name: str
    value: str
    choices: Sequence[tuple[str, str]]
    error: str


class JudgeForm(forms.Form):
    """Judgments on some criteria; nothing chosen means not judged."""

    def __init__(
        self,
        criteria: Sequence[Criterion],
        *,
        data: Mapping[str, str] | None = None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.criteria = criteria
        self.values = values or {}
        self.problem = ""
        for criterion in criteria:
            self.fields[PREFIX + criterion.name] = forms.TypedChoiceField(
                choices=choices(self.values.get(criterion.name, "")), required=False, coerce=float, empty_value=None
            )

    @property
    def judgments(self) -> dict[str, float | None]:
        """The valid answers by criterion name."""
        return {criterion.name: self.cleaned_data[PREFIX + criterion.name] for criterion in self.criteria}

    @property
    def values_given(self) -> dict[str, str]:
        """The valid answers as they would be stored, by criterion name."""
        return {name: value_text(value) for name, value in self.judgments.items() if value is not None}

    def beside(self, stored: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return, for each criterion that differs, its title, what is stored in words, and what this form says."""
        given = self.values_given
        return [
            (criterion.title, _said(stored.get(criterion.name)), _said(given.get(criterion.name)))
            for criterion in self.criteria
            if stored.get(criterion.name) != given.get(criterion.name)
        ]

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(criterion) for criterion in self.criteria]

    @property
    def main(self) -> list[Row]:
        return [row for row in self.rows if not row.criterion.is_optional]

    @property
    def optional(self) -> list[Row]:
        return [row for row in self.rows if row.criterion.is_optional]

    @property
    def has_optional_values(self) -> bool:
        return any(row.value for row in self.optional)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What is answered so far, in words: (criterion, "A better by 3")."""
        return [(row.criterion.title, words(float(row.value))) for row in self.rows if row.value]

    def _row(self, criterion: Criterion) -> Row:
        name = PREFIX + criterion.name
        value = self.data.get(name, "") if self.is_bound else self.values.get(criterion.name, "")
        error = _("Choose one of the values offered.") if name in self.errors else ""
        return Row(criterion, f"id-{name}", name, value, choices(self.values.get(criterion.name, "")), error)


def answers_in(source: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form or an address that hold an answer; what means nothing is left out."""
    return {name: value for name, value in source.items() if name.startswith(PREFIX) and is_value(value)}


def value_text(value: float) -> str:
    """Write a stored value as the form does: ``3``, ``-2.5``."""
    return f"{value:g}"


def choices(present: str = "") -> list[tuple[str, str]]:
    """Return the values to choose from with their words; ``present`` is kept where it lies between two of them."""
    texts = [str(value) for value in range(-MAXIMUM, MAXIMUM + 1)]
    if present and present not in texts and is_value(present):
        texts = sorted([*texts, present], key=float)
    return [("", _("Not judged")), *((text, words(float(text))) for text in texts)]


def is_value(text: str) -> bool:
    try:
        return len(text) <= LONGEST and abs(float(text)) <= MAXIMUM
    except ValueError:
        return False


def words(value: float) -> str:
    if value == 0:
        return _("Equal")
    better = _("A better by %(n)s") if value < 0 else _("B better by %(n)s")
    return better % {"n": number_text(abs(value))}


def _said(value: str | None) -> str:
    return words(float(value)) if value else _("Not judged")
