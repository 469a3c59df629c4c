"""Common passwords, and the disguises that people put on them."""

import pytest
from django.core.exceptions import ValidationError

from backend.accounts.passwords import CommonPasswordValidator

VALIDATOR = CommonPasswordValidator()


@pytest.mark.parametrize(
    "password",
    ["password", "PassWord", "Summer2026!", "!!dragon!!", "dragondragon", "p4ssw0rd##", "abc1234567", "Liverpool12345"],
)
def test_common_passwords_are_refused(password):
    with pytest.raises(ValidationError, match="too common"):
        VALIDATOR.validate(password)


@pytest.mark.parametrize(
    "password", ["sunny-seeds-44", "rainbow wagon tulip", "dragon-of-the-lake", "9$4!7@love&2%8#1", ""]
)
def test_others_are_not(password):
    VALIDATOR.validate(password)


def test_repetition_is_found_fast():
    VALIDATOR.validate("ab" * 200_000 + "c")
