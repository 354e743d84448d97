from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "handslag.site"

    def ready(self) -> None:
        from handslag.site.entrance import comings

        comings.note()
