"""The course of accounts as a picture: SVG, years across, money upwards in equal steps for equal factors."""

import math
from pathlib import Path

import pandas

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 80, 24, 48, 40
COLOURS = ["#1b6ac9", "#c2410c", "#15803d"]


def draw(curves: dict[str, pandas.Series], title: str, path: Path) -> None:
    """Draws them all into one file."""
    first = min(curve.index[0] for curve in curves.values())
    last = max(curve.index[-1] for curve in curves.values())
    low = min(float(curve.min()) for curve in curves.values())
    high = max(float(curve.max()) for curve in curves.values())
    floor, ceiling = math.log10(low) - 0.03, math.log10(high) + 0.03
    span = max((last - first).days, 1)

    def x(day) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span

    def y(value) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(float(value)) - floor) / (ceiling - floor)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{title}</text>',
    ]
    steps = [mantissa * 10**power for power in range(3, 12) for mantissa in (1, 2, 5)]
    for value in steps:
        if floor <= math.log10(value) <= ceiling:
            at = y(value)
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{value:,}</text>')
    years = last.year - first.year
    every = max(1, math.ceil(years / 12))
    for year in range(first.year + 1, last.year + 1, every):
        at = x(pandas.Timestamp(year=year, month=1, day=1))
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{year}</text>')
    for place, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[place % len(COLOURS)]
        points = " ".join(f"{x(day):.1f},{y(value):.1f}" for day, value in curve.items())
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.2"/>')
        parts.append(f'<text x="{LEFT + 12}" y="{TOP + 16 + 18 * place}" fill="{colour}">{name}: {curve.iloc[-1]:,} USD</text>')
    parts.append("</svg>\n")
    path.write_text("\n".join(parts))
