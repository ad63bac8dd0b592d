#!/usr/bin/env python3
"""Check exported cards with `huggingface_hub`, without a connection to the Hub.

    bench/hub_card.py FOLDER...

FOLDER is the output of `undertone export --to hf` or `--to space`. Needs `huggingface_hub`.

For a model's card, the script checks that the metadata loads, has the keys that the Hub requires,
and keeps its keys in `ModelCardData`, that every result of `model-index` can be parsed and names
its protocol, and that every file of the widget exists. For a Space, it checks that the metadata
loads and that the server of the Dockerfile listens on `app_port`. On an error, it prints the reason
and exits with 1. `ModelCard.validate()` needs the Hub and runs only with --online.
"""

import argparse
import sys
from pathlib import Path

import huggingface_hub
from huggingface_hub import ModelCard, SpaceCard, metadata_load
from huggingface_hub.repocard_data import eval_results_to_model_index, model_index_to_eval_results

# https://huggingface.co/docs/hub/spaces-config-reference
COLORS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
PROTOCOLS = {"holdout", "speakers", "emobox", "manifest"}


def require(holds, message):
    if not holds:
        raise ValueError(message)


def check_model(folder):
    path = folder / "README.md"
    metadata = metadata_load(path)
    card = ModelCard.load(path)
    require(card.data.to_dict().keys() >= metadata.keys() - {"model-index"}, "keys are lost")
    require(metadata["pipeline_tag"] == "audio-classification", "pipeline_tag")
    require(isinstance(metadata["tags"], list), "tags")
    for key in ("license", "library_name", "base_model"):
        require(isinstance(metadata.get(key, ""), str), key)
    for key in ("language", "datasets", "metrics"):
        require(all(isinstance(one, str) for one in metadata.get(key, [])), key)
    for example in metadata["widget"]:
        require((folder / example["src"]).is_file(), f"no {example['src']}")
    for name in ("config.json", "model.safetensors"):
        require((folder / name).is_file(), f"no {name}")
    results = card.data.eval_results or []
    if "model-index" in metadata:
        name, parsed = model_index_to_eval_results(metadata["model-index"])
        require(parsed == results and len(results) % 3 == 0, "model-index")
        for result in results:
            require(result.dataset_config in PROTOCOLS, "a result names no protocol")
            require(f"protocol {result.dataset_config}" in result.dataset_name, "dataset name")
            require(0 <= result.metric_value <= 1, "a metric is not between 0 and 1")
        written = eval_results_to_model_index(name, results)
        require(model_index_to_eval_results(written) == (name, results), "round trip")
    license = metadata.get("license", "no license")
    return f"{license}, {len(metadata['widget'])} examples, {len(results)} results", card


def check_space(folder):
    path = folder / "README.md"
    metadata = metadata_load(path)
    card = SpaceCard.load(path)
    require(card.data.to_dict() == metadata, "metadata is lost")
    require(metadata["sdk"] == "docker", "sdk")
    require({metadata["colorFrom"], metadata["colorTo"]} <= COLORS, "colors")
    require(len(metadata["short_description"]) <= 60, "short_description is too long")
    dockerfile = (folder / "Dockerfile").read_text()
    require(f'"--port", "{metadata["app_port"]}"' in dockerfile, "app_port")
    return f"Space, port {metadata['app_port']}", card


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--online", action="store_true", help="also validate the cards with the Hub")
    arguments = parser.parse_args()
    failed = False
    for folder in arguments.folders:
        check = check_space if (folder / "Dockerfile").is_file() else check_model
        try:
            found, card = check(folder)
            if arguments.online:
                card.validate()
            print(f"{folder}: {found} (huggingface_hub {huggingface_hub.__version__})")
        except (ValueError, KeyError, TypeError) as error:
            failed = True
            print(f"{folder}: {error!r}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
