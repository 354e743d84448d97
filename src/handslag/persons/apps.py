from django.apps import AppConfig


class PersonsConfig(AppConfig):
    name = "handslag.persons"
