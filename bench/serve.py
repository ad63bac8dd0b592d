"""Compare `undertone serve` with a Gradio app that does the same with librosa and PyTorch.

    cargo build --release
    python bench/serve.py [--seconds 5] [--clip FILE] [--same] [--json] [--quick]

Needs `wrk` and a virtual environment with gradio, librosa, torch and transformers. Both servers run
on the same machine and are asked in turn, by eight clients and then by one, which send the same clip.
`serve-whisper` is the built-in model on both sides, `serve-int8` the same with `--precision int8`
(the peer's stays in floats), `serve-cnn` the CNN+LSTM. The clients are

- `ours`: `wrk` with `POST /api/predict`, which only Undertone has;
- `gradio_client`: Gradio's own client, one process for each. It waits in steps of 50 ms;
- plain HTTP: the three requests of that client (upload, call, event stream).

`--same` also asks Undertone in the last two ways. A time is the inverse of the requests per second.
"""
import argparse
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from contest import CNN, PROGRAM, ROOT, options, row, tell

UNDERTONE, GRADIO = 7861, 7862
LATENCY = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s)\b")


def by_gradio_client(port, clip, seconds, ready, begin, results):
    from gradio_client import Client, handle_file

    client = Client(f"http://127.0.0.1:{port}", verbose=False, analytics_enabled=False)
    client.predict(handle_file(clip), api_name="/predict")
    ready.put(True)
    begin.wait()
    latencies, end = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        client.predict(handle_file(clip), api_name="/predict")
        latencies.append(time.perf_counter() - began)
    results.put(latencies)
    client.close()


def with_gradio_client(port, clip, clients, seconds):
    """Run each client in its own process, so that they do not share one interpreter."""
    context = multiprocessing.get_context("spawn")
    ready, begin, results = context.Queue(), context.Event(), context.Queue()
    arguments = (port, str(clip), seconds, ready, begin, results)
    processes = [context.Process(target=by_gradio_client, args=arguments) for _ in range(clients)]
    for process in processes:
        process.start()
    for _ in processes:
        ready.get(timeout=120)
    begin.set()
    latencies = [latency for _ in processes for latency in results.get(timeout=seconds + 120)]
    for process in processes:
        process.join()
    return summary(latencies, seconds)


FORM = (b'--XYZ\r\ncontent-disposition: form-data; name="files"; filename="clip.wav"\r\n\r\n', b"\r\n--XYZ--\r\n")


def one_call(connection, clip):
    def ask(method, path, body=None, kind="application/json"):
        connection.request(method, path, body, {"content-type": kind})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:200]}")
        return content

    form = "multipart/form-data; boundary=XYZ"
    path = json.loads(ask("POST", "/gradio_api/upload", FORM[0] + clip + FORM[1], form))[0]
    data = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
    event = json.loads(ask("POST", "/gradio_api/call/predict", json.dumps({"data": data})))["event_id"]
    outcome = ask("GET", f"/gradio_api/call/predict/{event}")
    if b"event: complete" not in outcome:
        raise RuntimeError(outcome.decode())


def with_calls(port, clip, clients, seconds):
    content = clip.read_bytes()
    latencies, failures = [], []
    end = time.perf_counter() + seconds

    def run():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while (began := time.perf_counter()) < end:
                one_call(connection, content)
                latencies.append(time.perf_counter() - began)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return summary(latencies, seconds)


def with_wrk(port, clip, clients, seconds):
    script = (f'local file = io.open("{clip}", "rb")\nwrk.method = "POST"\nwrk.body = file:read("*a")\n'
              'wrk.headers["Content-Type"] = "audio/wav"\n')
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script)
        lua.flush()
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "-s", lua.name,
                   f"http://127.0.0.1:{port}/api/predict"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        sys.exit(told)
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
    percentile = {line.split()[0]: LATENCY.search(line).groups()
                  for line in told.splitlines() if re.match(r"\s+\d+%", line)}
    in_seconds = {name: float(value) * units[unit] for name, (value, unit) in percentile.items()}
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
    return rate, in_seconds["50%"], in_seconds["99%"]


def summary(latencies, seconds):
    latencies.sort()
    return len(latencies) / seconds, statistics.median(latencies), latencies[int(0.99 * (len(latencies) - 1))]


def memory(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


def start(command, port):
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, cwd=ROOT / "bench",
                               env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"})
    for _ in range(1200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/config")
            if connection.getresponse().status == 200:
                return process
        except OSError:
            pass
        if process.poll() is not None:
            sys.exit(f"the server ended: {command}")
        time.sleep(0.1)
    sys.exit(f"the server does not answer: {command}")


def compare(name, arguments):
    """Ask both servers in turn, and return the rows for eight clients and for one."""
    clip, seconds = arguments.clip.resolve(), arguments.seconds or (3 if arguments.quick else 5)
    rounds = arguments.rounds or (1 if arguments.quick else 3)
    model = {"cnn": ["--model", CNN], "int8": ["--precision", "int8"]}.get(name, [])
    serve = [PROGRAM, "serve", *model, "--port", UNDERTONE]
    peer = "cnn" if name == "cnn" else "whisper"
    app = [sys.executable, ROOT / "bench" / "gradio_app.py", GRADIO, peer, arguments.concurrency]
    servers = {"ours": start(serve, UNDERTONE), "gradio": start(app, GRADIO)}
    ways = {
        "ours": (with_wrk, UNDERTONE),
        "Gradio, gradio_client": (with_gradio_client, GRADIO),
        "Gradio, plain HTTP": (with_calls, GRADIO),
    }
    if arguments.same:
        ways["ours, gradio_client"] = (with_gradio_client, UNDERTONE)
        ways["ours, plain HTTP"] = (with_calls, UNDERTONE)
    try:
        for ask, port in ways.values():
            ask(port, clip, 1, 2)  # warm up
        for clients in [8, 1]:
            times, slow = {way: [] for way in ways}, {way: [] for way in ways}
            for _ in range(rounds):
                for way, (ask, port) in ways.items():
                    rate, _, latency = ask(port, clip, clients, seconds)
                    times[way].append(1 / rate)
                    slow[way].append(latency)
            notes = [
                f"{way}: {1 / statistics.median(times[way]):.1f} requests/s, 99 % within "
                f"{1e3 * statistics.median(slow[way]):.1f} ms"
                for way in ways
            ]
            notes.append(f"peak memory of Gradio: {memory(servers['gradio']):.0f} MiB")
            row_name = f"serve-{name}" + ("" if clients == 8 else "-1-client")
            yield row(row_name, times, memory(servers["ours"]), notes)
    finally:
        for server in servers.values():
            server.terminate()
            server.wait()


def main():
    parser = options(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--clip", type=pathlib.Path, default=ROOT / "samples" / "neutral.flac")
    parser.add_argument("--seconds", type=int, help="time of each measurement")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--concurrency", type=int, default=1, help="Gradio's concurrency limit [default: 1]")
    parser.add_argument("--same", action="store_true", help="ask ours in Gradio's ways, too")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    for name in ["whisper", "int8", "cnn"]:
        if arguments.only in f"serve-{name}":
            for described in compare(name, arguments):
                tell(described, arguments.json)


if __name__ == "__main__":
    main()
