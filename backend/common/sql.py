"""SQL functions that Django does not name."""

from django.db.models import Func, TextField


class SplitPart(Func):
    """``split_part(text, separator, n)``; a negative ``n`` counts from the end."""

    function = "split_part"
    output_field = TextField()
