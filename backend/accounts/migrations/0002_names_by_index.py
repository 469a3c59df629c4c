from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Built beside the running platform: nobody waits."""

    atomic = False
    dependencies = [("accounts", "0001_initial")]
    operations = [
        AddIndexConcurrently("user", models.Index(Upper("username"), name="username_in_capitals")),
        AddIndexConcurrently("contributor", models.Index("name", name="contributor_by_name")),
    ]
