from django.apps import AppConfig
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules

from handslag.foundation import forking, guards, walling


def _drop_guards(using: str, **_: object) -> None:
    guards.drop(connections[using])


def _make_cache(using: str, **_: object) -> None:
    call_command("createcachetable", database=using, verbosity=0)


def _install_guards(using: str, **_: object) -> None:
    guards.install(connections[using])
    walling.build(connections[using])


class FoundationConfig(AppConfig):
    name = "handslag.foundation"

    def ready(self) -> None:
        pre_migrate.connect(_drop_guards, sender=self)
        post_migrate.connect(_make_cache, sender=self)
        post_migrate.connect(_install_guards, sender=self)
        forking.watch_forks()
        autodiscover_modules("checks")
