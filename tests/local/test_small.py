"""The small pieces: keys, last words of a log, back-off, links."""

import json
from pathlib import Path

from joserfc.jwk import ECKey

from deploy.local.backoff import Backoff
from deploy.local.keys import make_keys
from deploy.local.logs import last_words
from deploy.local.mail.links import with_links


def test_keys_are_made_once_and_private_ones_are_private(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "keys")
    before = {path: path.read_text() for path in keys.folder.iterdir()}
    make_keys(tmp_path / "keys")
    assert before == {path: path.read_text() for path in keys.folder.iterdir()}
    readable = {path.name for path in before if path.stat().st_mode & 0o077}
    assert readable == {"network-public.json"}


def test_the_public_half_follows_from_the_private_one(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    keys.network_public.unlink()
    make_keys(tmp_path)
    (public,) = json.loads(keys.network_public.read_text())["keys"]
    assert "d" not in public
    assert (public["use"], public["alg"], public["crv"]) == ("enc", "ECDH-ES", "P-256")
    assert public["kid"] == ECKey.import_key(public).thumbprint()


def test_the_last_words_are_the_reason_and_not_what_follows_it(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("old\n")
    start = log.stat().st_size
    assert last_words(log, since=start) is None
    with log.open("a") as file:
        file.write("\x1b[31mERROR\x1b[0m address in use\nstack backtrace:\nnote: some details are omitted\n\n")
    assert last_words(log, since=start) == "ERROR address in use"


def test_an_error_logged_as_json_is_put_into_words_and_outweighs_the_goodbye_after_it(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text(
        '{"event": "consumer.stuck", "topic": "cases", "level": "error", "service": "stats"}\n'
        '{"event": "stopped", "level": "info"}\n'
    )
    assert last_words(log) == "consumer.stuck topic=cases"


def test_the_back_off_doubles_up_to_ten_seconds_and_begins_again_after_a_steady_time() -> None:
    backoff = Backoff()
    assert [backoff.delay(uptime=1) for _ in range(6)] == [0.5, 1, 2, 4, 8, 10]
    assert backoff.delay(uptime=31) == 0.5
    assert backoff.delay(uptime=1) == 1


def test_links_leave_out_what_closes_the_sentence_and_nothing_else_is_html() -> None:
    html = str(with_links("<b> 「https://example.org/a?x=1&y=2」を見てください。 javascript:alert(1)"))
    assert html.startswith("&lt;b&gt; 「<a href=")
    assert 'href="https://example.org/a?x=1&amp;y=2"' in html
    assert html.endswith("</a>」を見てください。 javascript:alert(1)")
