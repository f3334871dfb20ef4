"""A real database and a real broker, as the contract tests have them."""

from tests.contract.conftest import database, home, kafka, ports, unique

__all__ = ["database", "home", "kafka", "ports", "unique"]
