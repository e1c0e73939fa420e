import asyncio
import logging
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.providers.http_client import CannotConnect, HttpClient, NotReached, quiet_sdk_loggers
from tests.providers.stand_in import Fault, Reply, StandIn

pytestmark = pytest.mark.anyio


async def test_a_call_that_waited_too_long_for_a_connection_was_not_made(provider: StandIn) -> None:
    http = HttpClient(timeout=timedelta(seconds=1), connect_timeout=timedelta(seconds=0.1), connections=1)
    provider.will(Fault.SILENCE)
    first = asyncio.create_task(http.request("POST", provider.base_url, headers={}))
    await asyncio.sleep(0.05)
    with pytest.raises(NotReached):
        await http.request("POST", provider.base_url, headers={})
    assert len(provider.asked) == 1
    first.cancel()
    await http.close()


async def test_a_proxy_in_the_environment_is_not_used(
    provider: StandIn, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    provider.will(Reply(status=200, body="ok"))
    assert (await http.request("GET", provider.base_url, headers={})).text() == "ok"


async def test_a_server_that_speaks_no_tls_gets_nothing(provider: StandIn, http: HttpClient) -> None:
    with pytest.raises(NotReached):
        await http.request("POST", provider.base_url.replace("http:", "https:"), headers={}, body=b"secret")
    assert provider.asked == []


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(http: HttpClient, tmp_path: Path) -> None:
    async with StandIn().running(_self_signed(tmp_path)) as provider:
        with pytest.raises(CannotConnect):
            await http.request("POST", provider.base_url, headers={}, body=b"secret")
        assert provider.asked == []


async def test_a_closed_client_opens_again(provider: StandIn, http: HttpClient) -> None:
    provider.will(Reply(status=200))
    await http.close()
    assert (await http.request("GET", provider.base_url, headers={})).status == 200


def test_each_event_loop_has_connections_of_its_own() -> None:
    http = HttpClient(timeout=timedelta(seconds=1))

    async def ask() -> int:
        async with StandIn().running() as provider:
            provider.will(Reply(status=200))
            answer = await http.request("GET", provider.base_url, headers={})
            await http.close()
            return answer.status

    assert [asyncio.run(ask()), asyncio.run(ask())] == [200, 200]


async def test_what_went_wrong_says_nothing_of_the_request(http: HttpClient) -> None:
    with pytest.raises(NotReached) as caught:
        await http.request("GET", "http://127.0.0.1:1/?To=%2B19165550143", headers={})
    assert "9165550143" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_sdks_do_not_write_people_into_the_log() -> None:
    quiet_sdk_loggers()
    assert not logging.getLogger("twilio.http_client").isEnabledFor(logging.INFO)
    assert not logging.getLogger("python_http_client.client").isEnabledFor(logging.INFO)


def _self_signed(directory: Path) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=True)
        .sign(key, SHA256())
    )
    pem = directory / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context
