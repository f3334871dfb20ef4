"""What every service's web server has: health, metrics, problem documents, the look."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from shared.web import health, problems
from shared.web.pages import STATIC


def furnish(app: FastAPI, service: health.Watched) -> None:
    problems.install(app)
    app.include_router(health.routes(service))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
