"""What can be in the way of a dataset."""

from django.utils.translation import gettext_lazy as _

from backend.common.errors import NotFound


class NoDatasetYet(NotFound):
    code = "no_dataset_yet"
    template = _(
        "The dataset of this poll can be downloaded after its next computation of scores, which starts by itself"
        " once somebody has judged. Come back in a few minutes."
    )
