"""How a server is reached: which certificates count, and through which proxy. The environment has no say in it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from validator.core.files import explain_os_error
from validator.core.phrases import escape
from validator.live.target import Misuse, Target, is_loopback
from validator.live.transport import default_tls_context, load_library


class Tls(NamedTuple):
    """Files of certificates, in PEM form, and whether the certificate of the server is verified.

    `authorities` are trusted instead of the usual ones; the private key may be in the file of the client certificate.
    """

    authorities: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    is_verified: bool = True

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are read."""
        return tuple(file for file in self[:3] if isinstance(file, str))


def split_certificate(value: str) -> tuple[str, str | None]:
    """Return the files in `FILE[:KEYFILE]`; a colon may also be part of the name of a file that there is."""
    file, _, key = value.rpartition(":")
    return (value, None) if os.path.lexists(value) or not file else (file, key)


def make_tls_context(tls: Tls) -> ssl.SSLContext:
    """Return the settings for TLS; raises `Misuse` if a file cannot be used, and `MissingExtra`."""
    if tls == Tls():
        return default_tls_context()
    context: ssl.SSLContext
    if tls.is_verified and tls.authorities is None:
        context = load_library().create_ssl_context(trust_env=False)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies, and writes no log of its keys
    if not tls.is_verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if tls.authorities is not None:
        with _explaining(tls.authorities, "has no certificates in PEM form"):
            context.load_verify_locations(cafile=tls.authorities)
    if tls.certificate is not None:
        with _explaining(tls.certificate, "is no client certificate with its unencrypted private key, in PEM form"):
            context.load_cert_chain(tls.certificate, tls.private_key, password=_no_password)
    return context


def _no_password() -> str:
    """Return a password that decrypts nothing: OpenSSL would ask for one on the terminal."""
    return ""


@contextmanager
def _explaining(file: str, why: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError:  # an OSError too; its text is of no use to anybody
        raise Misuse(f"{escape(file)}: {why}") from None
    except OSError as error:
        raise Misuse(f"{escape(file)}: cannot be read: {explain_os_error(error)}") from None


class Proxy(NamedTuple):
    """The address of a proxy, and what of it is secret."""

    url: str
    secrets: tuple[str, ...] = ()


def parse_proxy(url: str, target: Target, *, allow_http: bool) -> Proxy:
    """Return the proxy with this address; raises `Misuse`, whose text has no part of the address."""
    form = "the proxy must be http://[USER:PASSWORD@]HOST[:PORT]"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Misuse(form) from None
    if parts.scheme != "http" or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise Misuse(form)
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise Misuse(f"{form}, with what is not ASCII percent-encoded")
    if target.base.startswith("http:") and not allow_http and not is_loopback(host):
        raise Misuse("http:// is not encrypted on the way to the proxy: use https://, or --allow-http")
    password = parts.password or parts.username or ""  # a token may stand alone
    return Proxy(url, tuple(word for word in dict.fromkeys((password, unquote(password))) if word))
