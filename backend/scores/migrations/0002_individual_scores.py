"""Individual scores, one partition a score set: loaded and dropped as a whole, without dead rows."""

from django.db import migrations

CREATE = """
CREATE TABLE scores_individualscore (
    score_set_id bigint NOT NULL,
    criterion_id bigint NOT NULL,
    entity_id bigint NOT NULL,
    contributor_id bigint NOT NULL,
    score double precision NOT NULL,
    "left" double precision NOT NULL,
    "right" double precision NOT NULL,
    raw_score double precision NOT NULL,
    raw_left double precision NOT NULL,
    raw_right double precision NOT NULL,
    voting_right double precision NOT NULL,
    is_public boolean NOT NULL,
    PRIMARY KEY (score_set_id, criterion_id, entity_id, contributor_id)
) PARTITION BY LIST (score_set_id);
CREATE INDEX individual_scores_of_a_contributor ON scores_individualscore (contributor_id, score_set_id);
"""


class Migration(migrations.Migration):
    dependencies = [("scores", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE scores_individualscore")]
