"""What of a provider's answer is believed: an id token with one thing wrong, each in turn, and who comes of a right one."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from shared.access import Role
from shared.web.openid import Asked, Client, believed, handle_of, must_have, roles_of
from shared.web.problems import Problem

ISSUER, CLIENT_ID = "https://accounts.example", "tsunagu"
CLIENT = Client(ISSUER, CLIENT_ID, "client-secret-of-the-tests-only-00", "roles", "sub")
ASKED = Asked("the-nonce", "the-verifier", "https://matching.example/sign-in/callback")
OURS, STRANGE = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
PUBLISHED: Any = KeySet([OURS]).as_dict(private=False)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    right = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "mika",
        "nonce": "the-nonce",
        "iat": now,
        "exp": now + 300,
        "roles": ["coordinator"],
    }
    return {name: value for name, value in (right | changes).items() if value is not None}


def told(key: Any = OURS, alg: str = "RS256", **changes: Any) -> dict[str, Any]:
    return {"id_token": jwt.encode({"alg": alg, "kid": "one"}, claims(**changes), key, [alg]), "access_token": "at"}


def test_a_right_one_is_believed() -> None:
    assert believed(told(), PUBLISHED, CLIENT, ASKED)["sub"] == "mika"
    assert believed(told(aud=[CLIENT_ID, "other"], azp=CLIENT_ID), PUBLISHED, CLIENT, ASKED)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT_ID, "other"], "azp": "other"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"iat": None},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"sub": None},
        {"at_hash": "of-another-token"},
    ],
    ids=str,
)
def test_one_with_a_wrong_claim_is_not(changes: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        believed(told(**changes), PUBLISHED, CLIENT, ASKED)
    assert refused.value.code == "account_token"


def test_one_that_the_provider_has_not_signed_is_not() -> None:
    secret = OctKey.import_key(CLIENT.secret)  # which it shares with us: who has read our settings could sign
    head, payload, _ = str(told()["id_token"]).split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{payload}."
    for bad in (told(STRANGE), told(secret, "HS256"), {"id_token": unsigned}, {"id_token": f"{head}.{payload}.AAAA"},
                {"id_token": "nonsense"}, {}):  # fmt: skip
        with pytest.raises(Problem) as refused:
            believed(bad, PUBLISHED, CLIENT, ASKED)
        assert refused.value.code == "account_token"


@pytest.mark.parametrize(
    ("said", "claim", "roles"),
    [
        ({"roles": ["coordinator", "x"]}, "roles", ["coordinator", "x"]),
        ({"roles": "coordinator"}, "roles", ["coordinator"]),
        ({"realm_access": {"roles": ["operator"]}}, "realm_access.roles", ["operator"]),
        ({"https://x.example/roles": ["operator"]}, "https://x.example/roles", ["operator"]),
        ({"roles": {"coordinator": True}}, "roles", []),
        ({"roles": None}, "roles", []),
        ({}, "realm_access.roles", []),
    ],
)
def test_roles_stand_where_the_setting_says(said: dict[str, Any], claim: str, roles: list[str]) -> None:
    assert roles_of(said, claim) == roles
    if "coordinator" in roles:
        must_have(Role.COORDINATOR, said, claim)
    else:
        with pytest.raises(Problem):
            must_have(Role.COORDINATOR, said, claim)


def test_a_handle_is_no_name_and_always_the_same() -> None:
    assert handle_of({"sub": "mika"}, CLIENT) == "mika"
    made = handle_of({"sub": "Mika.Sato@example.org"}, CLIENT)
    assert made.startswith("account-") and "sato" not in made and len(made) <= 32
    assert (
        made
        == handle_of({"sub": "Mika.Sato@example.org"}, CLIENT)
        != handle_of({"sub": "mika.sato@example.org"}, CLIENT)
    )
