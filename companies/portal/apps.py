from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "companies.portal"
    label = "portal"
    verbose_name = _("Company portal")

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in

        from companies.portal import kept, single_sign_on
        from companies.portal.requests import retention

        kept.register()
        retention.register()
        user_logged_in.connect(single_sign_on.logged_in, dispatch_uid="single_sign_on")
