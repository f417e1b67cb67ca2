"""`/statistics` and `/statistics/{table}`: the tables of the pages, as JSON and as CSV."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from figures.api.examples import TABLE, TABLE_CSV, TABLE_LIST
from figures.dimensions import DIMENSIONS, school_year_name
from figures.exports import columns_of, item, machine_csv
from figures.models import Cube
from figures.questions import FiguresQuery, known_years
from figures.results import answer
from figures.tables import TABLES, Table
from radar.api.paging import MAX_PAGE_SIZE, PageQuery, page_serializer
from radar.api.parameters import form_data, require_valid


class CsvRenderer(BaseRenderer):
    """The table as text; the view makes it."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, media_type: Any = None, context: Any = None) -> bytes:
        return str(data).encode()


class NoFiguresYet(exceptions.APIException):
    """503: the figures are counted for the first time."""

    status_code = 503
    belgif_type = "serviceUnavailable"


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="under which a row has it")
    title = serializers.CharField()
    explanation = serializers.CharField()
    unit = serializers.CharField(required=False)


class DimensionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()


class StatisticsTableSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    dimensions = DimensionSerializer(many=True)
    measures = ColumnSerializer(many=True)
    href = serializers.URLField()


# By hand, for `source` is a name that serializers have for something else.
DescribedTable = type(
    "StatisticsTable",
    (StatisticsTableSerializer,),
    {"source": serializers.CharField(), "__doc__": "A table, what it counts and by what."},
)


class StatisticsTablesSerializer(serializers.Serializer[Any]):
    items = DescribedTable(many=True)
    total = serializers.IntegerField()
    schoolYears = serializers.ListField(child=serializers.CharField())  # noqa: N815
    computedAt = serializers.DateTimeField()  # noqa: N815


class StatisticsRowSerializer(serializers.Serializer[Any]):
    """A member per dimension (null in a total) with its name, a number per column."""

    withheld = serializers.ListField(
        child=serializers.CharField(),
        help_text="columns without a number because a group of fewer than five pupils would show",
    )


def _cube() -> Cube:
    cube = Cube.objects.current()
    if cube is None:
        raise NoFiguresYet(_("The figures are counted for the first time. Try again in a minute."))
    return cube


class StatisticsTables(APIView):
    """Which tables of figures there are, by what they may be divided, and what they count."""

    scopes = {"read": "statistics:read"}

    @extend_schema(
        operation_id="listStatisticsTables",
        tags=["statistics"],
        parameters=[],
        responses=StatisticsTablesSerializer,
        examples=[TABLE_LIST],
    )
    def get(self, request: Request) -> Response:
        form_data(request)
        cube = _cube()
        return Response(
            {
                "items": [_told(request, table) for table in TABLES.values()],
                "total": len(TABLES),
                "schoolYears": [school_year_name(year) for year in known_years(cube)],
                "computedAt": cube.computed_at,
            }
        )


def _told(request: Request, table: Table) -> dict[str, Any]:
    return {
        "name": table.key,
        "title": str(table.title),
        "question": str(table.question),
        "source": str(table.source),
        "dimensions": [
            {"name": key, "title": str(DIMENSIONS[key].title)} for key in table.dimensions
        ],
        "measures": [
            {
                "name": measure.key,
                "title": str(measure.title),
                "explanation": str(measure.explanation),
                **({"unit": str(measure.unit)} if measure.unit else {}),
            }
            for measure in table.shown
        ],
        "href": request.build_absolute_uri(f"/api/v1/statistics/{table.key}"),
    }


_MEMBERS = {
    "province": "NIS code, as 40000",
    "municipality": "NIS code; that of a merged one stands for what it became",
    "sector": "key, as bouw; shared ones as bouw+hout",
    "grade": "1, 2 or 3",
    "educationForm": "BSO, TSO, BuSO or Syntra",
    "finality": "A, DU, DO or 7E",
    "network": "GO, OGO or VGO",
    "programme": "official number",
}
PARAMETERS = [
    OpenApiParameter(
        "by",
        OpenApiTypes.STR,
        description="at most two dimensions of the table, as province,sector; empty: one row",
    ),
    OpenApiParameter(
        "schoolYear", OpenApiTypes.STR, description="as 2026-2027; default: what the page shows"
    ),
    *(
        OpenApiParameter(key, OpenApiTypes.STR, description=f"only this one: {text}")
        for key, text in _MEMBERS.items()
    ),
    OpenApiParameter(
        "area",
        OpenApiTypes.STR,
        description="supply-demand only: a polygon, longitude,latitude;longitude,latitude;…",
    ),
    OpenApiParameter("enough", OpenApiTypes.NUMBER, description="supply-demand: places per pupil"),
    OpenApiParameter("lonely", OpenApiTypes.NUMBER, description="supply-demand: percent"),
    OpenApiParameter("unused", OpenApiTypes.NUMBER, description="supply-demand: percent"),
    OpenApiParameter("page", OpenApiTypes.INT, default=1),
    OpenApiParameter(
        "pageSize", OpenApiTypes.INT, default=50, description=f"at most {MAX_PAGE_SIZE}"
    ),
]


class Statistics(APIView):
    """A table of figures: the rows in pages with the totals, or all at once as CSV."""

    scopes = {"read": "statistics:read"}
    renderer_classes = [JSONRenderer, CsvRenderer]

    @extend_schema(
        operation_id="getStatistics",
        tags=["statistics"],
        parameters=PARAMETERS,
        responses={
            (200, "application/json"): page_serializer(
                "StatisticsPage",
                StatisticsRowSerializer,
                totals=StatisticsRowSerializer(many=True),
                table=serializers.CharField(),
                schoolYear=serializers.CharField(required=False),
                computedAt=serializers.DateTimeField(),
                source=serializers.CharField(),
                columns=ColumnSerializer(many=True),
            ),
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR),
        },
        examples=[TABLE, TABLE_CSV],
    )
    def get(self, request: Request, table: str) -> Response:
        if table not in TABLES:
            raise Http404
        cube = _cube()
        # The parameters of this table: no other has an area, and few have a network.
        known = type("TableQuery", (Form,), FiguresQuery({}, table=TABLES[table], cube=cube).fields)
        data = form_data(request, PageQuery, known)
        query, paging = FiguresQuery(data, table=TABLES[table], cube=cube), PageQuery(data)
        require_valid(query, paging)
        result = answer(query.question())
        if request.accepted_renderer.format == "csv":
            return Response(
                machine_csv(result),
                headers={"Content-Disposition": f'inline; filename="{table}.csv"'},
            )
        page = paging.page_asked()
        items = [item(result, row) for row in result.rows[page.start : page.stop]]
        body = page.envelope(request, items, len(result.rows))
        year = result.question.school_year
        return Response(
            body
            | {
                "totals": [item(result, row) for row in result.totals],
                "table": table,
                **({} if year is None else {"schoolYear": school_year_name(year)}),
                "computedAt": result.computed_at,
                "source": str(result.question.table.source),
                "columns": columns_of(result),
            }
        )
