"""Compare `undertone serve` with a Gradio app that does the same with librosa and PyTorch.

    cargo build --release
    python bench/serve.py [--seconds 15] [--clip FILE]

Needs `wrk` and a virtual environment with gradio, librosa and torch. The servers run one after the
other on the same machine. One client and then eight clients send the same clip in three ways:

- `gradio_client`: Gradio's own client, one process per client. It waits in steps of 50 ms.
- `calls`: the three requests of that client (upload, call, event stream) over plain HTTP.
- `wrk`: `POST /api/predict`, which only Undertone has.

For each, the script prints the requests per second and the median and 99th percentile of the
latency.
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

ROOT = pathlib.Path(__file__).resolve().parent.parent
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
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, cwd=ROOT / "bench",
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clip", type=pathlib.Path, default=ROOT / "samples" / "neutral.flac")
    parser.add_argument("--seconds", type=int, default=15)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", type=pathlib.Path, default=target / "release" / "undertone")
    parser.add_argument("--concurrency", type=int, default=1, help="Gradio's concurrency limit [default: 1]")
    arguments = parser.parse_args()
    clip, seconds = arguments.clip.resolve(), arguments.seconds
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

    # The network that the peer has too.
    model = ROOT / "models" / "3-optimized-sentiment3"
    serve = [arguments.binary.resolve(), "serve", "--model", model, "--port", UNDERTONE]
    gradio = [sys.executable, ROOT / "bench" / "gradio_app.py", GRADIO, arguments.concurrency]
    ways = {"gradio_client": with_gradio_client, "calls": with_calls, "wrk": with_wrk}
    rates = {}
    print(f"{'server':10} {'asked with':14} {'clients':>7} {'requests/s':>11} {'p50 ms':>8} {'p99 ms':>8}", flush=True)
    for name, port, command in [("undertone", UNDERTONE, serve), ("gradio", GRADIO, gradio)]:
        process = start(command, port)
        for way in ways if name == "undertone" else ["gradio_client", "calls"]:
            ways[way](port, clip, 1, 2)  # warm up
            for clients in [1, 8]:
                rate, median, slow = ways[way](port, clip, clients, seconds)
                rates[name, way, clients] = rate
                print(f"{name:10} {way:14} {clients:7} {rate:11.1f} {median * 1e3:8.1f} {slow * 1e3:8.1f}", flush=True)
        print(f"{name:10} peak memory {memory(process):.0f} MiB", flush=True)
        process.terminate()
        process.wait()
    for clients in [1, 8]:
        own = rates["gradio", "gradio_client", clients]
        best = max(own, rates["gradio", "calls", clients])
        mine = rates["undertone", "wrk", clients]
        print(f"{clients} clients: the throughput of undertone with wrk is {mine / own:.0f} times that of gradio with "
              f"gradio_client and {mine / best:.0f} times gradio's best; with the same calls "
              f"{rates['undertone', 'calls', clients] / rates['gradio', 'calls', clients]:.0f} times, with the same "
              f"gradio_client {rates['undertone', 'gradio_client', clients] / own:.1f} times")


if __name__ == "__main__":
    main()
