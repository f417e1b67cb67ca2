"""Every address of the site. Pages live in Dutch without a prefix and in English under /en/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("radar.api.urls")),
]
