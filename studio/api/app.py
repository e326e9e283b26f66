"""The FastAPI application: routes by noun, one way to tell errors, and limits on everything that comes in."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from studio.api import (
    assistant,
    description,
    editing,
    exchange,
    health,
    metrics,
    page,
    people,
    projects,
    rest_channel,
    rtc,
    testing,
    together,
    training,
    trying,
    versions,
)
from studio.api.authentication import SessionCookies, authorise
from studio.api.errors import add_error_handlers
from studio.api.limits import BodyLimit
from studio.api.security import HostCheck, SecurityHeaders
from studio.api.services import Services

TITLE = "Vivavoce"
_OF_STUDIO = (people, projects, editing, together, training, trying, testing, versions, exchange)
_ROUTES = (rtc, assistant, rest_channel, health, metrics, description, *_OF_STUDIO)


def create_app(services: Services) -> FastAPI:
    """Build the application over `services`. It starts nothing: whoever built the services runs them.

    FastAPI's interactive pages are off, since they load scripts from elsewhere. Its OpenAPI document would be given to
    whoever asks, so that it is a route of ours. Every route passes `authorise`.
    """
    app = FastAPI(title=TITLE, openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(authorise)])
    app.state.services = services
    add_error_handlers(app)
    for routes in _ROUTES:
        app.include_router(routes.router)
    app.include_router(together.shared)
    # Not a mount, which would also take a route's path when only the method is wrong.
    app.router.default = page.PageFiles(services.page_folder)
    app.add_middleware(BodyLimit)
    app.add_middleware(SessionCookies)
    app.add_middleware(HostCheck, allowed=services.allowed_hosts)
    app.add_middleware(SecurityHeaders)  # outermost, so that refusals carry the headers as well
    return app
