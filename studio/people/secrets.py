"""Passwords, tokens and one-time links: how they are made, kept and compared.

A password is kept as argon2id with the library's own parameters (RFC 9106, low-memory profile). Tokens and links have
256 bits of chance, so that a plain SHA-256 keeps them: nobody can try them all.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from studio.people.errors import PasswordTooWeak

LEAST_CHARACTERS = 10
"""NIST SP 800-63B asks for eight at least and against rules of composition; ten is our own choice."""
MOST_CHARACTERS = 256
"""Longer ones would only cost time."""
_USUAL = frozenset({"password", "passwort", "letmein", "qwertyuiop", "1234567890", "vivavoce", "administrator"})
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """Return what is kept of a password. Takes some 50 ms of a core: call it in a thread.

    Raises:
        PasswordTooWeak: with what to choose instead.
    """
    text = _normal(password)
    if len(text) < LEAST_CHARACTERS:
        raise PasswordTooWeak(f"The password has {len(text)} characters; choose at least {LEAST_CHARACTERS}.")
    if len(text) > MOST_CHARACTERS:
        raise PasswordTooWeak(f"The password has {len(text)} characters; choose at most {MOST_CHARACTERS}.")
    if len(set(text)) < 4 or text.lower().strip("0123456789!.") in _USUAL or text.lower() in _USUAL:
        raise PasswordTooWeak(
            "That password is one of the first that anybody would try. Choose a few words of your own."
        )
    return _hasher.hash(text)


def is_password(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one that was kept; as slow where there is none, so that names cannot be tried."""
    try:
        return _hasher.verify(kept or _NOBODY, _normal(password)[:MOST_CHARACTERS]) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False


def new_token(prefix: str) -> str:
    """Make a token; the prefix tells people (and scanners of secrets) what it is."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _normal(password: str) -> str:
    """The same password from another keyboard is the same password."""
    return unicodedata.normalize("NFKC", password)
