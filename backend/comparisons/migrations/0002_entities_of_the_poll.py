"""A comparison's entities must be of its poll: keys on (entity, poll), which Django cannot express."""

from django.db import migrations

ADD = """
ALTER TABLE comparisons_comparison ADD CONSTRAINT {side}_is_of_the_poll
    FOREIGN KEY ({side}_id, poll_id) REFERENCES entities_entity (id, poll_id) DEFERRABLE INITIALLY DEFERRED
"""
DROP = "ALTER TABLE comparisons_comparison DROP CONSTRAINT {side}_is_of_the_poll"


class Migration(migrations.Migration):
    dependencies = [("comparisons", "0001_initial"), ("entities", "0001_initial")]

    operations = [migrations.RunSQL(ADD.format(side=side), DROP.format(side=side)) for side in ("left", "right")]
