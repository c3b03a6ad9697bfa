"""The page of weights, lines and the backtests behind them."""

from __future__ import annotations

from domain.detector import Backtest, BacktestWeek
from tests.service.conftest import TODAY, Branch, errors_of

WEEKS = (BacktestWeek(TODAY, 100, {"0.95": 1}), BacktestWeek(TODAY, 240, {"0.95": 3}))
BACKTEST = Backtest("B-1", 73, 12610, 240, ("0.95", "0.99"), WEEKS, 0.09, 0.95, "a1b2c3d4", "m")


def test_before_any_backtest_the_published_weights_are_named(branch: Branch) -> None:
    page = branch.visitor("m1").get("/detector").text

    assert "published" in page
    assert "还没有回测" in page


def test_weights_and_line_change_upon_a_backtest(branch: Branch) -> None:
    branch.record.detectors.record_backtest(BACKTEST, by=branch.by())
    admin = branch.visitor("m1")

    shown = admin.get("/detector").text
    admin.follow(admin.post("/detector/weights", backtest="B-1", reason="回访支持"))
    page = admin.follow(admin.post("/detector/line", line="0.99", reason="更稳妥"))

    assert "<polyline" in shown
    assert "权重 a1b2c3d4 · 门槛 0.99" in page


def test_a_line_that_nobody_backtested_is_refused(branch: Branch) -> None:
    branch.record.detectors.record_backtest(BACKTEST, by=branch.by())

    response = branch.visitor("m1").post("/detector/line", line="0.97", reason="更松")

    assert response.status_code == 409
    assert "还没有回测过" in errors_of(response)
