"""Parse a Dockerfile into stages and steps, as far as Undertone's own Dockerfile needs."""

import json
import re
import shlex
from dataclasses import dataclass, field

INSTRUCTIONS = {"ARG", "FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}


@dataclass
class Step:
    name: str
    text: str
    options: dict = field(default_factory=dict)

    @property
    def words(self):
        """Parse a JSON list, and split other text into words as a shell does."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclass
class Stage:
    base: str
    name: str
    steps: list = field(default_factory=list)

    def sources(self):
        """Return the names of the stages that this stage copies from."""
        return {step.options["from"] for step in self.steps if "from" in step.options}


def logical_lines(text):
    """Return the lines without comments. Join each line that ends with a backslash to the next."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [line.strip() for line in joined.splitlines() if line.strip()]


def read(text, arguments=None):
    """Return all stages in order. `arguments` replaces default values of the global ARGs."""
    values, stages = {}, []
    for line in logical_lines(text):
        name, _, rest = line.partition(" ")
        name = name.upper()
        if name not in INSTRUCTIONS:
            raise ValueError(f"{name}: unsupported instruction")
        rest = re.sub(r"\$\{(\w+)\}", lambda match: values.get(match[1], match[0]), rest.strip())
        if name == "ARG":
            key, _, default = rest.partition("=")
            values[key] = (arguments or {}).get(key, default)
        elif name == "FROM":
            base, _, alias = rest.partition(" AS ")
            stages.append(Stage(base.strip(), alias.strip() or str(len(stages))))
        else:
            options = {}
            while match := re.match(r"--([\w-]+)=(\S+)\s+", rest):
                options[match[1]] = match[2]
                rest = rest[match.end() :]
            stages[-1].steps.append(Step(name, rest, options))
    return stages


def needed(stages):
    """Return the last stage and the stages that it depends on, in order. Others are not built."""
    by_name = {stage.name: stage for stage in stages}
    wanted, found = [stages[-1].name], set()
    while wanted:
        stage = by_name[wanted.pop()]
        if stage.name not in found:
            found.add(stage.name)
            wanted += [name for name in (*stage.sources(), stage.base) if name in by_name]
    return [stage for stage in stages if stage.name in found]
