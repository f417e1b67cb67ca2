"""Every address of the site. Pages live in Dutch without a prefix and in English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from radar.pages import quality, views

handler400 = "radar.pages.views.bad_request"
handler403 = "radar.pages.views.forbidden"
handler404 = "radar.pages.views.not_found"
handler500 = "radar.pages.views.server_error"

urlpatterns = [
    path("health", views.health, name="health"),
    path("api/v1/", include("radar.api.urls")),
    path("", include("geo.urls")),
    path("", include("accounts.single_sign_on_urls")),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("profiel/", views.profile, name="profile"),
        path("", include("accounts.urls")),
        path("", include("companies.portal.urls")),
        path("", include("companies.portal.places.urls")),
        path("", include("companies.portal.establishments.urls")),
        path("", include("companies.portal.mentors.urls")),
        path("", include("placement.for_companies.urls")),
        path("", include("placement.urls")),
        path("", include("matching.urls")),
        path("", include("figures.urls")),
        path("programmatie/", include("placement.programming.urls")),
        path("forum/", include("figures.forum.urls")),
        path("", include("companies.portal.requests.urls")),
        path("", include("companies.review.urls")),
        path("leerlingen/lijst/", include("placement.pupil_lists.urls")),
        path("", include("companies.urls")),
        path("", include("imports.urls")),
        path("datakwaliteit/", quality.overview, name="quality"),
        path("datakwaliteit/overdragen/", quality.carry_over, name="quality-carry-over"),
        path("datakwaliteit/<slug:slug>/", quality.check, name="quality-check"),
        # The administration has no login of its own: one page asks for passwords.
        path("admin/login/", views.admin_login),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
