"""Routes of the pages."""

from django.urls import URLPattern, URLResolver, include, path

from frontend.pages import (
    account,
    compare,
    comparisons,
    dataset,
    feeds,
    home,
    integrity,
    items,
    later,
    my_items,
    my_visibility,
    pick,
    ranking,
    recommendations,
    runs,
    site,
    whatif,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("how-it-works/", site.how_it_works, name="how_it_works"),
    path("theme/", site.theme, name="theme"),
    path("accounts/", account.home, name="account"),
    path("language/", site.language, name="language"),
    # First: "new" is no poll.
    path("", include("frontend.pages.settings.urls")),
    path("polls/<str:slug>/", ranking.poll_ranking, name="poll"),
    path("polls/<str:slug>/items/<path:uid>/", items.item, name="item"),
    path("polls/<str:slug>/compare/", compare.compare, name="compare"),
    path("polls/<str:slug>/compare/undo/", compare.compare_undo, name="compare_undo"),
    path("polls/<str:slug>/compare/pick/", pick.pick, name="pick"),
    path("polls/<str:slug>/later/", later.later, name="later"),
    path("polls/<str:slug>/later/add/", later.later_add, name="later_add"),
    path("polls/<str:slug>/later/remove/", later.later_remove, name="later_remove"),
    path("polls/<str:slug>/me/items/", my_items.my_items, name="my_items"),
    path("polls/<str:slug>/me/items/visibility/", my_visibility.my_visibility, name="my_visibility"),
    path("polls/<str:slug>/comparisons/", comparisons.comparisons, name="comparisons"),
    path("polls/<str:slug>/comparisons/delete/", comparisons.comparison_delete_own, name="comparison_delete"),
    path("polls/<str:slug>/integrity/", integrity.integrity, name="integrity"),
    path("polls/<str:slug>/integrity/what-if/", whatif.whatif, name="whatif"),
    path("polls/<str:slug>/dataset.zip", dataset.dataset_export, name="dataset_export"),
    path("polls/<str:slug>/best.atom", feeds.best_items, name="feed_best"),
    path("polls/<str:slug>/new.atom", feeds.new_items, name="feed_new"),
    path("polls/<str:slug>/recommendations/", recommendations.recommendations, name="recommendations"),
    path("polls/<str:slug>/runs/", runs.runs, name="runs"),
    path("polls/<str:slug>/runs/<int:run_id>/", runs.run_detail, name="run"),
]
