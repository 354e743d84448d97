from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "handslag.rights"

    def ready(self) -> None:
        from handslag.rights import concealing

        concealing.always()
