"""The cube: facts about offerings, recognitions and contacts, laid out for counting.

A refresh (`figures.cube`) writes the facts of a cube of its own and makes it the current one in one
transaction; the one before goes. Whoever reads always finds a whole cube, and waits for nobody.
Dimensions are stored as the keys of `figures.dimensions`: official codes and numbers, not primary
keys, and the municipality is what it is called today, so that merged ones keep their series.
"""

from __future__ import annotations

from typing import Self

from django.contrib.gis.db import models
from django.db.models import Q
from django.db.models.functions import Now


class CubeQuerySet(models.QuerySet["Cube"]):
    def current(self) -> Cube | None:
        """The cube that is read; None before the first refresh."""
        return self.filter(is_current=True).first()

    def old(self) -> Self:
        """Cubes that nobody is given any more."""
        return self.filter(is_current=False)


class Cube(models.Model):
    """One refresh of the figures. `stamp` says which data it counted (`figures.cube.stamp`)."""

    stamp = models.CharField(max_length=120)
    day = models.DateField(help_text="The day that decides which recognitions are usable.")
    computed_at = models.DateTimeField(db_default=Now())
    is_current = models.BooleanField(default=False)

    objects = CubeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("is_current",), condition=Q(is_current=True), name="cube_one_current"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk}"


class Touch(models.Model):
    """A statement changed data that only the figures count; triggers write these rows."""

    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.pk}"


class Fact(models.Model):
    """What every fact is counted by. Empty texts stand for unknown."""

    cube = models.ForeignKey(Cube, on_delete=models.CASCADE, related_name="+", db_index=False)
    school_year = models.PositiveSmallIntegerField()
    province = models.CharField(max_length=5)
    municipality = models.CharField(max_length=5)
    sector = models.TextField()
    grade = models.CharField(max_length=1)
    education_form = models.CharField(max_length=6)
    finality = models.CharField(max_length=2)
    programme = models.CharField(max_length=10)

    class Meta:
        abstract = True
        indexes = (models.Index(fields=("cube", "school_year"), name="%(class)s_year"),)

    def __str__(self) -> str:
        return f"{self.pk}"


class OfferingFact(Fact):
    """An offering in a school year, or one that was there the year before and is gone.

    `is_active` says that pupils may follow it. `change` is against the year before: `new`,
    `continued`, `stopped` or empty (no year before, or a request that came to nothing); a
    programme that followed another continues it. `to_place` counts its pupils without a workplace:
    those whom the school said to be looking, or (where it said nothing) the enrolled ones less
    those with an agreement. `per_pupil_*` and `places_in_reach` are the radar's, for the school
    years it serves.
    """

    network = models.CharField(max_length=4)
    campus = models.BigIntegerField()
    school = models.BigIntegerField()
    status = models.CharField(max_length=9)
    is_active = models.BooleanField()
    change = models.CharField(max_length=9)
    pupils = models.PositiveSmallIntegerField(null=True)
    to_place = models.PositiveSmallIntegerField(null=True)
    per_pupil_low = models.FloatField(null=True)
    per_pupil_high = models.FloatField(null=True)
    places_in_reach = models.FloatField(null=True)
    point = models.PointField(null=True, spatial_index=False)


class SupplyFact(Fact):
    """A recognition under which pupils can train (or could, in a year that is over).

    `offered` is unknown where the company never said. `pupils` counts the agreements of the year
    that were not ended early. `is_lonely` says that no campus within the radar's reach offers the
    programme; empty where the location is not known, and in a year that is over.
    """

    recognition = models.BigIntegerField()
    establishment = models.BigIntegerField()
    company = models.BigIntegerField()
    offered = models.PositiveSmallIntegerField(null=True)
    taken = models.PositiveSmallIntegerField()
    pupils = models.PositiveSmallIntegerField()
    is_lonely = models.BooleanField(null=True)
    point = models.PointField(null=True, spatial_index=False)


class GapFact(Fact):
    """A programme of a school year in a province: offered there, or why not.

    `reason` is empty when it is offered, else one of `figures.gaps.Reason`. `could_open` counts the
    campuses of the province to which the radar advises to open it; empty in a year that is over.
    """

    reason = models.CharField(max_length=15)
    could_open = models.PositiveIntegerField(null=True)


class TermFact(Fact):
    """A recognition that began for the first time in a school year, or ended in one.

    `days` is the time to its first agreement (empty: none yet), `is_renewed` whether another one
    followed it.
    """

    recognition = models.BigIntegerField()
    has_begun = models.BooleanField()
    days = models.PositiveIntegerField(null=True)
    is_renewed = models.BooleanField()


class ContactFact(Fact):
    """A contact with an establishment, in the school year it was sent; `days` until its answer."""

    is_answered = models.BooleanField()
    has_agreed = models.BooleanField()
    days = models.PositiveIntegerField(null=True)


class VacancyFact(Fact):
    """A vacancy at VDAB and a programme that leads to its occupation, in this school year.

    One that several programmes lead to has as many facts. The point is its municipality's centre.
    """

    vacancy = models.BigIntegerField()
    point = models.PointField(null=True, spatial_index=False)


class Protection(models.Model):
    """Which figures of one kind about pupils may be shown in a school year (`figures.protection`).

    `fingerprint` tells the counts it was worked out for: with the same, it is worked out no more.
    `withheld` lists cells as `{"municipality,programme": [["44021", "88"], ...]}`; `blocks` are
    groups of pupils, each large enough, as `[[longitude, latitude, {dimension: key}, pupils]]`.
    """

    cube = models.ForeignKey(Cube, on_delete=models.CASCADE, related_name="protections")
    school_year = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)
    withheld = models.JSONField(default=dict)
    blocks = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("cube", "school_year", "measure"), name="protection_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} {self.school_year}"
