"""The drawings of a report, as HTML that needs Plotly's script once on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import plotly.io
from markupsafe import Markup

from evaluation.figures import Report

_COLOURS = ("#2f7fc1", "#d9730d", "#2a9d6f", "#c2528b", "#8a6fd1", "#8c7a2e", "#7f8790")
"""Legible on white and on near-black; they differ in lightness, too."""
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_WANTED = "#7f8790"
_QUANTILES = np.linspace(0.01, 0.99, 99)


@dataclass(frozen=True)
class Chart:
    """A drawing with what to make of it."""

    title: str
    note: str
    html: Markup


def charts(report: Report, seconds: Mapping[str, np.ndarray]) -> tuple[Chart, ...]:
    """Return all drawings of a report; ``seconds`` are the times of each system's turns."""
    return (
        Chart(
            "Success by turn",
            "People who had been shown what they then took; the bands are 95 % intervals.",
            success_by_turn(report),
        ),
        Chart("Time for a turn", "Further left is faster.", latency(seconds)),
        Chart(
            "Popularity",
            "What was recommended, by how well known it is, against what people wanted (bars). Above the bars on the "
            "right, famous items are shown more often than they are wanted.",
            exposure(report),
        ),
        Chart(
            "Calibration",
            "Of the items to which a system gave about the same probability, how many were wanted, with 95 % "
            "intervals; people who want a single item. Below the dotted line more was promised than came true.",
            calibration(report),
        ),
    )


def success_by_turn(report: Report) -> Markup:
    """Draw the share of people who had found something within so many turns."""
    drawing = _drawing("turns", "share who found something", percent="y")
    for place, name in enumerate(report.order):
        figures = [figure for figure in report.systems[name].by_turn if figure.mean is not None]
        turns = list(range(1, len(figures) + 1))
        ends = [(figure.low or 0.0, figure.high or 0.0, figure.n) for figure in figures]
        drawing.add_trace(_band(turns, [low for low, _, _ in ends], [high for _, high, _ in ends], place))
        drawing.add_trace(
            _line(name, turns, [figure.mean or 0.0 for figure in figures], place).update(
                customdata=ends,
                hovertemplate="%{y:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%}), n %{customdata[2]}",
            )
        )
    return _html(drawing, "success-by-turn")


def latency(seconds: Mapping[str, np.ndarray]) -> Markup:
    """Draw the share of turns that a system answered within a time."""
    drawing = _drawing("milliseconds, each step ten times the last", "share of turns answered", percent="y")
    drawing.update_xaxes(type="log", dtick=1)
    for place, (name, times) in enumerate(seconds.items()):
        if len(times):
            spots = np.maximum(1000 * np.quantile(times, _QUANTILES), 0.01)
            trace = _line(name, spots.tolist(), _QUANTILES.tolist(), place)
            drawing.add_trace(
                trace.update(mode="lines", hovertemplate=f"%{{y:.0%}} within %{{x:.1f}} ms, n {len(times)}")
            )
    return _html(drawing, "latency")


def exposure(report: Report) -> Markup:
    """Draw how much of what was shown is well known, beside how much of what was wanted."""
    drawing = _drawing("tenths of the catalogue, the best known on the right", "share", percent="y")
    places = list(range(1, 11))
    first = report.systems[report.order[0]].exposure
    drawing.add_trace(
        go.Bar(name="what people wanted", x=places, y=list(first.wanted), marker_color=_WANTED, opacity=0.45)
    )
    for place, name in enumerate(report.order):
        found = report.systems[name].exposure
        trace = _line(name, places, list(found.shown), place)
        drawing.add_trace(trace.update(hovertemplate=f"%{{y:.1%}} of {found.n} shown"))
    drawing.update_xaxes(dtick=1)
    return _html(drawing, "exposure")


def calibration(report: Report) -> Markup:
    """Draw how often picks of a probability were wanted; an honest posterior lies on the diagonal."""
    drawing = _drawing("probability that the system gave", "share that was wanted", percent="xy")
    drawing.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", name="as promised", line={"color": _WANTED, "dash": "dot", "width": 1}
        )
    )
    for place, name in enumerate(report.order):
        bins = report.systems[name].calibration
        if not bins:
            continue
        ends = [(one.low, one.high, one.n) for one in bins]
        trace = _line(name, [one.promised for one in bins], [one.wanted for one in bins], place)
        drawing.add_trace(
            trace.update(
                customdata=ends,
                error_y={
                    "array": [one.high - one.wanted for one in bins],
                    "arrayminus": [one.wanted - one.low for one in bins],
                    "thickness": 1,
                    "width": 3,
                },
                hovertemplate="%{x:.1%} promised, %{y:.1%} wanted "
                "(%{customdata[0]:.1%} to %{customdata[1]:.1%}), n %{customdata[2]}",
            )
        )
    return _html(drawing, "calibration")


def _line(name: str, across: Sequence[float], up: Sequence[float], place: int) -> go.Scatter:
    """Return a line in the colour and the dashes of the system at a place in the order."""
    return go.Scatter(
        name=name,
        x=list(across),
        y=list(up),
        mode="lines+markers",
        marker={"size": 5},
        line={"color": _COLOURS[place % len(_COLOURS)], "dash": _DASHES[place % len(_DASHES)], "width": 2},
        legendgroup=name,
    )


def _band(across: Sequence[float], low: Sequence[float], high: Sequence[float], place: int) -> go.Scatter:
    """Return the interval around a line."""
    return go.Scatter(
        x=[*across, *reversed(across)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=f"{_COLOURS[place % len(_COLOURS)]}26",
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )


def _drawing(across: str, up: str, percent: str) -> go.Figure:
    """Return an empty drawing; ``percent`` names the axes of shares. The page's own style colours the words."""
    axis = {"zeroline": False, "fixedrange": True, "automargin": True, "gridcolor": "rgba(128,128,128,.25)"}
    drawing = go.Figure()
    drawing.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=400,
        font={"family": "system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        hovermode="closest",
        xaxis={**axis, "title": {"text": across, "standoff": 8}},
        yaxis={**axis, "title": {"text": up, "standoff": 8}, "rangemode": "tozero"},
    )
    if "x" in percent:
        drawing.update_xaxes(tickformat=".0%")
    if "y" in percent:
        drawing.update_yaxes(tickformat=".0%")
    return drawing


def _html(drawing: go.Figure, name: str) -> Markup:
    return Markup(
        plotly.io.to_html(
            drawing,
            include_plotlyjs=False,
            full_html=False,
            div_id=name,
            config={"displayModeBar": False, "responsive": True},
        )
    )
