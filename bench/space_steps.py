#!/usr/bin/env python3
"""Build and test the image of an exported Space from its Dockerfile, without Docker.

    sudo bench/space_steps.py SPACE [--work FOLDER] [--clip FILE]

SPACE is the output of `undertone export --to space`. debootstrap creates the base images, which the
script keeps in --work. Each stage is built in its own folder, as BuildKit does. The script builds
only the stages that the last one needs. RUN has no network and runs as the Dockerfile's USER.
Copied files belong to root unless COPY says otherwise.

The script then starts the image's CMD as its USER in a separate network without outside access. The
HEALTHCHECK must succeed, a posted clip must get the same probabilities as from `undertone predict`,
and SIGTERM must stop the server. Needs root (for chroot and unshare), debootstrap and iproute2.
"""

import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import dockerfile

DEBIAN = "http://deb.debian.org/debian"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CLONE_NEWNET = 0x40000000
# Mount /proc and the devices that a container has in /dev.
MOUNTS = 'mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev" && mkdir "$0/dev/shm" && ' + (
    'for device in null zero random urandom; do touch "$0/dev/$device" && '
    'mount --bind /dev/$device "$0/dev/$device" || exit 1; done && ln -s /proc/self/fd "$0/dev/fd" && '
)


class Image:
    """A stage's folder and the settings of its Dockerfile so far."""

    def __init__(self, root):
        self.root = root
        self.environment = {"PATH": PATH}
        self.folder = "/"
        self.user = "0:0"
        self.port = self.health = self.command = None

    def run(self, command, network=False, **options):
        """Start a program in the image as the user of the image."""
        private = ["--mount", "--pid", "--ipc", "--uts", *([] if network else ["--net"])]
        inside = 'exec chroot --userspec="$1" "$0" /usr/bin/env -i --chdir="$2" "${@:3}"'
        variables = [f"{key}={value}" for key, value in self.environment.items()]
        return subprocess.Popen(
            ["unshare", *private, "--fork", "--kill-child", "bash", "-c", MOUNTS + inside]
            + [self.root, self.user, self.folder, *variables, *command],
            **options,
        )

    def inside(self, path):
        """Convert a path in the image to a path on this machine."""
        return self.root / os.path.join(self.folder, path).lstrip("/")


def base(name, work):
    """Return the folder of a base image, and create it if it does not exist."""
    release = name.removeprefix("debian:").removesuffix("-slim")
    root = work / f"base-{release}"
    if not root.is_dir():
        unfinished = work / f"unfinished-{release}"
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", release, unfinished, DEBIAN], check=True)
        unfinished.rename(root)
    return root


def copy(step, image, context, images):
    *sources, target = step.words
    unknown = step.options.keys() - {"from", "chown", "chmod"}
    if unknown:
        raise ValueError(f"COPY --{unknown.pop()}: unsupported option")
    origin = images[step.options["from"]].root if "from" in step.options else context
    into = image.inside(target)
    ignored = set()
    if origin == context and (context / ".dockerignore").is_file():
        ignored = set((context / ".dockerignore").read_text().split())
    written = []
    for source in sources:
        if source in ignored:
            raise ValueError(f"COPY {source}: .dockerignore excludes it")
        found = origin / source.lstrip("/")
        many = target.endswith("/") or len(sources) > 1
        to = into / found.name if many and not found.is_dir() else into
        to.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, to, dirs_exist_ok=True)
        else:
            shutil.copy2(found, to)
        written += [to, *(to.rglob("*") if to.is_dir() else [])]
    owner, group = owners(step.options.get("chown", "0:0"))
    for path in written:
        os.chown(path, owner, group)
        if "chmod" in step.options:
            path.chmod(int(step.options["chmod"], 8))


def owners(text):
    owner, _, group = text.partition(":")
    return int(owner), int(group or owner)


