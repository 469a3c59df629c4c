from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "backend.alerts"

    def ready(self) -> None:
        # Imported for the signals that they listen to, and for the numbers that they tell.
        from backend.alerts import facts, faults  # noqa: F401
