"""How the gateway is found and believed, and that nobody learns the key."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
import trustme

import tollgate
from stage import Stage, staged
from tollgate import AsyncClient, Client


def test_the_key_comes_from_a_file_or_the_environment_and_from_nowhere_else(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOLLGATE_API_KEY", raising=False)
    monkeypatch.setenv("TOLLGATE_URL", stage.url)
    with pytest.raises(tollgate.KeyMissing, match="key_file, or set TOLLGATE_API_KEY"):
        Client()
    monkeypatch.setenv("TOLLGATE_API_KEY", stage.key_file().read_text(encoding="ascii"))
    with Client() as client:
        assert client.status().ready
    monkeypatch.setenv("HOME", str(stage.home))
    with Client(key_file="~/data/operator.key") as client:
        assert client.status().ready
    for name, content in {"empty": b"\n", "two": b"tg_1 tg_2", "binary": b"\xff\xfe"}.items():
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(tollgate.KeyMissing, match=name):
            Client(key_file=file)
    with pytest.raises(tollgate.KeyMissing, match="No such file"):
        Client(key_file=tmp_path / "nosuch")


def everything_said(stage: Stage) -> tuple[str, str]:
    """All that is shown where the key is used, and another secret that must not be in it."""
    said = []
    with stage.client() as client:
        said += [repr(client), repr(vars(client)), repr(client.orders), repr(client._http.headers), repr(client._http.auth)]
        client.status()
        made = client.keys.create(id="secretive", kind="agent", scopes=["read"])
        said += [repr(made), str(made), made.model_dump_json()]
        try:
            client.orders.get("nosuch")
        except tollgate.NotFound as error:
            said += ["".join(traceback.format_exception(error)), repr(vars(error))]
    with stage.client(url="http://127.0.0.1:1") as nobody:
        try:
            nobody.status()
        except tollgate.Unreachable as error:
            said.append("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    return "\n".join(said), made.secret.get_secret_value()


def test_nobody_learns_the_key(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said, secret = everything_said(stage)
    assert "HTTP Request" in caplog.text, "something was logged at all"
    for hidden in (stage.key_file().read_text(encoding="ascii").strip(), secret):
        assert hidden not in said
        assert hidden not in caplog.text


@pytest.mark.parametrize("url", ["http://gateway.example:8787", "ftp://127.0.0.1", "8787", "http://", "http://127.evil.example"])
def test_an_address_that_would_show_the_key_is_refused(stage: Stage, url: str) -> None:
    with pytest.raises(ValueError, match=r"address|in the clear"):
        stage.client(url=url)
    with pytest.raises(ValueError, match=r"address|in the clear"):
        AsyncClient(url, key_file=stage.key_file())


def test_neither_proxies_nor_netrc_have_a_say(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with stage.client() as client:
        assert client.status().ready


def test_a_gateway_with_tls_is_believed_by_its_authority_alone(tollgate: str, tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    cert = authority.issue_cert("127.0.0.1")
    home = tmp_path / "home"
    home.mkdir()
    ca_file, strange = tmp_path / "ca.pem", tmp_path / "other.pem"
    authority.cert_pem.write_to_path(ca_file)
    other.cert_pem.write_to_path(strange)
    for at, blob in enumerate([*cert.cert_chain_pems, authority.cert_pem]):
        blob.write_to_path(home / "cert.pem", append=at > 0)
    (home / "key.pem").touch(mode=0o600)
    cert.private_key_pem.write_to_path(home / "key.pem")
    tls = f'tls.cert_file = "{home / "cert.pem"}"\ntls.key_file = "{home / "key.pem"}"\n'
    with staged(tollgate, home, more=tls) as stage:
        assert stage.url.startswith("https://")
        with stage.client(ca_file=ca_file) as client:
            assert client.status().ready
            assert next(client.events(after=0)).seq == 1
        believed_wrongly(stage, strange)


def believed_wrongly(stage: Stage, strange: Path) -> None:
    for more in ({}, {"ca_file": strange}):
        with stage.client(**more) as client, pytest.raises(tollgate.Unreachable, match="certificate"):
            client.status()
    with pytest.raises(ValueError, match="cannot be used"):
        stage.client(ca_file=stage.key_file())
