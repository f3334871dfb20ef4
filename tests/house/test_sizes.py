"""How lengths are counted. What they are, `python -m tests.house.sizes` tells."""

from pathlib import Path

from tests.house.sizes import Measured, beyond, files, functions

SOURCE = '''class Api:
    def router(self):
        """Routes."""

        @get("/")
        async def home():
            def inner():
                return 1
            return inner()

        return home
'''


def test_a_function_counts_without_those_inside_it(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "api.py").write_text(SOURCE)
    (tmp_path / "shared" / "__init__.py").write_text("")
    assert files(tmp_path, "shared") == [Measured("shared/api.py", 11)]
    assert {one.where.split()[1]: one.lines for one in functions(tmp_path, "shared")} == {
        "router": 6, "home": 2, "inner": 2,
    }  # fmt: skip


def test_the_longest_is_told_first() -> None:
    assert [one.lines for one in beyond([Measured("a", 3), Measured("b", 9), Measured("c", 5)], 4)] == [9, 5]
