#!/usr/bin/env python3
"""Kill commands with SIGKILL at random moments, and compare what they leave with an undisturbed run.

    bench/kill.py [--kills N] [--seed S] [--only train,fetch] [--corpus RAVDESS] [--undertone PROGRAM]
                  [--archive PROGRAM]

Each of train, crossval, explore, export, predict --resume and the downloads is killed N times. After
each kill, no file may be half-written under its final name. Killed commands are started again
until they end; then every file must equal the one of an undisturbed run, byte for byte, and nothing else
may be left. Prints a line for each command, and ends with 1 if one of them failed.

--corpus is RAVDESS, of which 36 clips are used; without it, the script makes tones. --archive is the
example `fetch_archive` of undertone-download, which fetches any archive:

    cargo build --release -p undertone-download --example fetch_archive

Needs no package.
"""

import argparse
import csv
import hashlib
import http.server
import io
import json
import math
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import wave
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
RECIPE = """
name = "tiny"
seed = 3
[protocol]
name = "holdout"
folds = 2
[front_end]
duration = 1.0
n_fft = 512
hop_length = 256
n_mels = 32
n_mfcc = 13
[augmentation]
copies = { speeds = [0.9] }
shift = 2
[network]
architecture = "cnn-lstm"
conv = [{ channels = 16, kernel_size = 3, pool = 2 }]
batch_norm = true
lstm = { layers = 1, units = 16 }
pooling = "mean"
dropout = 0.2
[training]
epochs = EPOCHS
batch_size = 8
learning_rate = 1e-2
weight_average = 0.9
"""


class Failure(Exception):
    pass


def parsed(path):
    """Raise an error if a file is not whole."""
    content = path.read_bytes()
    if not content:
        raise Failure(f"{path} is empty")
    if path.suffix == ".json":
        json.loads(content)
    elif path.suffix == ".toml":
        tomllib.loads(content.decode())
    elif path.suffix == ".safetensors":
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        end = max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        # A checkpoint ends with a hash of itself.
        end += 8 + length + (32 if path.name == "last.safetensors" else 0)
        if len(content) != end:
            raise Failure(f"{path} has {len(content)} bytes instead of {end}")
    elif path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode())))
        if not content.endswith(b"\n") or len({len(row) for row in rows}) > 1:
            raise Failure(f"{path} ends within a row")
    elif path.suffix == ".html" and not content.rstrip().endswith(b"</html>"):
        raise Failure(f"{path} is cut")
    elif path.suffix == ".png" and b"IEND" not in content[-12:]:
        raise Failure(f"{path} is cut")


