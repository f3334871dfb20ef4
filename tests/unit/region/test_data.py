"""The region's data holds together: sums, references between files, nothing left empty."""

from shared import region
from shared.region.tables import table


def test_foreign_residents_add_up_to_the_published_total() -> None:
    every = region.municipalities().values()
    assert len(every) == 44
    assert sum(each.foreign_residents for each in every) == 111_808


def test_nationalities_add_up_to_the_published_total() -> None:
    assert sum(each.residents for each in region.nationalities().values()) == 106_490


def test_borders_are_shared_by_both_sides() -> None:
    every = region.municipalities()
    for code, each in every.items():
        assert code not in each.neighbours
        assert each.neighbours
        assert all(code in every[other].neighbours for other in each.neighbours), code


def test_every_municipality_has_its_own_tile() -> None:
    assert len({each.tile for each in region.municipalities().values()}) == 44


def test_languages_assumed_and_related_are_languages_of_the_region() -> None:
    known = region.languages()
    assert len(known) == 25
    assert all(code in known for each in region.nationalities().values() for code in each.languages)
    assert all(row["language"] in known for row in table("relatives"))


def test_categories_of_the_programme_are_open_and_the_others_reserved() -> None:
    every = region.categories().values()
    assert [each.code for each in every if each.in_programme_table] == [
        "information", "office", "hospital", "childcare", "labour", "life",
    ]  # fmt: skip
    assert all(each.reserved != each.in_programme_table for each in every)
    assert region.categories()["residence_application"].licences == ("administrative_scrivener", "lawyer")


def test_no_name_is_missing() -> None:
    for name in ("municipalities", "languages", "categories", "nationalities"):
        for row in table(name):
            assert all(text for column, text in row.items() if column.startswith("name_")), row


def test_what_is_handed_out_is_the_same_each_time() -> None:
    assert region.municipalities() is region.municipalities()
    assert region.version() == "ibaraki-2025.12"
