"""The codes that tell a partner what is wrong: of a record that was not taken, and of an HTTP request. A closed set."""

from collections.abc import Mapping

REJECTIONS: Mapping[str, str] = {
    "header": "A header is null or not UTF-8.",
    "envelope": "A CloudEvents attribute is missing or malformed, or the mode is not one that is read.",
    "payload": "The value is no JSON object, or a field stands in it twice.",
    "too_large": "A record has at most 1,000,000 bytes; a request less.",
    "unknown_type": "The type is none of those above.",
    **{f"{field}_missing": "The field is missing." for field in
       ("reference", "category", "languages", "municipality", "consent", "resident")},
    "malformed": "A field does not have the form that the contract asks for; the message says which, never what it held.",
    "unknown_category": "No code of this region; the message may guess what was meant.",
    "unknown_municipality": "No municipality of this region.",
    "unknown_language": "No language tag that is known (BCP 47).",
    "when_past": "The time asked for has passed.",
    "when_too_far": "It lies more than a year away.",
    "consent_in_future": "Consent must be given before the referral.",
    "consent_too_old": "Consent was given more than ten years ago: a slip in its year.",
    "arrival_too_far": "The day of arrival lies more than a year ahead, or 110 years back.",
    "unknown_key": "`resident` is sealed to a key that is not the network's, or no longer.",
    "reference_used": "The reference names another referral already: amend that one, or use a new reference.",
    "never_published": "Nothing was published under this reference.",
    "already_closed": "The referral has ended and cannot be changed any more: use a new reference.",
    "id_reused": "Another record had the same id: give each its own. (HTTP: the same `Idempotency-Key`.)",
    "erased": "Who the reference named was erased: use a new reference.",
}  # fmt: skip
"""Code → meaning."""

PROBLEMS: Mapping[str, tuple[int, str]] = {
    "not_json": (400, "The body is no JSON object in UTF-8, or a field stands in it twice."),
    "not_text": (400, "It holds half a character (a lone surrogate)."),
    "no_key": (401, "Send `Authorization: Bearer <your key>`."),
    "bad_key": (401, "The key or token is unknown, retired or past its end."),
    "wrong_role": (403, "The key is good, but not for this."),
    "not_found": (404, "You have published nothing under this reference."),
    "never_published": (404, "There is nothing to change or take back."),
    "reference_used": (409, "The reference names another referral already."),
    "already_closed": (409, "The referral has ended."),
    "id_reused": (409, "The `Idempotency-Key` was used for something else."),
    "too_large": (413, "A request has at most 65,536 bytes, unless the network says otherwise."),
    "invalid": (422, "`errors` names every wrong field, each with a code of the list above and what to change."),
    "erased": (422, "Who the reference named was erased."),
    "unknown_parameter": (
        422,
        "The address has a parameter that is not known, or one twice: mistyped, `dry_run` would have published.",
    ),
    "too_often": (429, "Wait as many seconds as `Retry-After` says."),
    "failed": (500, "Something went wrong on our side; nothing is lost. Repeat with the same `Idempotency-Key`."),
    "away": (503, "We cannot answer just now; nothing is lost. Try again in a few minutes."),
}
"""Code (`urn:tsunagu:problem:<code>`) → status and meaning."""
