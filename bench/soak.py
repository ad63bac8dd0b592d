"""Send many requests to `undertone serve`, and check its memory.

    cargo build --release
    python bench/soak.py [--requests 100000]

Sends a mixture of valid and invalid recordings, raw and as forms, over eight connections. Prints
the requests per second, the statuses, and the resident memory at the start, in the middle and at
the end. Fails if a response has an unexpected status, or if the memory at the end exceeds that of
the first quarter by more than 10 %. (After a quarter of the requests, the server holds as many
uploads of Gradio clients as it keeps.)
"""
import argparse
import collections
import http.client
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PORT = 7863
CLIENTS = 8


def resident(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def requests():
    """Return the requests to repeat: path, headers, body, expected status."""
    stereo = ROOT / "crates" / "undertone" / "tests" / "serve" / "fixtures" / "stereo.flac"
    mono = [ROOT / "samples" / name for name in ["neutral.flac", "happy.flac", "sad.flac"]]
    samples = [path.read_bytes() for path in [*mono, stereo]]
    kind = {"content-type": "multipart/form-data; boundary=XYZ"}

    def form(field, *files):
        parts = b"".join(b'--XYZ\r\ncontent-disposition: form-data; name="%s"; filename="a.wav"\r\n\r\n%s\r\n'
                         % (field, file) for file in files)
        return parts + b"--XYZ--\r\n"

    ordinary = [("/api/predict", {}, sample, 200) for sample in samples] * 3
    return ordinary + [
        ("/api/predict?timeline=1&picture=1", {}, samples[0], 200),
        ("/api/predict", kind, form(b"file", samples[1]), 200),
        ("/api/predict/batch", kind, form(b"file", *samples), 200),
        ("/gradio_api/upload", kind, form(b"files", samples[2]), 200),
        ("/api/predict", {}, samples[0][:5000], 422),
        ("/api/predict", {}, b"once upon a time", 415),
        ("/nowhere", {}, b"", 404),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", type=pathlib.Path, default=target / "release" / "undertone")
    arguments = parser.parse_args()
    process = subprocess.Popen([arguments.binary, "serve", "--port", str(PORT)], stdout=subprocess.PIPE)
    process.stdout.readline()

    mixture, total = requests(), arguments.requests
    lock, statuses, wrong = threading.Lock(), collections.Counter(), []
    sent = iter(range(total))
    memories = {}

    def run():
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        while True:
            with lock:
                number = next(sent, None)
            if number is None:
                return
            if number % max(1, total // 20) == 0:
                memories[number] = resident(process)
                print(f"{number:8} requests, {memories[number]:6.1f} MiB", flush=True)
            path, headers, body, expected = mixture[number % len(mixture)]
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            with lock:
                statuses[answer.status] += 1
                if answer.status != expected:
                    wrong.append((path, answer.status))

    began = time.perf_counter()
    threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    end = resident(process)
    process.terminate()
    stopped = process.wait()
    quarter = max(memory for number, memory in memories.items() if number <= total // 4)
    print(f"{total} requests in {took:.0f} s, {total / took:.0f} per second; statuses {dict(statuses)}")
    print(f"resident: {memories[0]:.0f} MiB at the start, {quarter:.0f} after a quarter, "
          f"{memories[min(memories, key=lambda number: abs(number - total // 2))]:.0f} in the middle, {end:.0f} at the end")
    if wrong or stopped != 0 or end > 1.1 * quarter:
        sys.exit(f"failed: {len(wrong)} unexpected responses {wrong[:3]}, exit code {stopped}")


if __name__ == "__main__":
    main()
