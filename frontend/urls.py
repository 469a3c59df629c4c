"""Routes of the pages."""

from django.urls import URLPattern, URLResolver, include, path

from frontend.pages import home, site, state
from frontend.pages.account import home as account
from frontend.pages.account import tokens, yours
from frontend.pages.comparing import aside, compare, pick
from frontend.pages.mine import (
    comparisons,
    contradictions,
    later,
    overview,
    proof,
    recommendations,
    visibility,
    vouching,
)
from frontend.pages.mine import items as own_items
from frontend.pages.poll import (
    contributors,
    dataset,
    feeds,
    groups,
    images,
    integrity,
    item,
    notes,
    ranking,
    whatif,
    widget,
)
from frontend.pages.runs import changes, everywhere, rollback, run, runs

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("how-it-works/", site.how_it_works, name="how_it_works"),
    path("theme/", site.theme, name="theme"),
    path("proof/", proof.proof, name="proof"),
    path("vouch/", vouching.vouch_link, name="vouch_link"),
    path("accounts/", account.home, name="account"),
    path("accounts/tokens/", tokens.tokens, name="tokens"),
    path("accounts/tokens/new/", tokens.token_new, name="token_new"),
    path("accounts/tokens/<int:token_id>/revoke/", tokens.token_end, name="token_revoke"),
    path("accounts/yours/", yours.yours, name="yours"),
    path("accounts/yours/export.zip", yours.yours_export, name="yours_export"),
    path("accounts/yours/delete/", yours.yours_delete, name="yours_delete"),
    path("goodbye/", yours.goodbye, name="goodbye"),
    path("language/", site.language, name="language"),
    # First: "new" is no poll.
    path("", include("frontend.pages.settings.urls")),
    path("polls/<str:slug>/", ranking.poll_ranking, name="poll"),
    path("polls/<str:slug>/items/<path:uid>/", item.item, name="item"),
    path("polls/<str:slug>/compare/", compare.compare, name="compare"),
    path("polls/<str:slug>/compare/undo/", compare.compare_undo, name="compare_undo"),
    path("polls/<str:slug>/compare/aside/", aside.aside, name="aside"),
    path("polls/<str:slug>/compare/aside/undo/", aside.aside_undo, name="aside_undo"),
    path("polls/<str:slug>/compare/pick/", pick.pick, name="pick"),
    path("polls/<str:slug>/later/", later.later, name="later"),
    path("polls/<str:slug>/later/add/", later.later_add, name="later_add"),
    path("polls/<str:slug>/later/remove/", later.later_remove, name="later_remove"),
    path("polls/<str:slug>/me/", overview.me, name="me"),
    path("polls/<str:slug>/me/items/", own_items.my_items, name="my_items"),
    path("polls/<str:slug>/me/items/visibility/", visibility.my_visibility, name="my_visibility"),
    path("polls/<str:slug>/me/second-looks/", contradictions.contradictions, name="contradictions"),
    path("polls/<str:slug>/me/proof/", proof.my_proof, name="my_proof"),
    path("polls/<str:slug>/me/trust/", vouching.trust, name="trust"),
    path("polls/<str:slug>/me/trust/vouch/", vouching.vouch, name="vouch"),
    path("polls/<str:slug>/me/trust/withdraw/", vouching.unvouch, name="unvouch"),
    path("polls/<str:slug>/contributors/<path:name>/", contributors.contributor, name="contributor"),
    path("polls/<str:slug>/comparisons/", comparisons.comparisons, name="comparisons"),
    path("polls/<str:slug>/comparisons/delete/", comparisons.comparison_delete_own, name="comparison_delete"),
    path("polls/<str:slug>/comparisons/undo/", comparisons.comparison_undo_delete, name="comparison_undo_delete"),
    path("polls/<str:slug>/integrity/", integrity.integrity, name="integrity"),
    path("polls/<str:slug>/integrity/what-if/", whatif.whatif, name="whatif"),
    path("polls/<str:slug>/dataset.zip", dataset.dataset_export, name="dataset_export"),
    path("polls/<str:slug>/note/", notes.note, name="note"),
    path("polls/<str:slug>/groups/", groups.groups, name="groups"),
    path("polls/<str:slug>/image.png", images.image, name="image"),
    path("polls/<str:slug>/widget/", widget.widget, name="widget"),
    path("polls/<str:slug>/best.atom", feeds.best_items, name="feed_best"),
    path("polls/<str:slug>/new.atom", feeds.new_items, name="feed_new"),
    path("polls/<str:slug>/recommendations/", recommendations.recommendations, name="recommendations"),
    path("polls/<str:slug>/runs/", runs.runs, name="runs"),
    path("polls/<str:slug>/runs/forward/", rollback.runs_forward, name="runs_forward"),
    path("polls/<str:slug>/runs/<int:run_id>/", run.run_detail, name="run"),
    path("polls/<str:slug>/runs/<int:run_id>/changes/", changes.changes, name="run_changes"),
    path("polls/<str:slug>/runs/<int:run_id>/show/", rollback.run_show, name="run_show"),
    path("runs/", everywhere.runs_everywhere, name="runs_everywhere"),
    path("state/", state.state, name="state"),
]
