"""Routes of new polls and of the settings of polls."""

from django.urls import path

from frontend.pages.settings import about, calibration, criteria, items, new, scores

urlpatterns = [
    path("polls/new/", new.new_poll, name="poll_new"),
    path("polls/<str:slug>/settings/", about.about, name="settings"),
    path("polls/<str:slug>/settings/criteria/", criteria.criteria, name="settings_criteria"),
    path("polls/<str:slug>/settings/items/", items.items, name="settings_items"),
    path("polls/<str:slug>/settings/items/store/", items.items_store, name="settings_items_store"),
    path("polls/<str:slug>/settings/scores/", scores.scores, name="settings_scores"),
    path("polls/<str:slug>/settings/scores/check/", calibration.check, name="settings_check"),
    path("polls/<str:slug>/settings/scores/use/", calibration.use, name="settings_use"),
]
