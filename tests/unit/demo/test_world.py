"""The demo's world has the programme's totals, keeps the public contract, and is the same each time."""

import csv
import io
import json
import re
from collections import Counter
from datetime import timedelta

from shared.events.referrals import ReferralPublished
from shared.region import categories, languages, municipalities
from tsunagu.demo.days import working_day
from tsunagu.demo.planned import Planned
from tsunagu.demo.roster import COLUMNS
from tsunagu.demo.world import fingerprint, to_csv, world

SEED = 7
SEALED = "a.b.c.d.e"
WORLD = world(SEED)


def test_the_same_seed_gives_the_same_world_each_time_and_on_every_machine() -> None:
    """Made a second time here. Whoever changes the demo's people or habits on purpose writes the new fingerprint."""
    assert fingerprint(SEED)[:16] == "70d1bdc0aca96880"


def test_another_seed_gives_another_world() -> None:
    assert world(SEED + 1) != WORLD


def test_categories_to_the_case() -> None:
    counts = Counter(each.category for each in WORLD.referrals)
    assert counts == {
        "information": 794, "office": 401, "hospital": 268, "childcare": 73, "labour": 69, "life": 201,
    }  # fmt: skip
    assert counts.total() == 1806


def test_supporters_are_as_many_and_as_various_as_published() -> None:
    everyone = WORLD.supporters
    assert len(everyone) == len({each.supporter_id for each in everyone}) == 104
    assert len({each.country for each in everyone}) == 24
    assert len({language for each in everyone for language in each.languages}) == 21
    assert len({each.name for each in everyone}) == 104


def test_supporters_are_unevenly_spread() -> None:
    homes = Counter(each.municipality for each in WORLD.supporters)
    assert homes.keys() <= municipalities().keys()
    assert len(homes) < 40, "some municipalities have nobody"
    assert max(homes.values()) >= 8, "and some have many"


def test_supporters_take_open_work_and_specialists_reserved_work() -> None:
    reserved = {code for code, each in categories().items() if each.reserved}
    assert all(each.categories and reserved.isdisjoint(each.categories) for each in WORLD.supporters)
    for each in WORLD.specialists:
        assert each.categories
        assert all(set(each.licences) & set(categories()[code].licences) for code in each.categories)


def test_every_row_of_the_roster_is_sensible() -> None:
    for each in (*WORLD.supporters, *WORLD.specialists):
        assert set(each.languages) <= languages().keys()
        assert "ja" in each.languages
        assert each.speaks_to in {"ja", "ja-simple", "en", "vi"}
        assert each.phone.startswith("000-")
        assert each.email.endswith(".example")


def test_the_roster_as_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(WORLD.supporters))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 104
    assert rows[0]["languages"].split() == list(WORLD.supporters[0].languages)


def test_every_referral_keeps_the_public_contract() -> None:
    for each in WORLD.referrals:
        data = json.loads(json.dumps(each.event(SEALED)))
        event = ReferralPublished.model_validate(data)
        assert data.keys() <= {*ReferralPublished.model_fields}
        assert (event.category, event.languages, event.resident) == (each.category, each.languages, SEALED)


def test_no_event_tells_who_the_resident_is() -> None:
    for each in WORLD.referrals:
        text = json.dumps(each.event(SEALED), ensure_ascii=False)
        assert each.resident.name not in text
        assert each.resident.phone not in text


def test_references_count_up_within_a_partner() -> None:
    by_org: dict[str, list[Planned]] = {}
    for each in WORLD.referrals:
        by_org.setdefault(each.org, []).append(each)
    for sent in by_org.values():
        assert [each.reference for each in sent] == [f"R-2025-{n:04}" for n in range(1, len(sent) + 1)]
        assert sent == sorted(sent, key=lambda each: each.at)


def test_referrals_are_published_on_the_grid_of_working_days() -> None:
    for each in WORLD.referrals:
        assert "2025-04-01" <= each.at.date().isoformat() <= "2025-12-24"
        assert working_day(each.at.date())
        assert (each.at.hour, each.at.minute) in {(12, 0), (18, 0)}
        assert str(each.at.tzinfo) == "Asia/Tokyo"


def test_consent_comes_first_and_appointments_later() -> None:
    for each in WORLD.referrals:
        assert timedelta() < each.at - each.consent.given_at <= timedelta(days=1)
        if each.when:
            start, end = each.when
            assert each.mode == "in_person"
            assert 2 <= (start.date() - each.at.date()).days <= 14
            assert 9 <= start.hour < end.hour <= 18


def test_a_few_per_cent_of_referrals_find_nobody_who_speaks_the_language() -> None:
    spoken = {language for each in WORLD.supporters for language in each.languages}
    lonely = [each for each in WORLD.referrals if each.languages[0] not in spoken]
    assert 0.01 < len(lonely) / len(WORLD.referrals) < 0.06


def test_partners_are_of_every_kind_and_all_of_them_refer() -> None:
    everyone = WORLD.partners
    assert len({each.kind for each in everyone}) == 11
    assert all(re.fullmatch(r"[a-z0-9-]{2,32}", each.id) for each in everyone)
    assert {each.id for each in everyone} == {each.org for each in WORLD.referrals}
