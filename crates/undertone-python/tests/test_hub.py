"""A model of the Hugging Face Hub, which a server on this machine stands for."""

import hashlib
import http.server
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import undertone as ut

MODEL = Path(__file__).resolve().parents[3] / "models" / "3-optimized-sentiment3"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.wfile.write(self.answer())

    def answer(self) -> bytes:
        repository, _, rest = self.path.removeprefix("/").partition("/resolve/")
        file = MODEL / rest.partition("/")[2]
        if repository != "owner/name" or not file.is_file():
            self.send_response(404)
            if repository != "owner/name":
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return b""
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return content

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield
    server.shutdown()


@pytest.mark.usefixtures("hub")
def test_a_model_of_the_hub(samples: list[str]) -> None:
    model = ut.Classifier("hf:owner/name")
    assert (model.name, model.version) == ("owner/name", COMMIT[:12])
    expected = ut.Classifier(MODEL).predict(samples[0])
    assert model.predict(samples[0]).probabilities == expected.probabilities
    assert pickle.loads(pickle.dumps(model)).version == model.version
    with pytest.raises(ut.ModelError, match="nobody/nothing") as error:
        ut.Classifier("hf:nobody/nothing")
    assert (error.value.kind, error.value.path) == ("hub", "hf:nobody/nothing")
