"""The files in deploy/ do what they say: the unit leaves little open, nginx passes whole requests on and nothing forged."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.clusters import free_port

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_the_unit_leaves_little_open():
    words = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(DEPLOY / "handslag.service")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:]


def test_the_container_is_made_of_what_is_there():
    told = (DEPLOY / "Containerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", told, re.M):
        for name in source.split():
            assert (ROOT / name).exists(), name
    assert "USER handslag" in told and "--require-hashes" in told


class Upstream(BaseHTTPRequestHandler):
    """Answers every request and keeps its heading."""

    seen: list[dict] = []

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST

    def log_message(self, *_words):
        pass


@pytest.fixture
def proxied(tmp_path):
    """nginx with the site of deploy/, before a server that keeps what it was asked; gives nginx's port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, key, certificate = free_port(), tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=handslag.example -keyout {key} -out {certificate}"
    )
    subprocess.run(words.split(), capture_output=True, check=True)
    site = (DEPLOY / "nginx.conf").read_text()
    for old, new in (("127.0.0.1:8000", f"127.0.0.1:{server.server_port}"), ("listen 443", f"listen 127.0.0.1:{port}"),
                     ("listen 80", f"listen 127.0.0.1:{free_port()}"), ("/etc/ssl/private/handslag.key", str(key)),
                     ("/etc/ssl/handslag.pem", str(certificate)), ("client_header_timeout 10s", "client_header_timeout 1s"),
                     ("client_body_timeout 20s", "client_body_timeout 1s")):  # fmt: skip
        assert old in site, old
        site = site.replace(old, new)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{site}}}\n"
    )
    words = ["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-g", "daemon off; master_process off;"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    Upstream.seen.clear()
    yield port
    process.terminate()
    process.wait(20)
    server.shutdown()
    server.server_close()


def _ask(port: int, method: str = "GET", body: bytes | None = None, **headers: str) -> int:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    connection.request(method, "/", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _half(port: int, text: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    half = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20))
    half.sendall(text.encode())
    return half


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here")
def test_nginx_passes_whole_requests_on_and_nothing_forged(proxied):
    forged = {"X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "http", "Host": "handslag.example"}
    assert _ask(proxied, **forged) == 200
    (seen,) = Upstream.seen
    assert seen["X-Forwarded-For"] == "127.0.0.1" and seen["X-Forwarded-Proto"] == "https"
    assert seen["Host"] == "handslag.example"
    halves = [_half(proxied, "GET / HTTP/1.1\r\nHost: x\r\nX-Half: "),
              _half(proxied, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")]  # fmt: skip
    assert _ask(proxied) == 200
    for half in halves:
        assert half.recv(1000).startswith(b"HTTP/1.1 408") or not half.recv(1000), "given up on"
        half.close()
    assert len(Upstream.seen) == 2, "nothing of the halves was passed on"
    assert _ask(proxied, "POST", b"x" * 3_000_000) == 200
    assert _ask(proxied, **{"Content-Length": str(70 * 1024 * 1024)}) == 413
