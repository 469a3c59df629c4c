"""Whole tables by COPY, as text and in PostgreSQL's own format."""

import math

import polars as pl
import pytest
from django.db import connection
from polars.testing import assert_frame_equal

from backend.common.bulk import copy_in, copy_in_numbers, copy_out, copy_out_numbers

pytestmark = pytest.mark.django_db

FRAME = pl.DataFrame({
    "key": [1, -(2**40), 2**63 - 1],
    "value": [0.1 + 0.2, -math.inf, 5e-324],
    "flag": [True, False, True],
})  # fmt: skip
READ = "SELECT key, value, flag FROM numbers ORDER BY position"


@pytest.fixture(autouse=True)
def _table():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE numbers (position serial, flag boolean, key bigint, value double precision)"
        )


@pytest.mark.parametrize("write", [copy_in, copy_in_numbers])
def test_what_goes_in_comes_out_to_the_last_bit(write):
    write("numbers", FRAME)
    assert_frame_equal(copy_out_numbers(READ, [], FRAME.schema), FRAME, check_exact=True)
    texts = FRAME.drop("flag")  # PostgreSQL writes flags as t and f
    assert_frame_equal(copy_out(READ.replace(", flag", ""), [], texts.schema), texts, check_exact=True)


@pytest.mark.parametrize("write", [copy_in, copy_in_numbers])
@pytest.mark.parametrize("read", [copy_out, copy_out_numbers])
def test_nothing_is_no_rows(write, read):
    write("numbers", FRAME.clear())
    assert_frame_equal(read(READ, [], FRAME.schema), FRAME.clear())


def test_more_rows_than_are_sent_at_a_time_all_arrive():
    many = pl.concat([FRAME] * 30_000)
    copy_in_numbers("numbers", many)
    assert_frame_equal(copy_out_numbers(READ, [], many.schema), many)


def test_a_missing_number_is_refused_both_ways():
    with pytest.raises(ValueError, match="missing"):
        copy_in_numbers("numbers", FRAME.with_columns(key=pl.Series([1, None, 2])))
    copy_in("numbers", FRAME.with_columns(key=pl.Series([1, None, 2])))
    with pytest.raises(ValueError, match="missing"):
        copy_out_numbers(READ, [], FRAME.schema)


def test_another_type_than_was_said_is_refused():
    copy_in_numbers("numbers", FRAME)
    with pytest.raises(ValueError, match="another type"):
        copy_out_numbers("SELECT 1::int, value, flag FROM numbers", [], FRAME.schema)
