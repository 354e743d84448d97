from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _ensure_head(using: str, **_) -> None:
    from handslag.journal import chain

    chain.begin(using)


class JournalConfig(AppConfig):
    name = "handslag.journal"

    def ready(self) -> None:
        post_migrate.connect(_ensure_head, sender=self)
