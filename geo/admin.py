"""Places in the administration. Outlines come from files (`load_boundaries`), not from a form."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geo.addresses import Located, LocationSource
from geo.coordinate_checks import check_degrees
from geo.coordinates import WGS84
from geo.models import GeocodeResult, Municipality, PostalCode, Province


class PointWidget(forms.MultiWidget):
    """Longitude and latitude as two numbers: GeoDjango's own map asks an outside server."""

    def __init__(self) -> None:
        step = {"step": "any"}
        super().__init__([forms.NumberInput(step), forms.NumberInput(step)])

    def decompress(self, value: Point | None) -> list[float | None]:
        return [value.x, value.y] if value else [None, None]


class PointFormField(forms.MultiValueField):
    """A WGS 84 point as longitude and latitude in degrees; both or neither."""

    def __init__(self, **kwargs: Any) -> None:
        degrees = (
            forms.FloatField(min_value=-180, max_value=180),
            forms.FloatField(min_value=-90, max_value=90),
        )
        kwargs.setdefault("help_text", _("Longitude and latitude in degrees (WGS 84)."))
        super().__init__(degrees, widget=PointWidget(), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[float | None]) -> Point | None:
        longitude, latitude = data_list or (None, None)
        if longitude is None and latitude is None:
            return None
        if longitude is None or latitude is None:
            raise ValidationError(_("Give both the longitude and the latitude."), code="half")
        check_degrees(longitude, latitude)
        return Point(longitude, latitude, srid=WGS84)


class LocatedAdmin(admin.ModelAdmin):
    """For models with a point: the point is typed, checked, and remembered as set by hand."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, PointField):
            return PointFormField(required=False, label=db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """A point that somebody moved is marked, so that no import and no geocoding moves it."""
        changed = set(form.changed_data)
        if isinstance(obj, Located) and {"point", "precision"} & changed:
            if obj.point is None:
                obj.location_source = LocationSource.UNKNOWN
            elif "location_source" not in changed:
                obj.location_source = LocationSource.MANUAL
        super().save_model(request, obj, form, change)


@admin.register(Province)
class ProvinceAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "region")
    exclude = ("boundary",)


@admin.register(Municipality)
class MunicipalityAdmin(LocatedAdmin):
    list_display = ("name", "nis_code", "province", "boundary_source", "merged_into")
    list_filter = ("province", "boundary_source")
    list_select_related = ("province", "merged_into")
    search_fields = ("name", "nis_code")
    autocomplete_fields = ("merged_into",)
    exclude = ("boundary",)


@admin.register(PostalCode)
class PostalCodeAdmin(LocatedAdmin):
    list_display = ("code", "place_name", "municipality")
    list_filter = ("municipality__province",)
    list_select_related = ("municipality",)
    search_fields = ("code", "place_name", "municipality__name")
    autocomplete_fields = ("municipality",)


@admin.register(GeocodeResult)
class GeocodeResultAdmin(LocatedAdmin):
    """To look at, and to delete what is wrong: then the address is asked again."""

    list_display = ("address", "source", "precision", "score", "found_on", "checked_on")
    list_filter = ("precision", "source")
    search_fields = ("address", "address_key")
    date_hierarchy = "checked_on"
    # Counting all rows takes longer than finding twenty.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: GeocodeResult | None = None) -> bool:
        return False
