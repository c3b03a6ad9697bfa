"""What those who watch over the service are told."""

from __future__ import annotations

from tests.service.conftest import Branch


def test_a_running_service_says_that_it_lives_and_is_ready(branch: Branch) -> None:
    visitor = branch.visitor()

    ready = visitor.get("/readyz")

    assert visitor.get("/livez").status_code == 200
    assert ready.status_code == 200
    assert ready.json["ready"] is True
    assert ready.json["position"] > 0


def test_figures_are_there_for_prometheus(branch: Branch) -> None:
    visitor = branch.visitor()
    visitor.get("/livez")

    text = visitor.get("/metrics").text

    assert "shilu_http_requests_total" in text
    assert 'shilu_projection_lag_events{name="team_day"}' in text


def test_without_its_views_the_service_is_not_ready(branch: Branch) -> None:
    with branch.context.views.begin() as connection:
        connection.exec_driver_sql("DROP TABLE projection_position")

    response = branch.visitor().get("/readyz")

    assert response.status_code == 503
    assert response.json["ready"] is False
