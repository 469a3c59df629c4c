"""Writes: switches."""

import logging

from django.db import transaction

from backend.observability.models import SwitchState
from backend.observability.selectors import switches_forget
from backend.observability.switches import SWITCHES, Switch

logger = logging.getLogger(__name__)


def switch_set(*, switch: Switch, state: SwitchState.State, user_id: int | None = None, note: str = "") -> SwitchState:
    """Turn a switch; every process follows within seconds."""
    with transaction.atomic():
        row, _ = SwitchState.objects.update_or_create(
            name=switch.name, defaults={"state": state, "note": note, "changed_by_id": user_id}
        )
        transaction.on_commit(switches_forget)
    logger.warning("The switch %s was set to %s", switch.name, state)
    return row


def switches_settle(**_: object) -> None:
    """Keep a row for each switch of the code, and none of others."""
    SwitchState.objects.exclude(name__in=SWITCHES).delete()
    SwitchState.objects.bulk_create([SwitchState(name=name) for name in SWITCHES], ignore_conflicts=True)
    switches_forget()
