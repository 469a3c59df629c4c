"""Routes of the API, below /api/v1/polls/."""

from django.urls import path

from backend.polls.apis import PollListApi

urlpatterns = [path("", PollListApi.as_view(), name="poll_list")]
