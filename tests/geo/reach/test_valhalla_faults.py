"""A server that is slow, broken or babbles: what it costs, and when it is left alone."""

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geo.models import TravelTime
from geo.reach import Mode, Reach, ReachError, Source
from geo.reach.valhalla import Valhalla
from geo.reach.valhalla_engines import ValhallaServer
from tests.stub_server import Stub

HOME = np.array([[4.70, 50.88]])
PLACES = np.array([[4.71, 50.88], [4.75, 50.90], [4.90, 50.95]])

STATUS = {"version": "3.5.1", "tileset_last_modified": 1795515868}


def provider(stub: Stub, retries: int = 0, rest: float = 60.0, pairs: int = 500) -> Valhalla:
    server = ValhallaServer(stub.url, timeout=0.3, retries=retries, failures=2, rest=rest)
    return Valhalla(server, pairs)


def matrix(question: dict[str, Any], seconds: int = 600) -> dict[str, Any]:
    """What Valhalla 3.5 answered to `sources_to_targets`, with other numbers."""
    return {
        "sources_to_targets": [
            [
                {"from_index": i, "to_index": j, "time": seconds, "distance": 2.529}
                for j in range(len(question["targets"]))
            ]
            for i in range(len(question["sources"]))
        ],
        "units": "kilometers",
        "algorithm": "timedistancematrix",
    }


def refusal(code: int, text: str) -> tuple[int, dict[str, Any]]:
    return 400, {"error_code": code, "error": text, "status_code": 400, "status": "Bad Request"}


def answers(stub: Stub, answer: Callable[[str, dict[str, Any]], Any]) -> None:
    """The server answers by the path and the question that was posted."""
    stub.answer = lambda path, _parameters: answer(path, json.loads(stub.bodies[-1]))


def answering(answer: Any, status: dict[str, Any] = STATUS) -> Any:
    """A server that is well, but for its matrix."""
    return lambda path, question: (
        status if path == "/status" else answer(question) if callable(answer) else answer
    )


def questions(stub: Stub) -> list[str]:
    return [path for path, _parameters in stub.asked]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((500, {"error": "boom"}), id="500"),
        pytest.param((503, b"<html>Service Unavailable</html>"), id="503"),
        pytest.param(b"<html>a proxy speaks</html>", id="no JSON"),
        pytest.param({}, id="empty"),
        pytest.param([], id="a list"),
        pytest.param({"sources_to_targets": [[{"distance": 1}]]}, id="no times"),
        pytest.param({"sources_to_targets": [[{"time": 60}]]}, id="too few"),
        pytest.param(lambda question: matrix(question, seconds=-1), id="before it left"),
        pytest.param(refusal(154, "Path distance exceeds the max distance limit"), id="too far"),
    ],
)
@pytest.mark.django_db
def test_what_is_no_answer_leaves_an_estimate(stub: Stub, answer: Any) -> None:
    answers(stub, answering(answer))
    found = Reach([provider(stub)]).travel(HOME, PLACES, Mode.CYCLING)
    assert found.sources == [Source.ESTIMATE]
    assert np.isfinite(found.minutes).all()
    assert not TravelTime.objects.exists()


def test_a_server_that_is_too_slow_is_given_up_in_time(stub: Stub) -> None:
    stub.delay = 2
    started = time.monotonic()
    with pytest.raises(ReachError):
        provider(stub).ask(HOME, PLACES, Mode.CYCLING)
    assert time.monotonic() - started < 1.5


def test_what_fails_for_a_moment_is_asked_again(stub: Stub) -> None:
    turns = iter([(503, {}), None])

    def moody(path: str, question: dict[str, Any]) -> Any:
        return next(turns) or matrix(question)

    answers(stub, moody)
    assert provider(stub, retries=1).ask(HOME, PLACES, Mode.CYCLING).values.tolist() == [[10] * 3]
    assert len(stub.asked) == 2


def test_after_failures_on_end_it_is_left_alone_and_tried_again_after_a_rest(stub: Stub) -> None:
    answers(stub, lambda path, question: (500, {"error": "boom"}))
    valhalla = provider(stub, rest=0.4)
    for _ in range(5):
        with pytest.raises(ReachError):
            valhalla.ask(HOME, PLACES, Mode.CYCLING)
    assert len(stub.asked) == 2
    answers(stub, answering(matrix))
    time.sleep(0.5)
    for _ in range(3):
        assert valhalla.ask(HOME, PLACES, Mode.CYCLING).values.tolist() == [[10] * 3]
    assert len(stub.asked) == 5


def test_a_server_that_is_still_down_after_a_rest_is_asked_once(stub: Stub) -> None:
    answers(stub, lambda path, question: (500, {"error": "boom"}))
    valhalla = provider(stub, rest=0.4)
    for pause in (0, 0, 0.5, 0):
        time.sleep(pause)
        with pytest.raises(ReachError):
            valhalla.ask(HOME, PLACES, Mode.CYCLING)
    assert len(stub.asked) == 3


def test_a_question_it_declines_is_no_failure(stub: Stub) -> None:
    answers(stub, lambda path, question: refusal(171, "No suitable edges near location"))
    valhalla = provider(stub)
    for _ in range(4):
        assert not valhalla.ask(HOME, PLACES, Mode.CYCLING).known.any()
    assert questions(stub) == ["/sources_to_targets", "/locate"] * 4


def test_too_many_pairs_for_the_server_are_asked_in_halves(stub: Stub) -> None:
    def strict(path: str, question: dict[str, Any]) -> Any:
        if len(question["targets"]) > 1:
            return refusal(150, "Exceeded max locations: 1")
        return matrix(question)

    answers(stub, strict)
    assert provider(stub).ask(HOME, PLACES, Mode.CYCLING).values.tolist() == [[10] * 3]


def test_too_many_for_even_one_pair_is_no_answer(stub: Stub) -> None:
    answers(stub, lambda path, question: refusal(150, "Exceeded max locations: 0"))
    with pytest.raises(ReachError):
        provider(stub).ask(HOME, PLACES, Mode.CYCLING)


def test_a_long_list_goes_in_pieces_of_the_size_in_the_settings(stub: Stub) -> None:
    answers(stub, answering(matrix))
    found = provider(stub, pairs=2).ask(HOME, PLACES, Mode.CYCLING)
    assert found.values.tolist() == [[10] * 3]
    assert [len(json.loads(body)["targets"]) for body in stub.bodies] == [2, 1]


@pytest.mark.django_db
def test_a_time_of_other_roads_is_not_used(stub: Stub) -> None:
    for modified, asked in ((1, 1), (1, 1), (2, 2)):
        status = {"version": "3.5.1", "tileset_last_modified": modified}
        answers(stub, answering(matrix, status))
        Reach([provider(stub)]).travel(HOME, PLACES, Mode.CYCLING)
        assert questions(stub).count("/sources_to_targets") == asked


@pytest.mark.django_db
def test_a_shape_that_cannot_be_read_leaves_the_circle(stub: Stub) -> None:
    answers(stub, answering({"features": []}))
    assert Reach([provider(stub)]).shape(HOME[0], Mode.CYCLING, 30) is None
