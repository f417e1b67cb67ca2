from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "figures.forum"
    label = "forum"
    verbose_name = _("Provincial forum")

    def ready(self) -> None:
        from figures.forum import kept

        kept.register()
