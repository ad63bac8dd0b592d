# Long commands in one place. `just` lists them; each also works when typed by hand.

corpus := env("UNDERTONE_RAVDESS", "../shared/ravdess")
python := env("UNDERTONE_PYTHON", "python3")
undertone := "cargo run --release --quiet --package undertone --"

_default:
    @just --list

# Format, lints, tests: what CI runs.
ci:
    bash .ci/run

# The numbers on the shipped model's card: `speakers`, `holdout` and the notebook's own protocol.
judge runs="runs":
    {{undertone}} crossval recipes/3-optimized.toml --corpus {{corpus}} --protocol speakers --out {{runs}}/3-speakers --resume
    {{undertone}} crossval recipes/3-optimized.toml --corpus {{corpus}} --protocol holdout --seeds 1,2,3 --out {{runs}}/3-holdout --resume
    {{undertone}} crossval recipes/3-optimized.toml --corpus {{corpus}} --protocol holdout --out {{runs}}/3-notebook --resume \
        --set protocol.balance_before_split=true \
        --set 'balance=[{step="oversample",emotion="neutral",to="calm"},{step="undersample"}]'

# Recipes 1 and 2 for comparison.
compare runs="runs":
    {{undertone}} crossval recipes/1-cnn-lstm.toml --corpus {{corpus}} --protocol holdout --out {{runs}}/1-holdout --resume
    {{undertone}} crossval recipes/2-enhanced.toml --corpus {{corpus}} --protocol holdout --out {{runs}}/2-holdout --resume

# Train the model that ships and put it in its place.
ship runs="runs":
    {{undertone}} train recipes/3-optimized.toml --corpus {{corpus}} --protocol full --out {{runs}}/ship --resume
    cp {{runs}}/ship/model/config.json {{runs}}/ship/model/model.safetensors models/3-optimized-sentiment3/

# The scores of `judge` and `judge-whisper` in the metadata of the shipped cards.
cards runs="runs":
    {{python}} bench/card_results.py models/3-optimized-sentiment3 {{runs}}/3-speakers/report.json {{runs}}/3-holdout/report.json
    {{python}} bench/card_results.py models/5-whisper-tiny-sentiment3 {{runs}}/5-speakers/report.json

# Recipe 5 on unseen speakers: eight emotions on EmoBox's folds, three classes on five folds.
judge-whisper encoder runs="runs":
    {{undertone}} crossval recipes/5-whisper-tiny-frozen.toml --corpus {{corpus}} --out {{runs}}/5-emobox --resume \
        --set network.pretrained={{encoder}}
    {{undertone}} crossval recipes/5-whisper-tiny-frozen.toml --corpus {{corpus}} --protocol speakers --out {{runs}}/5-speakers --resume \
        --set network.pretrained={{encoder}} --set label_scheme=sentiment3

# A virtual environment with the peers.
venv folder=".venv":
    {{python}} -m venv {{folder}}
    {{folder}}/bin/pip install numpy scipy soundfile soxr librosa scikit-learn torch transformers safetensors keras tensorflow-cpu onnx onnxruntime huggingface_hub gradio

# All benches beside their peers; needs `just venv`.
bench:
    cargo build --release --examples --bins
    {{python}} bench/front_end.py
    {{python}} bench/training.py
    {{python}} bench/predict.py

# Pretrained encoders beside PyTorch; needs `just venv`.
bench-encoders:
    cargo build --release --workspace --example encoder_speed
    {{python}} bench/encoders.py

# Features against librosa over the corpus, encoders against transformers; needs `just venv`.
parity:
    {{python}} bench/front_end_parity.py
    cargo build --release --workspace --example encoder_states
    {{python}} bench/encoder_parity.py

# Exports beside the real things: ONNX Runtime, huggingface_hub, transformers; needs `just venv`.
parity-export out="target/export":
    cargo build --release --workspace
    {{python}} bench/onnx_parity.py
    {{undertone}} export models/5-whisper-tiny-sentiment3 --to hf --out {{out}}/hf --force
    {{undertone}} export --to space --out {{out}}/space --force
    {{python}} bench/hub_card.py {{out}}/hf {{out}}/space

# A Space's image made step by step from its Dockerfile, and served from; needs root and debootstrap.
space-steps space="target/export/space":
    sudo {{python}} bench/space_steps.py {{space}}

# The server beside a Gradio app, over many requests, and under attack; needs `wrk`, gradio, librosa, torch.
bench-serve:
    cargo build --release --workspace --bins
    {{python}} bench/serve.py
    {{python}} bench/soak.py
    {{python}} bench/hostile.py
