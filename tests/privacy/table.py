"""How to call every route, and what each kind of person gets there. A route that is missing here fails the tests.

The crawl asks for each route's address in the open poll as everybody whom its entry names, and in a poll for staff;
nobody may find in any answer what `tests.privacy.world` calls a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.privacy.world import KEEPER, OTHER, OWNER, PEOPLE, STRANGER, VISITOR

LOGGED_IN = (STRANGER, OTHER, KEEPER, OWNER)
FEW = (VISITOR, OTHER, OWNER)
"""Enough where an address shows nothing but the asker's own account."""


def _get(who: tuple[str, ...], status: int, **others: int) -> dict[str, int]:
    return dict.fromkeys(who, status) | others


OPEN = _get(PEOPLE, 200)
"""Everybody reads it."""
OWN = _get(LOGGED_IN, 200, visitor=302)
"""A page of whoever is logged in, about themselves; visitors are sent to log in."""
OWN_API = _get(LOGGED_IN, 200, visitor=401)
KEPT = _get(PEOPLE, 403, keeper=200)
"""For the poll's owner and the staff."""
KEPT_API = _get(PEOPLE, 403, keeper=200, visitor=401)
STAFF = _get(PEOPLE, 403)
"""For the staff alone."""
WRITES = _get(FEW, 405)
"""Takes no GET; say in ``form`` what to send."""
WRITES_API = _get(FEW, 405, visitor=401)
ACCOUNT = _get(FEW, 200, visitor=302)
"""A page of the account."""
ENTRANCE = _get(FEW, 302, visitor=200)
"""For those who are not logged in."""
NOTICE = _get(FEW, 200)
ELSEWHERE = _get(FEW, 302)
"""Leads on: to another page, or to say again who one is."""
MOVED = _get(FEW, 301)
NOTHING = _get(FEW, 404)
NOTHING_OWN = _get(FEW, 404, visitor=302)


