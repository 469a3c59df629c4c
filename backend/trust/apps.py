from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "backend.trust"

    def ready(self) -> None:
        from backend.trust import receivers

        receivers.connect()
