"""Who may do what, in templates."""

from django import template

from backend.polls.models import Poll
from backend.polls.selectors import Visitor, poll_is_managed

register = template.Library()


@register.filter
def managed_by(poll: Poll, user: Visitor) -> bool:
    return poll_is_managed(poll=poll, user=user)
