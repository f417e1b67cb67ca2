"""Addresses of the engine's pages."""

from django.urls import path

from matching import allocation_views, scenario_views
from matching.radar_views import radar, radar_programme
from matching.region_views import region_package

urlpatterns = [
    path("radar/", radar, name="radar"),
    path("regio.gpkg", region_package, name="region-package"),
    path("toewijzing/", allocation_views.allocation, name="allocation"),
    path("toewijzing/<uuid:pk>/", allocation_views.allocation_job, name="allocation-job"),
    path("toewijzing/<uuid:pk>/aanvaarden/", allocation_views.accept, name="allocation-accept"),
    path("toewijzing/<uuid:pk>/vergeten/", allocation_views.forget, name="allocation-forget"),
    path(
        "toewijzing/<int:pk>/teruggeven/", allocation_views.give_back, name="allocation-give-back"
    ),
    path("wat-als/", scenario_views.scenarios, name="scenarios"),
    path("wat-als/vergelijken/", scenario_views.compare, name="scenario-compare"),
    path("wat-als/gedeeld/<str:link>/", scenario_views.shared, name="scenario-shared"),
    path("wat-als/<int:pk>/", scenario_views.scenario, name="scenario"),
    path("wat-als/<int:pk>/wijzigingen/", scenario_views.add_change, name="scenario-add-change"),
    path(
        "wat-als/<int:pk>/wijzigingen/<int:change>/verwijderen/",
        scenario_views.remove_change,
        name="scenario-remove-change",
    ),
    path("wat-als/<int:pk>/naam/", scenario_views.rename, name="scenario-rename"),
    path("wat-als/<int:pk>/kopie/", scenario_views.duplicate, name="scenario-duplicate"),
    path("wat-als/<int:pk>/delen/", scenario_views.share, name="scenario-share"),
    path("wat-als/<int:pk>/verwijderen/", scenario_views.delete, name="scenario-delete"),
    path("radar/<int:number>/", radar_programme, name="radar-programme"),
]
