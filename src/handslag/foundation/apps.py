from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules

from handslag.foundation import guards, wall


def _drop_guards(using: str, **_: object) -> None:
    guards.drop(connections[using])


def _install_guards(using: str, **_: object) -> None:
    guards.install(connections[using])
    wall.build(connections[using])


class FoundationConfig(AppConfig):
    name = "handslag.foundation"

    def ready(self) -> None:
        pre_migrate.connect(_drop_guards, sender=self)
        post_migrate.connect(_install_guards, sender=self)
        autodiscover_modules("checks")
