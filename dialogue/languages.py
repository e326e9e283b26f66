"""Tags of languages, as config.yml, a slot or a recogniser writes them: "de", "de-AT", "de_AT"."""

from __future__ import annotations


def primary_language(tag: str) -> str:
    """Return the language of a tag without its region, in small letters: "de" of "de-AT" and of "de_AT"."""
    return tag.replace("_", "-").partition("-")[0].lower()
