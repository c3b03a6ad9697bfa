"""The weights in force, the backtests behind them, and changing a line or weights with one (R-33)."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from domain.detector import DETECTOR_STREAM, PUBLISHED, BacktestWeek, Detector
from service.access import Thing, may, need
from service.context import shilu
from service.forms import Form, PageForm, an_id, by, see, sent, text
from service.language import N_, _, day_text, local
from service.reading import said
from service.sessions import reader

pages = Blueprint("detector", __name__)


class SwitchForm(PageForm):
    """The backtest whose weights are to be used, and why."""

    backtest = an_id(required=True)
    reason = text(500, required=True, missing=N_("请写一句原因"))


class LineForm(PageForm):
    """A new alert line, and why."""

    line = text(6, required=True)
    reason = text(500, required=True, missing=N_("请写一句原因"))


@pages.get("/detector")
def detector() -> Response:
    """Show the weights and the line in force, and every backtest, newest first."""
    need(reader(), Thing.READ_DETECTOR)
    return _page(Form(name="weights"), Form(name="line"))


@pages.post("/detector/weights")
def switch_on() -> Response:
    """Judge with the weights of a backtest from now on."""
    need(reader(), Thing.DETECTOR)
    form = sent(SwitchForm(), "weights")
    if form.good:
        with form.refusals(reason="reason", UnknownBacktest="backtest"):
            receipt = shilu().record.detectors.switch_on(
                form.data["backtest"], form.data["reason"], by=by(form)
            )
            return see("/detector", receipt, "saved")
    return _page(form, Form(name="line"))


@pages.post("/detector/line")
def set_line() -> Response:
    """Set the alert line to one that was backtested."""
    need(reader(), Thing.DETECTOR)
    form = sent(LineForm(), "line")
    line = _number(form.data.get("line"))
    if form.good and line is None:
        form.fail("line", _("请填写 0.9 到 1 之间的数"))
    if form.good and line is not None:
        rules = shilu().rules()
        with form.refusals(reason="reason", alert_probability="line", BacktestMissing="line"):
            receipt = shilu().record.rulebook.set_thresholds(
                line,
                rules.watch_probability,
                rules.contradictions,
                form.data["reason"],
                by=by(form),
            )
            return see("/detector", receipt, "saved")
    return _page(Form(name="weights"), form)


def _number(typed: str | None) -> float | None:
    try:
        value = float(typed or "")
    except ValueError:
        return None
    return value if 0.0 < value < 1.0 else None


def _page(weights: Form, line: Form) -> Response:
    known = shilu().record.detectors.weights()
    tests = [
        event
        for event in shilu().record.events.get(DETECTOR_STREAM)
        if isinstance(event, Detector.Backtested)
    ]
    page = render_template(
        "detector.html",
        weights=weights,
        line=line,
        said=said(),
        in_force=known.version if known else PUBLISHED,
        alert=f"{shilu().rules().alert_probability:g}",
        tests=[_test(test) for test in reversed(tests)],
        may_change=may(reader(), Thing.DETECTOR),
    )
    return make_response(page, max(weights.status, line.status))


def _test(test: Detector.Backtested) -> SimpleNamespace:
    day = local(test.by.recorded_at, shilu().rules().time_zone).date()
    return SimpleNamespace(
        id=test.backtest_id,
        title=f"{test.backtest_id} · {day_text(day)}",
        text=_(
            "{agents} 人、{visits} 次拜访、{calls} 次回访；起点 {base}%，斜率 {slope}",
            agents=test.agents,
            visits=test.visits,
            calls=test.calls,
            base=round(100 * test.base, 1),
            slope=test.slope,
        ),
        version=f"{test.model_version}/{test.weights_version}",
        lines=[_line(line, test.weeks) for line in test.lines],
    )


def _line(line: str, weeks: Sequence[BacktestWeek]) -> SimpleNamespace:
    """Return one alert line's curve: a point a week in a box of 100 by 30."""
    counts = [week.alerts.get(line, 0) for week in weeks]
    highest, last = max([1, *counts]), max(len(counts) - 1, 1)
    points = " ".join(
        f"{100 * number / last:.1f},{29 - 28 * count / highest:.1f}"
        for number, count in enumerate(counts)
    )
    newest = counts[-1] if counts else 0
    return SimpleNamespace(
        name=line, points=points, said=_("门槛 {line}：最后一周 {n} 人", line=line, n=newest)
    )
