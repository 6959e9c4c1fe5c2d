"""nginx and Caddy in front of a console, with the configurations that the project brings."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any

from fsplug.lab.free_ports import is_free, some_ports
from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for

BROUGHT = Path(__file__).parents[2] / "scripts" / "proxy"
NAME = "console.example"
_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_processes 1;
worker_rlimit_nofile 4000;
{user}
events {{ worker_connections 4000; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""


@dataclass(frozen=True)
class Certificate:
    """A certificate for the console's name, and its key."""

    chain: Path
    key: Path

    def trusted(self, *protocols: str) -> ssl.SSLContext:
        """What a browser that trusts it uses."""
        context = ssl.create_default_context(cafile=str(self.chain))
        context.set_alpn_protocols(list(protocols))
        return context


@dataclass(frozen=True)
class Front:
    """A proxy that runs: its ports for HTTPS and HTTP."""

    port: int
    plain_port: int
    certificate: Certificate

    def connect(self, address: str = "127.0.0.2", plain: bool = False) -> HTTPConnection:
        """A connection from this address of loopback's."""
        given = {"timeout": PATIENCE_SECONDS, "source_address": (address, 0)}
        if plain:
            return HTTPConnection("127.0.0.1", self.plain_port, **given)
        connection = HTTPSConnection(NAME, self.port, context=self.certificate.trusted("http/1.1"), **given)
        # The name is not in the DNS.
        connection._create_connection = _to_loopback  # type: ignore[attr-defined]
        return connection

    def ask(self, path: str, body: str | None = None, address: str = "127.0.0.2", **headers: str) -> HTTPResponse:
        """The answer, not yet read."""
        connection = self.connect(address)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET" if body is None else "POST", path, body, {"Host": NAME, **named})
        return connection.getresponse()


def certificate(folder: Path) -> Certificate:
    """A new one, which only its own file vouches for."""
    made = Certificate(folder / "chain.pem", folder / "key.pem")
    kind = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    names = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    command = ["openssl", "req", *kind, *names, "-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run(command, check=True, capture_output=True)
    return made


def program(name: str) -> str | None:
    """Where it is; Debian puts nginx where only root looks."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


@contextmanager
def nginx(folder: Path, console_port: int, made: Certificate) -> Iterator[Front]:
    """nginx with the project's site."""
    front = Front(*some_ports(2), made)
    site = _changed(
        (BROUGHT / "nginx-site").read_text(encoding="utf-8"),
        {
            "listen 443 ssl http2;": f"listen 127.0.0.1:{front.port} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "listen 80;": f"listen 127.0.0.1:{front.plain_port};",
            "listen [::]:80;": "",
            "/etc/ssl/console/fullchain.pem": str(made.chain),
            "/etc/ssl/console/privkey.pem": str(made.key),
            "/var/log/nginx/fsplug.log": f"{folder}/fsplug.log",
            "http://127.0.0.1:8086": f"http://127.0.0.1:{console_port}",
        },
    )
    (folder / "site").write_text(site, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, user=user), encoding="utf-8")
    with _running(folder, front, [str(program("nginx")), "-e", f"{folder}/first.log", "-c", f"{folder}/nginx.conf"]):
        yield front


@contextmanager
def caddy(folder: Path, console_port: int, made: Certificate) -> Iterator[Front]:
    """Caddy with the project's Caddyfile."""
    front = Front(*some_ports(2), made)
    ports = f"\thttps_port {front.port}\n\thttp_port {front.plain_port}\n\tdefault_bind 127.0.0.1\n"
    text = _changed(
        (BROUGHT / "Caddyfile").read_text(encoding="utf-8"),
        {
            "\tgrace_period 10s\n": f"\tgrace_period 100ms\n\tadmin off\n{ports}",
            "console.example {": f"{NAME} {{\n\ttls {made.chain} {made.key}",
            "127.0.0.1:8086": f"127.0.0.1:{console_port}",
        },
    )
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command = [str(program("caddy")), "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    with _running(folder, front, command):
        yield front


FRONTS: Mapping[str, Callable[..., object]] = {"nginx": nginx, "caddy": caddy}


@contextmanager
def _running(folder: Path, front: Front, command: list[str]) -> Iterator[None]:
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(lambda: process.poll() is not None or not is_free(front.port), f"{command[0]} in {folder}")
            assert process.poll() is None, (folder / "output.log").read_text(encoding="utf-8")
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _changed(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these replaced; every one must be in it, or the file means something else by now."""
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def _to_loopback(address: tuple[str, int], *given: Any) -> socket.socket:
    return socket.create_connection(("127.0.0.1", address[1]), *given)
