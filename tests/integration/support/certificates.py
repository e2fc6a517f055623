"""Certificates of servers on this machine, made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path


def own_certificate(folder: Path) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that nobody has signed but itself, and its key, as files in ``folder``."""
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return certificate, key
