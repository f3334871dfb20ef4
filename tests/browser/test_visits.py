"""No page is left out."""

from tests.browser.visits import VISITS, missing, pages


def test_every_page_of_the_table_of_roles_is_visited() -> None:
    assert not missing(), "add a Visit to tests/browser/visits.py"


def test_every_visit_is_of_a_page_that_exists() -> None:
    assert {(v.service, v.route) for v in VISITS if v.route.startswith("GET ")} <= pages()
    assert len({visit.name for visit in VISITS}) == len(VISITS)
