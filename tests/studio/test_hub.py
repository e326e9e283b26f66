"""News of a project reach whoever listens; who falls behind is told to begin anew."""

from __future__ import annotations

from studio.hub import LOST, MOST_WAITING, Hub


async def test_each_project_has_its_own_news() -> None:
    hub = Hub()
    with hub.joined("bank") as bank:
        hub.tell("clinic", {"type": "edited"})
        hub.tell("bank", {"type": "presence"})
        assert await bank.get() == {"type": "presence"}
        assert hub.count("bank") == 1
    assert hub.count("bank") == 0


async def test_news_of_several_projects_come_with_their_marks() -> None:
    hub = Hub()
    hub.tell("bank", {"type": "history"})
    with hub.joined_together(("bank", "clinic"), "one") as both:
        before = hub.mark("bank")
        hub.tell("bank", {"type": "edited"})
        hub.tell("clinic", {"type": "edited"})
        told = [both.get_nowait() for _ in range(2)]
        assert [(one["project"], one["mark"]) for one in told] == [
            ("bank", hub.mark("bank")),
            ("clinic", hub.mark("clinic")),
        ]
        assert [mark.rsplit(".", 1)[1] for mark in (before, hub.mark("bank"))] == ["1", "2"]
        assert hub.has_stream("clinic", "one")
    assert not hub.has_stream("clinic", "one")
    assert hub.mark("bank") != Hub().mark("bank")


async def test_who_falls_behind_begins_anew() -> None:
    hub = Hub()
    with hub.joined("bank") as bank:
        for number in range(MOST_WAITING + 10):
            hub.tell("bank", {"type": "edited", "revision": number})
        told = [bank.get_nowait() for _ in range(bank.qsize())]
    assert LOST in told
    assert told[-1].get("revision") == MOST_WAITING + 9
    assert len(told) < MOST_WAITING