def files_below(folder):
    """Return the contents of all files by their path. Links count as what they point to."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def without_times(name, content):
    """Return what must be the same in every run: all of a file, or all but when it was made."""
    path = Path(name)
    if path.name == "run.json":
        return b""
    if name.endswith("report/index.html"):
        # Its end lists when the run was started, and how each of these ended.
        return content.split(b'<section id="environment')[0]
    if path.name == "last.safetensors":
        # `state` counts the seconds of the training, and Burn names tensors by random numbers. The
        # model of the last step is in `average`.
        length = struct.unpack("<Q", content[:8])[0]
        start, end = json.loads(content[8 : 8 + length])["average"]["data_offsets"]
        return content[8 + length + start : 8 + length + end]
    return content


def differences(found, expected):
    found, expected = ({name: without_times(name, files[name]) for name in files} for files in (found, expected))
    names = [name for name in sorted(found.keys() | expected.keys()) if found.get(name) != expected.get(name)]

    def word(name):
        return "differs" if name in found and name in expected else "missing" if name in expected else "too much"

    return [f"{name} ({word(name)})" for name in names]


class Command:
    """A command, and what must hold of its output."""

    name = ""
    # Whether a killed command goes on where it was. One that starts anew may be killed at any
    # moment of its whole time; the others once in a part of it.
    resumes = True

    def __init__(self, setup):
        self.setup = setup

    def arguments(self, folder):
        raise NotImplementedError

    def environment(self, folder):
        return {}

    def output(self, folder):
        """Return the folder that the command writes to."""
        return folder / "out"

    def check_killed(self, folder, expected):
        """Raise Failure if a file under its final name is not whole."""
        for path in self.output(folder).rglob("*"):
            if path.is_file() and not is_temporary(path):
                parsed(path)

    def results(self, folder):
        return files_below(self.output(folder))

    def start(self, folder, log):
        environment = os.environ | {
            "UNDERTONE_CACHE": str(folder / "cache"),
            "NO_COLOR": "1",
            "XDG_CONFIG_HOME": str(folder / "config"),
        }
        return subprocess.Popen(
            self.arguments(folder),
            env=environment | self.environment(folder),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def finish(self, folder):
        """Run the command to its end, and return the seconds."""
        began = time.monotonic()
        with tempfile.TemporaryFile() as log:
            code = self.start(folder, log).wait()
            if code != 0:
                log.seek(0)
                raise Failure(f"ended with {code}: {log.read().decode(errors='replace')}")
        return time.monotonic() - began


def is_temporary(path):
    """Tell whether a path says that a file is no result: locks, and what is not complete yet."""
    return path.name == ".lock" or any(part.startswith((".undertone-", ".tmp")) for part in path.parts) or path.suffix in (
        ".unfinished",
        ".part",
        ".incomplete",
        ".lock",
    )


class Train(Command):
    name = "train"

    def arguments(self, folder):
        return [self.setup.undertone, "train", self.setup.recipe, "--corpus", self.setup.clips,
                "--out", "out", "--resume", "--jobs", "1"]


class Crossval(Command):
    name = "crossval"

    def arguments(self, folder):
        return [self.setup.undertone, "crossval", self.setup.recipe, "--corpus", self.setup.clips,
                "--protocol", "speakers", "--out", "out", "--resume", "--jobs", "1"]


class Anew(Command):
    """A command that writes a folder whole or not at all, and starts anew."""

    resumes = False

    def check_killed(self, folder, expected):
        found = {name: content for name, content in self.results(folder).items() if not is_temporary(Path(name))}
        if found:
            wrong = differences(found, expected)
            if wrong:
                raise Failure(f"half an output: {', '.join(wrong[:5])}")


class Explore(Anew):
    name = "explore"

    def arguments(self, folder):
        return [self.setup.undertone, "explore", "--out", "out", "--force", "--jobs", "1", self.setup.clips]


class ExportHub(Anew):
    name = "export --to hf"
    target = "hf"

    def arguments(self, folder):
        return [self.setup.undertone, "export", "--to", self.target, "--out", "out", "--force", self.setup.model]


class ExportOnnx(ExportHub):
    name = "export --to onnx"
    target = "onnx"


class Predict(Command):
    name = "predict --resume"

    def arguments(self, folder):
        return [self.setup.undertone, "predict", "--model", self.setup.model, "--out", "out/answers.json",
                "--resume", "--jobs", "1", "--files-from", self.setup.list]

    def environment(self, folder):
        (folder / "out").mkdir(exist_ok=True)
        return {}

    def check_killed(self, folder, expected):
        answers = folder / "out/answers.json"
        if answers.exists() and answers.read_bytes() != expected["answers.json"]:
            raise Failure("answers.json is there before it is complete")


class FetchModel(Command):
    """Download a model from a Hub on this machine."""

    name = "predict --model hf:"

    def arguments(self, folder):
        return [self.setup.undertone, "predict", "--model", "hf:owner/name", self.setup.first, "--json"]

    def environment(self, folder):
        return {"HF_ENDPOINT": self.setup.server.url, "HF_HOME": str(folder / "out")}

    def check_killed(self, folder, expected):
        for name, content in files_below(self.output(folder)).items():
            if not is_temporary(Path(name)) and "snapshots" in name and content != expected.get(name):
                raise Failure(f"{name} is not whole")

    def results(self, folder):
        return {name: content for name, content in files_below(self.output(folder)).items() if not is_temporary(Path(name))}


class FetchArchive(Command):
    """Download an archive of clips from this machine."""

    name = "fetch"

    def arguments(self, folder):
        archive = self.setup.archive
        return [self.setup.fetch_archive, f"{self.setup.server.url}/files", "clips.zip", str(len(archive)),
                hashlib.md5(archive).hexdigest(), "out"]

    def check_killed(self, folder, expected):
        for name, content in files_below(self.output(folder)).items():
            if name.endswith((".wav", ".flac", ".unpacked")) and content != expected[name]:
                raise Failure(f"{name} is not whole")


class Server:
    """A Hub with one repository, and a folder with one archive, both slow."""

    COMMIT = "0123456789abcdef0123456789abcdef01234567"

    def __init__(self, model, archive):
        files = {path.name: path.read_bytes() for path in model.iterdir()}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                self.respond(with_body=False)

            def do_GET(self):
                self.respond(with_body=True)

            def respond(self, with_body):
                path = self.path.split("?")[0]
                name = path.rsplit("/", 1)[-1]
                headers = {"X-Repo-Commit": Server.COMMIT}
                if path == "/files/clips.zip":
                    content = archive
                elif name in files:
                    content = files[name]
                    if len(content) > 10_000 and not path.startswith("/large/"):
                        headers |= {
                            "Location": f"{server.url}/large/{name}",
                            "X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"',
                            "X-Linked-Size": str(len(content)),
                        }
                        return self.reply(302, headers, b"", with_body)
                    headers["ETag"] = f'"{git_hash(content)}"'
                else:
                    return self.reply(404, headers | {"X-Error-Code": "EntryNotFound"}, b"", with_body)
                start = 0
                asked = self.headers.get("Range", "")
                if asked.startswith("bytes="):
                    start = int(asked.removeprefix("bytes=").split("-")[0])
                    headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
                self.reply(206 if asked else 200, headers, content[start:], with_body)

            def reply(self, status, headers, content, with_body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    for at in range(0, len(content) if with_body else 0, 1 << 14):
                        self.wfile.write(content[at : at + (1 << 14)])
                        time.sleep(0.004)
                except OSError:
                    self.close_connection = True

        server = self
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        # Clients are killed while they read.
        self.http.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Setup:
    def __init__(self, arguments, folder):
        self.undertone = str(Path(arguments.undertone).resolve())
        self.fetch_archive = arguments.archive and str(Path(arguments.archive).resolve())
        self.clips = str(folder / "clips")
        corpus = arguments.corpus
        count = 0
        for actor in range(1, 7):
            for emotion in range(1, 7):
                stem = f"03-01-{emotion:02}-01-01-01-{actor:02}"
                target = folder / f"clips/Actor_{actor:02}"
                target.mkdir(parents=True, exist_ok=True)
                if corpus:
                    [clip] = Path(corpus).glob(f"Actor_{actor:02}/{stem}.*")
                    shutil.copy(clip, target)
                else:
                    tone(target / f"{stem}.wav", 120 * emotion + 10 * actor)
                count += 1
        self.recipe = str(folder / "tiny.toml")
        Path(self.recipe).write_text(RECIPE.replace("EPOCHS", "12"))
        self.model = str(HERE / "models/3-optimized-sentiment3")
        clips = sorted(str(path) for path in (folder / "clips").rglob("*") if path.is_file())
        self.first = clips[0]
        # Each clip under ten names: a batch takes a while.
        names = []
        for number in range(10):
            for index, clip in enumerate(clips):
                link = folder / f"batch/{number}-{index}{Path(clip).suffix}"
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(clip)
                names.append(str(link))
        self.list = str(folder / "list.txt")
        Path(self.list).write_text("\n".join(names) + "\n")
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for clip in clips:
                archive.write(clip, str(Path(clip).relative_to(self.clips)))
        self.archive = content.getvalue()
        self.server = Server(Path(self.model), self.archive)


def tone(path, hertz):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        step = 2 * math.pi * hertz / 16_000
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(step * n))) for n in range(16_000)))


def judge(command, kills, chance):
    """Kill a command `kills` times. Return how often it was killed, and how often it had ended before."""
    with tempfile.TemporaryDirectory(prefix="undertone-kill-") as temporary:
        whole = Path(temporary) / "whole"
        whole.mkdir()
        seconds = command.finish(whole)
        expected = command.results(whole)
        if not expected:
            raise Failure("writes nothing")
        # What an undisturbed run writes twice must be the same, or nothing can be compared.
        again = Path(temporary) / "again"
        again.mkdir()
        seconds = max(seconds, command.finish(again))
        if wrong := differences(command.results(again), expected):
            raise Failure(f"two undisturbed runs differ: {', '.join(wrong[:5])}")
        done = ended = round = 0
        while done < kills:
            round += 1
            folder = Path(temporary) / f"round-{round}"
            folder.mkdir()
            # Several kills in one run, so that some hit a command that resumes a resumed one.
            for _ in range(4 if command.resumes else 2):
                with tempfile.TemporaryFile() as log:
                    process = command.start(folder, log)
                    time.sleep(chance.uniform(0, seconds * (0.7 if command.resumes else 1.0)))
                    process.send_signal(signal.SIGKILL)
                    code = process.wait()
                    if code == 0:
                        ended += 1
                    elif code == -signal.SIGKILL:
                        done += 1
                    else:
                        log.seek(0)
                        raise Failure(f"ended with {code}: {log.read().decode(errors='replace')}")
                command.check_killed(folder, expected)
                # Unfinished files are removed when they are a minute old. Let that minute pass.
                for path in folder.rglob("*"):
                    if path.name.startswith(".undertone-"):
                        os.utime(path, (0, 0))
            command.finish(folder)
            if wrong := differences(command.results(folder), expected):
                raise Failure(f"after {done} kills: {', '.join(wrong[:5])}")
            left = [path.name for path in folder.iterdir() if path.name not in ("out", "cache", "config")]
            left += [str(path) for path in (folder / "cache").rglob("*") if is_temporary(path.relative_to(folder))]
            if left:
                raise Failure(f"left behind: {', '.join(left[:5])}")
            shutil.rmtree(folder)
        return done, ended, round, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="names of commands, separated by commas")
    parser.add_argument("--corpus", default=os.environ.get("UNDERTONE_RAVDESS"))
    parser.add_argument("--undertone", default=HERE / "target/release/undertone")
    parser.add_argument("--archive", help="the example fetch_archive")
    arguments = parser.parse_args()
    kinds = [Train, Crossval, Explore, ExportHub, ExportOnnx, Predict, FetchModel]
    kinds += [FetchArchive] if arguments.archive else []
    only = [name for name in arguments.only.split(",") if name]
    failed = False
    with tempfile.TemporaryDirectory(prefix="undertone-kill-") as folder:
        setup = Setup(arguments, Path(folder))
        for kind in kinds:
            if only and not any(kind.name.startswith(name) for name in only):
                continue
            try:
                done, ended, runs, seconds = judge(kind(setup), arguments.kills, random.Random(arguments.seed))
            except Failure as failure:
                failed = True
                print(f"{kind.name}: FAILED, {failure}", flush=True)
                continue
            print(
                f"{kind.name}: {done} kills in {runs} runs ({ended} ended before), each as undisturbed "
                f"({seconds:.1f} s)",
                flush=True,
            )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
