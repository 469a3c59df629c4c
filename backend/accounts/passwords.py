"""Which passwords are refused: those that lists of leaked ones hold, also in the disguises that people put on them."""

import re

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEET = str.maketrans("013457@$!", "oieastasi")
LONGEST_DISGUISE = 8
"""Digits and signs around a common password that do not make it a good one; more of them do."""
LONGEST_WATCHED = 64
"""Characters: a longer password is no common one, and looking for repetitions in it takes time."""


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Refuses the 20,000 most common leaked passwords, and "Summer2026!", "p4ssw0rd##", "dragondragon"; asks nobody."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a common password.

        Raises
        ------
        ValidationError
        """
        plain = password.lower().strip()
        if any(form in self.passwords for form in {plain, plain.translate(LEET), *_undisguised(plain)}):
            raise ValidationError(
                _("This password is too common, or close to one that is. Try three or four words that do not belong."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return _("Your password can’t be a commonly used one, nor one with a few digits or signs around it.")


def _undisguised(password: str) -> set[str]:
    """Return what remains without digits and signs at both ends, and without repetition."""
    if len(password) > LONGEST_WATCHED:
        return set()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    if not core or len(password) - len(core) > LONGEST_DISGUISE:
        core = password
    once = re.sub(r"^(.+?)\1+$", r"\1", core)
    return {core, once, core.translate(LEET), once.translate(LEET)}
