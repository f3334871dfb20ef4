"""Brokers and databases somebody else runs: checked before anything is started."""

from deploy.local import checks
from deploy.local.errors import Unreachable
from deploy.local.settings import LocalSettings
from shared.connections import Brokers, Database
from shared.kafka.refusal import refusal
from shared.settings import T, WrongSettings, made


async def check_given(settings: LocalSettings) -> None:
    """Raises Unreachable, with one line, when a given broker or database does not answer."""
    if settings.kafka:
        await _check_brokers(settings.kafka)
    if settings.mongo:
        await _check_database(settings.mongo)


async def _check_brokers(servers: str) -> None:
    way = _made(Brokers, kafka=servers)
    # One that answers is enough: it names the others.
    reasons = [await checks.tcp(*_host_and_port(server))() for server in servers.split(",")]
    if all(reasons):
        raise _unreachable("broker", servers, "TSUNAGU_KAFKA", reasons[0])
    if told := await refusal(way.broker()):
        raise Unreachable(told)


async def _check_database(url: str) -> None:
    way = _made(Database, mongo=url)
    if reason := await checks.mongo(way.database())():
        raise _unreachable("database", _without_password(url), "TSUNAGU_MONGO", reason)


def _made(model: type[T], **given: str) -> T:
    """With what the environment says besides: users, certificates."""
    try:
        return made(model, **given)
    except WrongSettings as error:
        raise Unreachable(str(error)) from error


def _unreachable(part: str, address: str, setting: str, reason: str | None) -> Unreachable:
    return Unreachable(f"{part} at {address} ({setting}) cannot be reached: {reason}")


def _host_and_port(server: str) -> tuple[str, int]:
    host, _, port = server.strip().rpartition(":")
    return host.strip("[]"), int(port)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
