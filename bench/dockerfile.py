"""A Dockerfile read into stages and steps; as much of the language as Undertone's own needs."""

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
        """A JSON list as it is; anything else as a shell would divide it."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclass
class Stage:
    base: str
    name: str
    steps: list = field(default_factory=list)

    def sources(self):
        """The stages that this one copies from."""
        return {step.options["from"] for step in self.steps if "from" in step.options}


def logical_lines(text):
    """Lines without comments, those that end with a backslash joined with the next."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [line.strip() for line in joined.splitlines() if line.strip()]


def read(text, arguments=None):
    """All stages in order. `arguments` replaces the defaults of ARGs that stand before the first FROM."""
    values, stages = {}, []
    for line in logical_lines(text):
        name, _, rest = line.partition(" ")
        name = name.upper()
        if name not in INSTRUCTIONS:
            raise ValueError(f"{name}: not known here")
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
    """The stages that the last one is made of, in order: others are not built."""
    by_name = {stage.name: stage for stage in stages}
    wanted, found = [stages[-1].name], set()
    while wanted:
        stage = by_name[wanted.pop()]
        if stage.name not in found:
            found.add(stage.name)
            wanted += [name for name in (*stage.sources(), stage.base) if name in by_name]
    return [stage for stage in stages if stage.name in found]
