"""The FastAPI application: routes by noun, one way to tell errors, and limits on everything that comes in."""

from __future__ import annotations

from fastapi import FastAPI

from studio.api import assistant, health, metrics, page, rest_channel, rtc
from studio.api.errors import add_error_handlers
from studio.api.limits import BodyLimit
from studio.api.security import HostCheck, SecurityHeaders
from studio.api.services import Services

TITLE = "Vivavoce"


def create_app(services: Services) -> FastAPI:
    """Build the application over `services`. It starts nothing: whoever built the services runs them.

    FastAPI's interactive pages are off, since they load scripts from elsewhere; the OpenAPI document is on.
    """
    app = FastAPI(title=TITLE, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.state.services = services
    add_error_handlers(app)
    for routes in (rtc, assistant, rest_channel, health, metrics):
        app.include_router(routes.router)
    # Not a mount, which would also take a route's path when only the method is wrong.
    app.router.default = page.PageFiles(services.page_folder)
    app.add_middleware(BodyLimit)
    app.add_middleware(HostCheck, allowed=services.allowed_hosts)
    app.add_middleware(SecurityHeaders)  # outermost, so that refusals carry the headers as well
    return app