def build(stage, image, context, images):
    for step in stage.steps:
        print(f"  {step.name} {step.text}", flush=True)
        match step.name:
            case "WORKDIR":
                image.folder = os.path.join(image.folder, step.text)
                image.inside("").mkdir(parents=True, exist_ok=True)
            case "ENV":
                key, _, value = step.text.partition("=")
                image.environment[key] = value
            case "COPY":
                copy(step, image, context, images)
            case "USER":
                image.user = ":".join(map(str, owners(step.text)))
            case "RUN":
                done = image.run(["/bin/sh", "-c", step.text])
                if done.wait() != 0:
                    sys.exit(f"RUN failed with {done.returncode}")
            case "EXPOSE":
                image.port = int(step.text)
            case "HEALTHCHECK":
                # The only other form is NONE.
                image.health = json.loads(step.text.partition("CMD ")[2])
            case "CMD":
                image.command = step.words


def own_network():
    """Move to an empty network, where every port is free and nothing outside can be reached."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def healthy(image):
    return image.run(image.health, network=True, stderr=subprocess.DEVNULL).wait() == 0


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except OSError:
        return False


def serve(image, space, clip):
    """Start the image's program, query it and stop it. Return an error message or None."""
    expected = subprocess.run(
        [space / "undertone", "predict", "--json", "--model", space / "model", clip],
        check=True,
        capture_output=True,
        text=True,
    )
    expected = json.loads(expected.stdout)
    own_network()
    if healthy(image):
        return "HEALTHCHECK succeeds although no server runs"
    started = time.monotonic()
    server = image.run(image.command, network=True)
    while not healthy(image):
        if server.poll() is not None or time.monotonic() - started > 30:
            return f"the server does not become healthy (exit code {server.poll()})"
    print(f"healthy after {time.monotonic() - started:.1f} s")
    # `unshare` forks once. In its child, bash, chroot and env exec one after the other.
    (program,) = children(server.pid)
    status = Path(f"/proc/{program}/status").read_text()
    users = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    print(f"runs as user {users[0]}")
    if set(users) != {image.user.split(":")[0]} or "0" in users:
        return f"the server runs as {users}, not as {image.user}"
    # A healthy server may still be loading the model.
    while not ready(image.port):
        if time.monotonic() - started > 30:
            server.kill()
            return "the server does not become ready"
    request = urllib.request.Request(
        f"http://127.0.0.1:{image.port}/api/predict", Path(clip).read_bytes(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    found = answer["probabilities"]
    print(f"POST /api/predict {Path(clip).name}: {answer['label']}, {answer['confidence']:.3f}")
    worst = max(abs(found[label] - value) for label, value in expected["probabilities"].items())
    if answer["label"] != expected["label"] or worst > 1e-5:
        return f"`undertone predict` says {expected['label']}, probabilities differ by {worst:.1e}"
    os.kill(program, signal.SIGTERM)
    try:
        print(f"SIGTERM: exit code {server.wait(30)}")
    except subprocess.TimeoutExpired:
        return "the server does not stop on SIGTERM"
    return None if server.returncode == 0 else "the server stops with an error"


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def size(root):
    files = (path.lstat() for path in root.rglob("*"))
    return sum(file.st_size for file in files) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("space", type=Path, metavar="SPACE")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/undertone-space"))
    parser.add_argument("--clip", help="recording to post [default: the Space's sample]")
    arguments = parser.parse_args()
    space = arguments.space.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    images, stage_folder = {}, arguments.work / "stages"
    shutil.rmtree(stage_folder, ignore_errors=True)
    stages = dockerfile.read((space / "Dockerfile").read_text())
    for stage in dockerfile.needed(stages):
        print(f"FROM {stage.base} AS {stage.name}", flush=True)
        root = stage_folder / stage.name
        stage_folder.mkdir(exist_ok=True)
        bottom = base(stage.base, arguments.work.resolve())
        subprocess.run(["cp", "-a", bottom, root], check=True)
        images[stage.name] = Image(root.resolve())
        build(stage, images[stage.name], space, images)
    image, bottom = images[stages[-1].name], base(stages[-1].base, arguments.work)
    print(f"the image adds {size(image.root) - size(bottom):.1f} MB to its base")
    wrong = serve(image, space, arguments.clip or next((space / "samples").iterdir()))
    sys.exit(wrong and f"{space}: {wrong}")


if __name__ == "__main__":
    main()
