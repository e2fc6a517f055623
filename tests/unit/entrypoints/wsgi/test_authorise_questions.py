"""The authorisation hook and questions about points and legends (spec/auth-plugins-decorate.md, 2.3 to 2.5)."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from tests.fakes.projection import FakeProjection
from tilekeep.adapters.geometry.given_areas import GivenAreas
from tilekeep.domain.geometry import BBox
from tilekeep.entrypoints.wsgi.authorise import AREAS, HOOK, authorise_feature_info, authorise_legends
from tilekeep.entrypoints.wsgi.permissions import AccessDenied

BOX = BBox(0.0, 0.0, 20.0, 20.0)
WEST = {"srs": "EPSG:4326", "geometry": [0, 0, 10, 20]}
SOUTH = {"srs": "EPSG:3857", "geometry": shapely.box(0, 0, 2226389.8, 1118889.9)}


class Hook:
    """An authorisation callable that gives one result and remembers what it was asked."""

    def __init__(self, **result: Any) -> None:
        self._result = result
        self.asked: list[tuple[str, list[str | None], dict[str, Any]]] = []

    def __call__(self, service: str, layers: list[str | None], **others: Any) -> dict[str, Any]:
        assert HOOK in others.pop("environ")
        self.asked.append((service, layers, others))
        return self._result

    def environ(self) -> dict[str, Any]:
        return {HOOK: self, AREAS: GivenAreas(FakeProjection())}


def partial(layers: dict[str, Any], **more: Any) -> Hook:
    return Hook(authorized="partial", layers=layers, **more)


def info(
    hook: Hook,
    *,
    service: str = "wms.featureinfo",
    requested: tuple[str, ...] = ("a", "b"),
    queried: tuple[str, ...] = ("a", "b"),
    at: tuple[float, float] = (5.0, 5.0),
) -> tuple[str, ...]:
    return authorise_feature_info(hook.environ(), service, requested, queried, "EPSG:4326", BOX, at)


class TestFeatureInfo:
    def test_without_a_hook_every_layer_may_answer(self) -> None:
        assert authorise_feature_info({}, "wms.featureinfo", (), ("a", "b"), "EPSG:4326", BOX, (1, 1)) == ("a", "b")

    @pytest.mark.parametrize("service", ["wms.featureinfo", "wmts.featureinfo"])
    def test_full_permission_ignores_limits(self, service: str) -> None:
        hook = Hook(authorized="full", layers={}, limited_to=WEST)

        assert info(hook, service=service, at=(15.0, 5.0)) == ("a", "b")
        assert hook.asked == [(service, ["a", "b"], {"query_extent": ("EPSG:4326", (0.0, 0.0, 20.0, 20.0))})]

    @pytest.mark.parametrize(
        ("result", "status"),
        [
            pytest.param({"authorized": "unauthenticated"}, 401, id="unauthenticated"),
            pytest.param({"authorized": "none"}, 403, id="none"),
            pytest.param({"authorized": "whatever"}, 403, id="a word that does not exist"),
            pytest.param({"authorized": "partial"}, 403, id="partial without layers"),
            pytest.param({"authorized": "partial", "layers": {"a": {"featureinfo": True}}}, 403, id="one of two"),
            pytest.param(
                {"authorized": "partial", "layers": {"a": {"featureinfo": True}, "b": {"featureinfo": 1}}},
                403,
                id="true is not enough, it must be True",
            ),
            pytest.param(
                {"authorized": "partial", "layers": {"a": {"featureinfo": True}, "b": {"map": True}}},
                403,
                id="permitted for maps only",
            ),
        ],
    )
    def test_a_requested_layer_that_is_not_permitted_refuses_the_request(
        self, result: dict[str, Any], status: int
    ) -> None:
        with pytest.raises(AccessDenied) as denied:
            info(Hook(**result))

        assert denied.value.status == status

    def test_a_layer_that_was_not_requested_by_its_name_is_left_out(self) -> None:
        hook = partial({"a": {"featureinfo": True}})

        assert info(hook, requested=("group",)) == ("a",)
        assert info(hook, requested=("group",), queried=("b",)) == ()

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            pytest.param((5.0, 5.0), ("a", "b"), id="within both"),
            pytest.param((5.0, 15.0), ("a",), id="within the first"),
            pytest.param((15.0, 5.0), ("b",), id="within the second, which is in another SRS"),
            pytest.param((15.0, 15.0), (), id="within none"),
            pytest.param((10.0, 15.0), (), id="on the border"),
        ],
    )
    def test_a_layer_answers_where_it_is_permitted(self, at: tuple[float, float], expected: tuple[str, ...]) -> None:
        hook = partial(
            {"a": {"featureinfo": True, "limited_to": WEST}, "b": {"featureinfo": True, "limited_to": SOUTH}}
        )

        assert info(hook, at=at) == expected

    @pytest.mark.parametrize(
        ("service", "at", "answers"),
        [
            pytest.param("wms.featureinfo", (5.0, 5.0), True, id="WMS: within both"),
            pytest.param("wms.featureinfo", (5.0, 15.0), False, id="WMS: within the limit of the layer alone"),
            pytest.param("wms.featureinfo", (15.0, 5.0), False, id="WMS: within the limit of the answer alone"),
            pytest.param("wmts.featureinfo", (5.0, 15.0), True, id="WMTS: the limit of the layer replaces the other"),
            pytest.param("wmts.featureinfo", (15.0, 5.0), False, id="WMTS: within the limit of the answer alone"),
        ],
    )
    def test_limits_of_the_answer_add_to_those_of_layers_in_wms_alone(
        self, service: str, at: tuple[float, float], answers: bool
    ) -> None:
        hook = partial({"a": {"featureinfo": True, "limited_to": WEST}}, limited_to=SOUTH)

        assert info(hook, service=service, requested=("a",), queried=("a",), at=at) == (("a",) if answers else ())

    def test_a_limit_of_the_answer_alone_holds_for_wmts(self) -> None:
        hook = partial({"a": {"featureinfo": True}}, limited_to=WEST)

        assert info(hook, service="wmts.featureinfo", requested=("a",), queried=("a",), at=(15.0, 5.0)) == ()


class TestLegends:
    def test_without_a_hook_every_legend_may_be_seen(self) -> None:
        assert authorise_legends({}, "group", ("a", None)) == ("a", None)

    def test_the_hook_is_asked_as_for_capabilities(self) -> None:
        hook = Hook(authorized="full")

        assert authorise_legends(hook.environ(), "group", ("a", "b")) == ("a", "b")
        assert hook.asked == [("wms.capabilities", ["group", "a", "b"], {})]

    @pytest.mark.parametrize(
        ("layers", "expected"),
        [
            pytest.param({"group": {"map": True}, "a": {"map": True}, "b": {"map": 1}}, ("a", "b"), id="listed"),
            pytest.param({"group": {"map": True}, "a": {"map": True}}, ("a",), id="in part"),
            pytest.param(
                {"group": {"map": True}, "a": {"map": True, "legendgraphic": False}, "b": {"legendgraphic": True}},
                ("b",),
                id="a flag of its own decides",
            ),
        ],
    )
    def test_legends_are_seen_where_documents_list_the_layer(
        self, layers: dict[str, Any], expected: tuple[str, ...]
    ) -> None:
        assert authorise_legends(partial(layers).environ(), "group", ("a", "b")) == expected

    @pytest.mark.parametrize(
        ("result", "status"),
        [
            pytest.param({"authorized": "unauthenticated"}, 401, id="unauthenticated"),
            pytest.param({"authorized": "none"}, 403, id="none"),
            pytest.param({"authorized": "partial", "layers": {"a": {"map": True}}}, 403, id="the requested layer"),
            pytest.param({"authorized": "partial", "layers": {"group": {"map": True}}}, 403, id="all that it shows"),
        ],
    )
    def test_what_may_not_be_seen_is_refused(self, result: dict[str, Any], status: int) -> None:
        with pytest.raises(AccessDenied) as denied:
            authorise_legends(Hook(**result).environ(), "group", ("a", "b"))

        assert denied.value.status == status
