"""The error tree of `studio.people`. All are `StudioError`."""

from __future__ import annotations

from studio.errors import StudioError


class PeopleError(StudioError):
    code = "people-error"
    fault = "client"
    http_status = 400


class SignInNeeded(PeopleError):
    """Nobody is signed in, and this needs somebody."""

    code = "sign-in-needed"
    http_status = 401


class SignInRefused(PeopleError):
    """Name and password do not belong together. Which of the two is wrong is not told."""

    code = "sign-in-refused"
    http_status = 401


class TooManyAttempts(PeopleError):
    code = "too-many-attempts"
    http_status = 429


class NotAllowed(PeopleError):
    """The role does not hold the right."""

    code = "not-allowed"
    http_status = 403


class ForeignOrigin(PeopleError):
    """A page of another address has made the browser ask."""

    code = "foreign-origin"
    http_status = 403


class PasswordTooWeak(PeopleError):
    code = "password-too-weak"
    http_status = 422


class LinkSpent(PeopleError):
    """A one-time link that was used, has expired or never was."""

    code = "link-spent"
    http_status = 410


class NameTaken(PeopleError):
    code = "name-taken"
    http_status = 409


class PersonUnknown(PeopleError):
    code = "person-unknown"
    http_status = 404


class PersonInactive(PeopleError):
    """The account may not sign in, so that a link for it would lead nowhere."""

    code = "person-inactive"
    http_status = 409


class LastAdmin(PeopleError):
    """Without an admin nobody could manage people any more."""

    code = "last-admin"
    http_status = 409


class FirstIsAdmin(PeopleError):
    """Somebody who is no admin would be the first account: nobody could manage people any more."""

    code = "first-is-admin"
    http_status = 409


class PeopleUnavailable(StudioError):
    """The file with the accounts cannot be read or written."""

    code = "people-unavailable"
    fault = "provider"
    http_status = 503
