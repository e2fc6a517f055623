"""Programs on this machine answer like servers: what they are given, what they give, and how they end."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from tests.integration.support.cgi import cgi_client, program, run
from tilekeep.domain.errors import SourceContentError, SourceTimeout, SourceUnreachable

ECHO = """
names = sys.stdin.read() and [] or sorted(os.environ)
put(b"Content-Type: text/plain\\r\\n\\r\\n")
put("\\n".join(f"{name}={os.environ[name]}" for name in names).encode() + b"\\ncwd=" + os.getcwd().encode())
"""

#: A program whose child outlives it unless somebody ends both; it starts at once, and does nothing.
WITH_CHILD = "#!/bin/sh\nsleep 1000 &\necho $! > child\nwait\n"


def _with_child(directory: Path) -> str:
    path = directory / "slow.cgi"
    path.write_text(WITH_CHILD)
    path.chmod(0o755)
    return str(path)


def _lines(body: bytes) -> set[str]:
    return set(body.decode().splitlines())


def _all_children() -> set[str]:
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


@pytest.fixture(autouse=True)
def _those_of_others() -> None:
    """Servers that other tests have started run on."""
    _OTHERS.clear()
    _OTHERS.update(_all_children())


_OTHERS: set[str] = set()


def _children() -> list[str]:
    """The processes that a test has started and not yet taken note of."""
    return sorted(_all_children() - _OTHERS)


def _is_running(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


class TestWhatAProgramIsGiven:
    def test_the_query_and_who_asks(self, tmp_path: Path) -> None:
        answer = run(cgi_client(program(tmp_path, ECHO)), "map=%2Fa.map&layers=land,towns")

        assert _lines(answer.body) >= {
            "QUERY_STRING=map=%2Fa.map&layers=land,towns",
            "REQUEST_METHOD=GET",
            "GATEWAY_INTERFACE=CGI/1.1",
            "SERVER_ADDR=127.0.0.1",
            "SERVER_NAME=localhost",
            "SERVER_PROTOCOL=HTTP/1.0",
            "SERVER_SOFTWARE=Tilekeep",
        }

    def test_the_environment_of_the_server(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MAPSERVER_CONFIG_FILE", "/etc/mapserver.conf")

        answer = run(cgi_client(program(tmp_path, ECHO)))

        assert "MAPSERVER_CONFIG_FILE=/etc/mapserver.conf" in _lines(answer.body)

    def test_its_own_directory_unless_told_otherwise(self, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        binary = program(tmp_path, ECHO)

        own = run(cgi_client(binary))
        told = run(cgi_client(binary, working_dir=str(tmp_path / "other")))

        assert f"cwd={tmp_path}" in _lines(own.body)
        assert f"cwd={tmp_path}/other" in _lines(told.body)

    def test_a_name_is_looked_up_in_the_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program(tmp_path, ECHO, "mapserv")
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

        answer = run(cgi_client("mapserv"))

        assert f"cwd={tmp_path}" in _lines(answer.body)


class TestWhatAProgramGives:
    @pytest.mark.parametrize("end", ["\\n", "\\r\\n"], ids=["LF", "CRLF"])
    def test_headers_end_at_the_first_empty_line(self, tmp_path: Path, end: str) -> None:
        source = f'put(b"Content-type: image/png{end}X-Other: 1{end}{end}first\\n\\nsecond")'

        answer = run(cgi_client(program(tmp_path, source)))

        assert answer[:3] == (200, {"content-type": "image/png", "x-other": "1"}, b"first\n\nsecond")

    def test_output_without_headers_is_all_body(self, tmp_path: Path) -> None:
        assert run(cgi_client(program(tmp_path, 'put(b"plain")')))[:3] == (200, {}, b"plain")

    def test_a_status_header_is_the_status(self, tmp_path: Path) -> None:
        source = 'put(b"Status: 404 Not Found\\r\\nContent-Type: text/plain\\r\\n\\r\\nno such layer")'

        answer = run(cgi_client(program(tmp_path, source)))

        assert answer[:3] == (404, {"content-type": "text/plain"}, b"no such layer")

    def test_more_than_allowed_is_refused_without_waiting_for_its_end(self, tmp_path: Path) -> None:
        endless = 'while True:\n    put(b"x" * 65536)'

        with pytest.raises(SourceContentError, match="more than the 1000 bytes allowed"):
            run(cgi_client(program(tmp_path, endless)), max_bytes=1000)

        assert _children() == []

    def test_complaints_without_end_stop_nobody(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        source = 'sys.stderr.write("slow " * 100_000)\nput(b"Content-Type: image/png\\n\\nmap")'

        with caplog.at_level(logging.INFO, logger="tilekeep.source.cgi"):
            answer = run(cgi_client(program(tmp_path, source)))

        assert answer.body == b"map"
        (record,) = (record for record in caplog.records if record.name == "tilekeep.source.cgi")
        assert "said: slow slow" in record.getMessage()
        assert len(record.getMessage()) < 9000


class TestHowAProgramEnds:
    def test_an_exit_code_is_a_failure_that_the_log_explains(self, tmp_path: Path) -> None:
        source = 'put(b"Content-Type: image/png\\n\\nmap")\nsys.stderr.write("no layer")\nsys.exit(3)'

        with pytest.raises(SourceUnreachable) as failure:
            run(cgi_client(program(tmp_path, source)), "layers=a&token=hunter2")

        assert str(failure.value) == (
            'Error during CGI call "mapserver:///bin/mapserv?layers=a&token=***": exit code 3; no layer'
        )
        assert failure.value.client_message == "Error during CGI call (see logs for URL and reason)."

    def test_clients_may_be_told(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreachable) as failure:
            run(cgi_client(program(tmp_path, "sys.exit(3)"), hide_error_details=False))

        assert failure.value.client_message.endswith("exit code 3; it said nothing")

    def test_a_signal_is_a_failure(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreachable, match="ended by signal 11"):
            run(cgi_client(program(tmp_path, "os.kill(os.getpid(), 11)")))

    def test_a_missing_program_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreachable, match=f"{tmp_path}/missing: No such file or directory"):
            run(cgi_client(str(tmp_path / "missing")))

    def test_a_program_that_may_not_be_run_is_named(self, tmp_path: Path) -> None:
        binary = program(tmp_path, ECHO)
        Path(binary).chmod(0o644)

        with pytest.raises(SourceUnreachable, match="Permission denied"):
            run(cgi_client(binary))

    def test_a_query_that_no_environment_holds_is_a_failure(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreachable, match="Argument list too long"):
            run(cgi_client(program(tmp_path, ECHO)), "sld_body=" + "x" * 200_000)

    def test_it_is_killed_at_the_deadline_with_its_children(self, tmp_path: Path) -> None:
        with pytest.raises(SourceTimeout, match="timed out"):
            run(cgi_client(_with_child(tmp_path)), seconds=1.0)

        assert not _is_running((tmp_path / "child").read_text())
        assert _children() == []

    def test_it_is_killed_where_it_answers_but_does_not_end(self, tmp_path: Path) -> None:
        source = "import time\nsys.stdout.close()\nos.close(1)\nos.close(2)\ntime.sleep(1000)"

        with pytest.raises(SourceTimeout):
            run(cgi_client(program(tmp_path, source)), seconds=0.5)

        assert _children() == []

    def test_a_passed_deadline_starts_nothing_that_stays(self, tmp_path: Path) -> None:
        with pytest.raises(SourceTimeout):
            run(cgi_client(_with_child(tmp_path)), seconds=0.0)

        assert _children() == []

    def test_none_is_left_behind_whatever_comes(self, tmp_path: Path) -> None:
        binary = program(tmp_path, "sys.exit(int(os.environ['QUERY_STRING']))")

        for code in range(5):
            try:
                run(cgi_client(binary), str(code))
            except SourceUnreachable:
                assert code > 0

        assert _children() == []

    def test_each_run_is_in_the_request_log(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, logger="tilekeep.source.request"):
            run(cgi_client(program(tmp_path, 'put(b"Content-Type: image/png\\n\\nmap")')), "key=hunter2")

        assert caplog.messages[0].startswith("CGI mapserver:///bin/mapserv?key=*** 200 0.0 ")
