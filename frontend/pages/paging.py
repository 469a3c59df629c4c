"""Pages of a list, by number."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.core.paginator import EmptyPage, Page, Paginator

from frontend.errors import BadPageNumber, NoSuchPage

if TYPE_CHECKING:
    from django.core.paginator import _SupportsPagination

DIGITS = 7
M = TypeVar("M")


def page_number(text: str) -> int:
    """Parse the number of a page; the first one where nothing is given.

    Raises
    ------
    BadPageNumber
    """
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS and int(text) > 0):
        raise BadPageNumber(field="page")
    return int(text)


def page_of(items: "_SupportsPagination[M]", *, number: int, size: int) -> Page[M]:
    """Return one page of items.

    Raises
    ------
    NoSuchPage
    """
    paginator = Paginator(items, size)
    try:
        return paginator.page(number)
    except EmptyPage:
        raise NoSuchPage(field="page", number=number, last=paginator.num_pages) from None


def page_context(current: Page[M], address: Callable[[int], str] = "?page={}".format) -> dict[str, object]:
    """Return what ``_pages.html`` needs: a page, and where the ones before and after it are."""
    return {
        "page": current,
        "previous_url": address(current.previous_page_number()) if current.has_previous() else "",
        "next_url": address(current.next_page_number()) if current.has_next() else "",
    }
