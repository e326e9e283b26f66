"""The Prometheus text format: what a scraper reads."""

from __future__ import annotations

from studio.exposition import Counter, Gauge, Histogram, render


def test_counter_starts_at_zero_and_counts_per_label() -> None:
    turns = Counter("turns_total", "Turns.")
    assert render([turns]) == "# HELP turns_total Turns.\n# TYPE turns_total counter\nturns_total 0\n"
    turns.add(channel="rest")
    turns.add(2, channel="voice")
    assert render([turns]).splitlines()[2:] == [
        'turns_total{channel="rest"} 1',
        'turns_total{channel="voice"} 2',
    ]


def test_label_values_are_escaped() -> None:
    faults = Counter("faults_total", "Faults.")
    faults.add(code='a"b\\c\nd')
    assert 'code="a\\"b\\\\c\\nd"' in render([faults])


def test_gauge_is_read_when_asked() -> None:
    readings = iter([1.0, 2.5])
    live = Gauge("live", "Live.", lambda: {(): next(readings)})
    assert render([live]).endswith("live 1\n")
    assert render([live]).endswith("live 2.5\n")


def test_histogram_is_cumulative_and_a_bound_belongs_to_its_bucket() -> None:
    gap = Histogram("gap_seconds", "Gap.", (0.5, 1.0))
    for value in (0.5, 0.7, 3.0):
        gap.observe(value)
    assert render([gap]).splitlines()[2:] == [
        'gap_seconds_bucket{le="0.5"} 1',
        'gap_seconds_bucket{le="1"} 2',
        'gap_seconds_bucket{le="+Inf"} 3',
        "gap_seconds_sum 4.2",
        "gap_seconds_count 3",
    ]
