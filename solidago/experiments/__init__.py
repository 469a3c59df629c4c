"""Published figures that this library reproduces, as tables: ``python -m solidago.experiments NAME``."""
