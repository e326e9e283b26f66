"""The company's data: plans, accounts, outages. Every conversation has a copy of its own, in memory.

So each call begins the same and keeps its changes to itself. The oldest copies are forgotten when there are too
many.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MOST_CONVERSATIONS = 500
"""How many copies are kept: far more than calls go on at once."""
PLANS: dict[str, dict[str, int]] = {
    "mobile": {"Hill": 15, "Ridge": 25, "Summit": 40},
    "internet": {"Stream": 30, "River": 45, "Ocean": 60},
}
"""Price in dollars a month, by service and name."""
OUTAGES: dict[tuple[str, str], str] = {("internet", "20500"): "six in the evening", ("television", "20500"): "noon"}
"""What does not work where, and until when."""
BILL_DAYS = 10
"""A bill is due so many days after the conversation begins, or was due so many before."""


@dataclass(slots=True)
class Account:
    """One customer. Money is in whole dollars; `plans` maps a service to the name of its plan."""

    name: str
    pin: str
    plans: dict[str, str]
    contract_months_left: int
    data_used_percent: int
    bill: int
    bill_due: date
    is_sim_blocked: bool = False
    orders: list[str] = field(default_factory=list)


def demo_accounts(now: datetime) -> dict[str, Account]:
    """Return the accounts with which every conversation begins."""
    later, earlier = now.date() + timedelta(days=BILL_DAYS), now.date() - timedelta(days=BILL_DAYS)
    return {
        "48151623": Account("Nora", "2718", {"mobile": "Ridge", "internet": "River"}, 7, 93, 70, later),
        "31415926": Account("Ivan", "141421", {"mobile": "Hill", "internet": "Stream"}, 0, 40, 0, later),
        "27182818": Account("Lena", "9999", {"mobile": "Summit", "internet": "Ocean"}, 0, 10, 120, earlier),
    }


class Shelf:
    """The accounts of all conversations. Safe for calls that go on at the same time."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, dict[str, Account]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, conversation: str, now: datetime) -> dict[str, Account]:
        """Return the accounts of a conversation by number, made anew on first use."""
        with self._lock:
            found = self._accounts.setdefault(conversation, demo_accounts(now))
            self._accounts.move_to_end(conversation)
            while len(self._accounts) > MOST_CONVERSATIONS:
                self._accounts.popitem(last=False)
            return found

    def forget(self, conversation: str) -> None:
        """Let a conversation begin with fresh accounts."""
        with self._lock:
            self._accounts.pop(conversation, None)


SHELF = Shelf()


def now_of(slots: dict[str, object]) -> datetime:
    """Return the present, or what a test has put in its place in the slot `mocked_datetime`."""
    mocked = slots.get("mocked_datetime")
    return datetime.fromisoformat(str(mocked)).replace(tzinfo=None) if mocked else datetime.now()


def digits_of(spoken: object) -> str:
    """Return the digits of a number as it was said, for instance in pairs."""
    return re.sub(r"\D", "", str(spoken or ""))
