"""Money: exact cents inside, dollars as a person says them outside."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENTS_A_DOLLAR = 100
LARGEST_AMOUNT_CENTS = 100_000_000
"""A million dollars: anything above is a slip of the ear, and no account here holds as much."""


class AmountUnusable(ValueError):
    """The value is not an amount of money."""


def to_cents(amount: object) -> int:
    """Return an amount in dollars, as a slot holds it, in cents.

    Raises:
        AmountUnusable: not a number, not finite, or above a million dollars.
    """
    try:
        cents = Decimal(str(amount)) * CENTS_A_DOLLAR
    except InvalidOperation as error:
        raise AmountUnusable(f"not an amount of money: {amount!r}") from error
    if not cents.is_finite() or abs(cents) > LARGEST_AMOUNT_CENTS:
        raise AmountUnusable(f"not a usable amount of money: {amount!r}")
    return int(cents.to_integral_value(rounding=ROUND_HALF_UP))


def say_money(cents: int) -> str:
    """Write an amount as it is spoken: `1,250 dollars and 40 cents`.

    Never `$1,250.40`: the synthesiser reads that as "dollar one thousand two hundred fifty point four zero".
    """
    dollars, rest = divmod(abs(cents), CENTS_A_DOLLAR)
    parts = []
    if dollars or not rest:
        parts.append(f"{dollars:,} dollar" if dollars == 1 else f"{dollars:,} dollars")
    if rest:
        parts.append("1 cent" if rest == 1 else f"{rest} cents")
    words = " and ".join(parts)
    return f"minus {words}" if cents < 0 else words
