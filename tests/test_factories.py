"""Every model has a factory, and what a factory makes is valid, under each of its traits."""

from typing import Any

import pytest
from django.apps import apps
from factory import Trait
from factory.django import DjangoModelFactory

from tests import factories

pytestmark = pytest.mark.django_db

APPS = ("accounts", "schools", "companies", "placement")
FACTORIES: list[Any] = [
    made
    for made in vars(factories).values()
    if isinstance(made, type)
    and issubclass(made, DjangoModelFactory)
    and made.__module__ == factories.__name__
]


def states(made: Any) -> list[dict[str, bool]]:
    traits = [name for name, value in made._meta.parameters.items() if isinstance(value, Trait)]
    return [{}, *({name: True} for name in traits)]


@pytest.mark.parametrize(
    ("made", "state"),
    [
        pytest.param(made, state, id=f"{made.__name__}-{'-'.join(state) or 'plain'}")
        for made in FACTORIES
        for state in states(made)
    ],
)
def test_what_it_makes_is_valid(made: Any, state: dict[str, bool]) -> None:
    made(**state).full_clean()


def test_two_of_a_kind_do_not_collide() -> None:
    for made in FACTORIES:
        made.create_batch(2)


def test_every_model_of_the_field_has_one() -> None:
    having = {made._meta.model for made in FACTORIES}
    missing = [
        model.__name__
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        # History tables (pghistory) are written by triggers, join tables by their relations.
        if model not in having and not hasattr(model, "pgh_tracked_model")
    ]
    assert missing == []
