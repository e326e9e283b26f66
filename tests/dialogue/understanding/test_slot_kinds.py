"""What kind of thing a slot holds, read from its words."""

import pytest

from dialogue.understanding.slot_kinds import Kind, kind_of
from flows.model import Slot


@pytest.mark.parametrize(
    ("name", "about", "kind"),
    [
        ("email", "", "email"),
        ("reached_at", "the e-mail we may write to", "email"),
        ("reached_at", "an email address", "email"),
        ("mail", "", "email"),
        ("folder", "shared folder or mailing list", "free"),
    ],
)
def test_only_an_address_to_write_to_is_an_email(name: str, about: str, kind: Kind) -> None:
    assert kind_of(Slot(name, "text"), about) == kind
