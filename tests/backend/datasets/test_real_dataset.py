"""A real public dataset of Tournesol, where it is at hand: from the file to published scores."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from backend.comparisons.models import Judgment
from backend.pipeline.models import Run
from backend.scores.selectors import ranking

FILES = sorted((Path(__file__).parents[4] / "shared" / "data").glob("tournesol_public_*.zip"))


@pytest.mark.skipif(not FILES, reason="no Tournesol export beside the repository (../shared/data)")
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_a_real_export_imports_and_computes():
    out = StringIO()
    call_command("import_dataset", FILES[0], poll="tournesol", stdout=out)
    call_command("recompute", poll="tournesol", stdout=out)
    run = Run.objects.select_related("poll").get()
    assert run.report["judgments"] == Judgment.objects.count() > 30_000
    best = ranking(poll=run.poll, criterion=run.poll.criteria.first())[0]
    assert 0 < best.score <= 100
    call_command("import_dataset", FILES[0], poll="tournesol", stdout=out)
    assert "nothing changed" in out.getvalue()