@dataclass(frozen=True, slots=True)
class Entry:
    """What people get, by their kind; what else to ask for; what to send where it writes."""

    answers: Mapping[str, int]
    queries: tuple[str, ...] = ("",)
    form: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A write through the API: the route, the method, the body."""

    route: str
    method: str
    body: Mapping[str, Any] = field(default_factory=dict)


PAIR = {"left": "a", "right": "b"}
JUDGED = {**PAIR, "judged_good": "on", "good": "9"}

TABLE: dict[str, Entry] = {
    # -------------------------------------------------------------- pages
    "home": Entry(OPEN),
    "how_it_works": Entry(OPEN),
    "theme": Entry(WRITES, form={"theme": "dark"}),
    "language": Entry(WRITES, form={"language": "fr"}),
    "account": Entry(ACCOUNT),
    "yours": Entry(ACCOUNT),
    "yours_export": Entry(ACCOUNT),
    "yours_delete": Entry(ELSEWHERE, form={"name": "canaryhermione"}),
    "tokens": Entry(ACCOUNT),
    "token_new": Entry(ELSEWHERE, form={"name": "mine", "scopes": "read", "days": "30"}),
    "token_revoke": Entry({VISITOR: 302, OTHER: 404, OWNER: 200}, form={}),
    "goodbye": Entry(NOTICE),
    "poll": Entry(OPEN, queries=("", "?q=canary", "?criterion=nothing", "?page=99")),
    "item": Entry(OPEN),
    "compare": Entry(OPEN, queries=("", "?left=a&right=b", "?left=c&right=d", "?left=veiled&right=a"), form=JUDGED),
    "compare_undo": Entry(WRITES, form=PAIR),
    "aside": Entry(OWN, form={**PAIR, "reason": "other"}),
    "aside_undo": Entry(WRITES, form={"left": "b", "right": "c"}),
    "pick": Entry(OPEN, queries=("", "?q=canary", "?side=left&left=a&right=b")),
    "later": Entry(OWN),
    "later_add": Entry(WRITES, form={"item": "b"}),
    "later_remove": Entry(WRITES, form={"item": "e"}),
    "comparisons": Entry(OWN),
    "comparison_delete": Entry(WRITES, form=PAIR),
    "recommendations": Entry(OWN, queries=("", "?show=rated")),
    "comparison_undo_delete": Entry(WRITES, form={}),
    "me": Entry(OWN),
    "my_items": Entry(OWN),
    "contributor": Entry(OPEN),
    "contradictions": Entry(OWN),
    "trust": Entry(OWN),
    "my_proof": Entry(OWN, form={}),
    "vouch_link": Entry(NOTHING_OWN, form={"code": "wrong:code"}),
    "proof": Entry(OPEN, queries=("", "?proof=wrong")),
    "vouch": Entry(WRITES, form={"username": "mina"}),
    "unvouch": Entry(WRITES, form={"person": "1"}),
    "my_visibility": Entry(WRITES, form={"publish": "a", "confirmed": "1"}),
    "note": Entry(KEPT, queries=("?item=a", "?item=veiled"), form={"item": "a", "text": "Mine"}),
    "feed_best": Entry(OPEN),
    "feed_new": Entry(OPEN),
    "groups": Entry(OPEN),
    "image": Entry(OPEN),
    "widget": Entry(OPEN),
    "integrity": Entry(OPEN),
    "whatif": Entry(KEPT),
    "dataset_export": Entry(OPEN),
    "runs": Entry(KEPT, form={}),
    "run_changes": Entry(KEPT, queries=("", "?q=canary", "?show=entered", "?show=left")),
    "run_show": Entry(KEPT, form={"reason": "Mine"}),
    "runs_forward": Entry(KEPT, form={}),
    "run": Entry(KEPT, form={}),
    "runs_everywhere": Entry(STAFF, form={}),
    "state": Entry(STAFF),
    "poll_new": Entry(STAFF, form={"title": "Mine", "question": "Which?", "criteria": "Good"}),
    "settings": Entry(KEPT, form={"title": "Mine"}),
    "settings_criteria": Entry(KEPT, form={}),
    "settings_items": Entry(KEPT, form={"text": "Mine"}),
    "settings_items_store": Entry(WRITES, form={"token": "none"}),
    "settings_scores": Entry(KEPT, form={}),
    "settings_check": Entry(KEPT, form={}),
    "settings_use": Entry(WRITES, form={}),
    # -------------------------------------------------------------- the account
    "account_login": Entry(ENTRANCE),
    "account_signup": Entry(ENTRANCE),
    "account_logout": Entry(ACCOUNT),
    "account_inactive": Entry(NOTICE),
    "account_reauthenticate": Entry(ACCOUNT),
    "account_email": Entry(ACCOUNT),
    "account_email_verification_sent": Entry(NOTICE),
    "account_confirm_email": Entry(NOTICE),
    "account_change_password": Entry(ACCOUNT),
    "account_set_password": Entry(ELSEWHERE),
    "account_reset_password": Entry(NOTICE),
    "account_reset_password_done": Entry(NOTICE),
    "account_reset_password_from_key": Entry(NOTICE),
    "account_reset_password_from_key_done": Entry(NOTICE),
    "account_confirm_login_code": Entry(ELSEWHERE),
    "mfa_index": Entry(ACCOUNT),
    "mfa_authenticate": Entry(ELSEWHERE),
    "mfa_reauthenticate": Entry(ELSEWHERE),
    "mfa_activate_totp": Entry(ELSEWHERE),
    "mfa_deactivate_totp": Entry(NOTHING_OWN),
    "mfa_view_recovery_codes": Entry(NOTHING_OWN),
    "mfa_generate_recovery_codes": Entry(ELSEWHERE),
    "mfa_download_recovery_codes": Entry(NOTHING_OWN),
    "mfa_list_webauthn": Entry(ACCOUNT),
    "mfa_add_webauthn": Entry(ELSEWHERE),
    "mfa_login_webauthn": Entry(ELSEWHERE),
    "mfa_reauthenticate_webauthn": Entry({VISITOR: 302, OTHER: 302, OWNER: 200}),
    "mfa_remove_webauthn": Entry(ELSEWHERE, form={}),
    "mfa_edit_webauthn": Entry(ELSEWHERE, form={"name": "mine"}),
    "socialaccount_login_cancelled": Entry(NOTICE),
    "socialaccount_login_error": Entry(_get(FEW, 401)),
    "socialaccount_signup": Entry(ELSEWHERE),
    "socialaccount_connections": Entry(ACCOUNT),
    "openid_connect_login": Entry(NOTHING),
    "openid_connect_callback": Entry(NOTHING),
    "usersessions_list": Entry(ACCOUNT, form={}),
    "/accounts/social/login/cancelled/": Entry(MOVED),
    "/accounts/social/login/error/": Entry(MOVED),
    "/accounts/social/signup/": Entry(MOVED),
    "/accounts/social/connections/": Entry(MOVED),
    # -------------------------------------------------------------- the API; what it writes is in OPERATIONS
    "/api/": Entry(NOTHING),
    "api:schema": Entry(NOTICE),
    "api:docs": Entry(NOTICE),
    "api:poll_list": Entry(OPEN),
    "api:poll_detail": Entry(OPEN),
    "api:entity_list": Entry(OPEN, queries=("", "?search=canary")),
    "api:entity_detail": Entry(OPEN),
    "api:entity_history": Entry(OPEN),
    "api:recommendation_list": Entry(OPEN, queries=("?min_score=-100&min_contributors=1",)),
    "api:own_recommendation_list": Entry(OWN_API),
    "api:comparison_list": Entry(OWN_API),
    "api:comparison_detail": Entry({VISITOR: 401, STRANGER: 404, OTHER: 200, KEEPER: 404, OWNER: 200}),
    "api:comparison_bulk": Entry(WRITES_API),
    "api:rating_list": Entry(OWN_API),
    "api:rate_later_list": Entry(OWN_API),
    "api:rate_later_detail": Entry(WRITES_API),
    "api:suggestion_list": Entry(OPEN),
    "api:own_score_list": Entry(OWN_API),
    "api:set_aside_list": Entry(OWN_API),
    "api:set_aside_detail": Entry(WRITES_API),
    "api:token_list": Entry(OWN_API),
    "api:token_detail": Entry(WRITES_API),
    "api:trust": Entry(OWN_API),
    "api:vouch_list": Entry(OWN_API),
    "api:vouch_detail": Entry(WRITES_API),
    "api:dataset": Entry(OPEN),
    "api:groups": Entry(OPEN),
    "api:integrity": Entry(OPEN),
    "api:entity_influence": Entry(OPEN),
    "api:run_list": Entry(KEPT_API),
    "api:run_detail": Entry(KEPT_API),
    "api:run_cancel": Entry(WRITES_API),
    "api:run_changes": Entry(KEPT_API),
    "api:hold": Entry(KEPT_API),
}

OPERATIONS: dict[str, Operation] = {
    "comparison_save": Operation("api:comparison_list", "post", {**PAIR, "judgments": {"good": 9}}),
    "comparison_save_many": Operation(
        "api:comparison_bulk", "post", {"comparisons": [{**PAIR, "judgments": {"good": 9}}]}
    ),
    "comparison_delete": Operation("api:comparison_detail", "delete"),
    "rate_later_add": Operation("api:rate_later_list", "post", {"entity": "b"}),
    "rate_later_remove": Operation("api:rate_later_detail", "delete"),
    "set_aside_remove": Operation("api:set_aside_detail", "delete"),
    "token_revoke": Operation("api:token_detail", "delete"),
    "vouch_create": Operation("api:vouch_list", "post", {"username": "mina"}),
    "vouch_delete": Operation("api:vouch_detail", "delete"),
    "rating_set": Operation("api:rating_list", "post", {"entities": ["a", "b"], "is_public": True}),
    "run_start": Operation("api:run_list", "post"),
    "run_cancel": Operation("api:run_cancel", "post"),
    "hold_set": Operation("api:hold", "post", {"run": 1, "reason": "Mine"}),
    "hold_end": Operation("api:hold", "delete"),
}
"""Every operation of the API that writes, by its operation_id."""

ASTRAY = (
    "/nowhere/",
    "/polls/nowhere/",
    "/polls/open/items/nowhere/",
    "/polls/open/contributors/nobody/",
    "/polls/open/items/veiled/?criterion=nothing",
    "/polls/secret/items/a/?criterion=nothing",
    "/polls/secret/nowhere/",
    "/polls/open/compare/?left=veiled&right=b",
    "/api/v1/nowhere/",
    "/api/v1/polls/open/entities/?criterion=nothing",
    "/api/v1/polls/open/entities/?ordering=nothing",
    "/api/v1/polls/open/comparisons/a/veiled/",
    "/api/v1/polls/secret/comparisons/",
    "/api/v1/polls/unlisted/entities/?criterion=nothing",
)
"""Addresses that lead to errors, which must not tell more than answers do."""

HOW_TO_ADD = """
Say in TABLE of tests/privacy/table.py what a visitor, a stranger, another contributor, the poll's owner and the owner
of private data get there, for example:
    "{example}": Entry(OPEN),          everybody reads it            (OWN: whoever is logged in, about themselves;
                                       KEPT: the poll's owner; STAFF; each also as ..._API)
    "{example}": Entry(WRITES, form={{"item": "b"}}),    it takes no GET
An operation of the API that writes has a line in OPERATIONS too. If it shows something private that no route showed
before, plant it in tests/privacy/world.py.
"""
