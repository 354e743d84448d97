from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "handslag.watch"
