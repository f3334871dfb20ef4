"""The software bill of materials is held against what is installed (`make sbom`)."""

from tests.house.sbom import PINS, differences, listed, pinned

TEXT = """\
aiokafka==0.14.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via tsunagu
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
"""
AIOKAFKA, COLORAMA = ("aiokafka", "0.14.0"), ("colorama", "0.4.6")


def component(name: str, version: str, *hashes: str) -> dict[str, object]:
    told = [{"alg": "SHA-256", "content": one} for one in hashes]
    return {"name": name, "version": version, "externalReferences": [{"type": "distribution", "hashes": told}]}


def test_pins_are_read_with_their_hashes() -> None:
    assert pinned(TEXT) == {AIOKAFKA: {"aa", "bb"}, COLORAMA: {"cc"}}
    text = PINS.read_text(encoding="utf-8")
    assert len(pinned(text)) == len([line for line in text.splitlines() if "==" in line.partition(" ")[0]]), (
        "every pin of requirements/runtime.txt"
    )


def test_what_is_missing_another_version_or_without_hashes_is_named() -> None:
    good = {"components": [component(*AIOKAFKA, "aa", "bb"), component(*COLORAMA, "cc")]}
    assert differences(pinned(TEXT), listed(good)) == []
    other = {"components": [component("aiokafka", "0.13.0", "aa"), component(*COLORAMA)]}
    assert differences(pinned(TEXT), listed(other)) == ["aiokafka 0.13.0", "aiokafka 0.14.0", "colorama 0.4.6"]
