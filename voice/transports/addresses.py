"""Host addresses for ICE on a machine without a network."""

from __future__ import annotations

from typing import Any

import aioice.ice


def use_loopback_when_alone() -> None:
    """Offer the loopback address when the machine has no other, so that a laptop on a train can call itself.

    aioice leaves loopback out of its candidates always. Idempotent; guarded by a test on the name it replaces.
    """
    original = aioice.ice.get_host_addresses
    if getattr(original, "has_loopback_fallback", False):
        return

    def addresses(use_ipv4: bool, use_ipv6: bool) -> Any:
        return original(use_ipv4, use_ipv6) or (["127.0.0.1"] if use_ipv4 else ["::1"])

    addresses.has_loopback_fallback = True  # type: ignore[attr-defined]
    aioice.ice.get_host_addresses = addresses
