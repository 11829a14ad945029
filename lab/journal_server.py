"""A journal's drop: a real WebDAV server (WsgiDAV under Cheroot) as a process of its own.

`python -m lab.journal_server FOLDER HOST:PORT [CERTIFICATE KEY]` serves a folder to the account `tablet`; its password
comes on standard input. Prints its port when it is ready.
"""

import signal
import sys
from pathlib import Path

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from wsgidav.fs_dav_provider import FilesystemProvider
from wsgidav.wsgidav_app import WsgiDAVApp

USER = "tablet"


def application(folder: Path, user: str, password: str) -> WsgiDAVApp:
    """WebDAV over one folder, for one account."""
    return WsgiDAVApp(
        {
            "provider_mapping": {"/": FilesystemProvider(str(folder))},
            "simple_dc": {"user_mapping": {"*": {user: {"password": password}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )


def main(folder: str, where: str, *tls: str) -> None:
    """Serve until SIGTERM."""
    password = sys.stdin.readline().strip()
    host, _, port = where.rpartition(":")
    server = wsgi.Server((host, int(port)), application(Path(folder), USER, password))
    if tls:
        server.ssl_adapter = BuiltinSSLAdapter(*tls)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.prepare()
    print(server.bind_addr[1], flush=True)  # noqa: T201 - tells whoever started it that it listens, and on which port
    try:
        server.serve()
    finally:
        server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
