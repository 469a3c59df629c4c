"""What is wrong with the address of a page."""

from django.utils.translation import gettext_lazy as _

from backend.common.errors import ApplicationError, NotFound


class BadPageNumber(ApplicationError):
    code = "bad_page_number"
    template = _("The page number must be a whole number from 1. Remove “page” from the address to see the first page.")


class NoSuchPage(NotFound):
    code = "no_such_page"
    template = _("There is no page %(number)s: the last one is page %(last)s.")


class TooManyTags(ApplicationError):
    code = "too_many_tags"
    template = _("Filter by at most %(most)s tags at once.")


class BadWeight(ApplicationError):
    code = "bad_weight"
    template = _("The weight of a criterion must be a whole number from 0 to %(most)s.")


class BadDate(ApplicationError):
    code = "bad_date"
    template = _("Write the day like 2026-01-31, or leave it out.")


class BadCount(ApplicationError):
    code = "bad_count"
    template = _("The number of contributors must be a whole number from 0 to %(most)s.")


class BadWidget(ApplicationError):
    code = "bad_widget"
    template = _("Give “items” from 1 to %(most)s, “size” as small or large, and “theme” as light, dark or auto.")
