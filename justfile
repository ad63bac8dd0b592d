# Shortcuts for long commands. `just` lists them.

corpus := env("UNDERTONE_RAVDESS", "../shared/ravdess")
python := env("UNDERTONE_PYTHON", "python3")
undertone := "cargo run --release --quiet --package undertone --"

_default:
    @just --list

# Run the format check, the lints and the tests, as CI does.
ci:
    bash .ci/run

# Reproduce the scores on the card of 3-optimized: `speakers`, `holdout` and the notebook's protocol.
judge runs="runs":
    {{undertone}} crossval recipes/3-optimized.toml --corpus {{corpus}} --protocol speakers --out {{runs}}/3-speakers --resume
    {{undertone}} crossval recipes/3-optimized.toml --corpus {{corpus}} --protocol holdout --seeds 1,2,3 --out {{runs}}/3-holdout --resume
    {{undertone}} crossval recipes/3-optimized.toml --corpus {{corpus}} --protocol holdout --out {{runs}}/3-notebook --resume \
        --set protocol.balance_before_split=true \
        --set 'balance=[{step="oversample",emotion="neutral",to="calm"},{step="undersample"}]'

# Cross-validate recipes 1 and 2 for comparison.
compare runs="runs":
    {{undertone}} crossval recipes/1-cnn-lstm.toml --corpus {{corpus}} --protocol holdout --out {{runs}}/1-holdout --resume
    {{undertone}} crossval recipes/2-enhanced.toml --corpus {{corpus}} --protocol holdout --out {{runs}}/2-holdout --resume

# Train the CNN+LSTM and copy it to models/.
ship runs="runs":
    {{undertone}} train recipes/3-optimized.toml --corpus {{corpus}} --protocol full --out {{runs}}/ship --resume
    cp {{runs}}/ship/model/config.json {{runs}}/ship/model/model.safetensors models/3-optimized-sentiment3/

# Write the scores of `judge` and `judge-whisper` to the metadata of the model cards.
cards runs="runs":
    {{python}} bench/card_results.py models/3-optimized-sentiment3 {{runs}}/3-speakers/report.json {{runs}}/3-holdout/report.json
    {{python}} bench/card_results.py models/5-whisper-tiny-sentiment3 {{runs}}/5-speakers/report.json

# Cross-validate recipe 5 on unseen speakers: eight emotions on EmoBox's folds, three classes on five folds.
judge-whisper encoder runs="runs":
    {{undertone}} crossval recipes/5-whisper-tiny-frozen.toml --corpus {{corpus}} --out {{runs}}/5-emobox --resume \
        --set network.pretrained={{encoder}}
    {{undertone}} crossval recipes/5-whisper-tiny-frozen.toml --corpus {{corpus}} --protocol speakers --out {{runs}}/5-speakers --resume \
        --set network.pretrained={{encoder}} --set label_scheme=sentiment3

# Create a virtual environment with the Python packages that the benchmarks compare with.
venv folder=".venv":
    {{python}} -m venv {{folder}}
    {{folder}}/bin/pip install numpy scipy soundfile soxr librosa scikit-learn torch transformers safetensors keras tensorflow-cpu onnx onnxruntime huggingface_hub gradio

# Compare everything with its peers and write bench/results.md, in 20 minutes on an idle machine; needs `wrk` and `just venv`.
bench *options: build-bench
    {{python}} bench/all.py --wait 300 {{options}}

# Compare everything with its peers in 5 minutes, and print the table.
bench-quick *options: build-bench
    {{python}} bench/all.py --quick --wait 300 {{options}}

# Build the programs that the benchmarks run.
build-bench:
    cargo build --release --workspace --bins --examples
    cargo bench --no-run -p undertone-audio --bench front_end

# Write the manual pages and the completions that a release contains.
manual out="target/manual":
    mkdir -p {{out}}/completions
    {{undertone}} man --out {{out}}/man1
    for shell in bash zsh fish powershell elvish; do \
        {{undertone}} completions $shell > {{out}}/completions/undertone.$shell; \
    done

# Compare features with librosa over the corpus, and encoders with transformers; needs `just venv`.
parity:
    {{python}} bench/front_end_parity.py
    cargo build --release --workspace --example encoder_states
    {{python}} bench/encoder_parity.py

# Check exports with ONNX Runtime and huggingface_hub; needs `just venv`.
parity-export out="target/export":
    cargo build --release --workspace
    {{python}} bench/onnx_parity.py
    {{undertone}} export models/5-whisper-tiny-sentiment3 --to hf --out {{out}}/hf --force
    {{undertone}} export --to space --out {{out}}/space --force
    {{python}} bench/hub_card.py {{out}}/hf {{out}}/space

# Build a Space's image step by step from its Dockerfile and serve from it; needs root and debootstrap.
space-steps space="target/export/space":
    sudo {{python}} bench/space_steps.py {{space}}

# Test the server with many and with malicious requests.
stress-serve:
    cargo build --release --workspace --bins
    {{python}} bench/soak.py
    {{python}} bench/hostile.py

# Judge recipe 8 on corpora that it never heard: eight corpora (see docs/evaluation.md), each left out once. `encoder` is hf:openai/whisper-tiny.en or a folder with it.
judge-corpora encoder corpora runs="runs":
    {{undertone}} crossval recipes/8-undertone.toml --out {{runs}}/8-corpora --resume --set network.pretrained={{encoder}} \
        --corpus {{corpus}} --corpus {{corpora}}/crema-d --corpus {{corpora}}/tess --corpus {{corpora}}/emodb \
        --corpus {{corpora}}/emovo --corpus {{corpora}}/nemo --corpus {{corpora}}/ased --corpus {{corpora}}/urdu
    {{python}} bench/adaptation_table.py {{runs}}/8-corpora
    {{python}} bench/robustness.py {{runs}}/8-corpora

# The same with the embeddings of two encoders, Whisper tiny.en and Whisper base: folders with them.
judge-two-encoders tiny base corpora runs="runs":
    {{undertone}} crossval recipes/8-undertone.toml --out {{runs}}/8-two-encoders --resume \
        --set 'network={architecture="joined", encoders=[{pretrained="{{tiny}}", states=[1,2,3], pooling="mean-std"}, {pretrained="{{base}}", states=[2,3,4], pooling="mean-std"}]}' \
        --corpus {{corpus}} --corpus {{corpora}}/crema-d --corpus {{corpora}}/tess --corpus {{corpora}}/emodb \
        --corpus {{corpora}}/emovo --corpus {{corpora}}/nemo --corpus {{corpora}}/ased --corpus {{corpora}}/urdu
    {{python}} bench/adaptation_table.py {{runs}}/8-two-encoders

# Judge undertone-open, which heard CREMA-D only, on the seven other corpora.
judge-open corpora runs="runs":
    mkdir -p {{runs}}/open
    for corpus in tess emodb emovo urdu ased nemo; do \
        {{undertone}} evaluate models/undertone-open --corpus {{corpora}}/$corpus --json > {{runs}}/open/$corpus.json || exit 1; done
    {{undertone}} evaluate models/undertone-open --corpus {{corpus}} --json > {{runs}}/open/ravdess.json
    {{python}} bench/adaptation_table.py {{runs}}/open/*.json

# Train undertone-all and undertone-open, and copy them to models/.
ship-undertone encoder corpora runs="runs":
    {{undertone}} train recipes/8-undertone.toml --protocol full --out {{runs}}/all --resume --set network.pretrained={{encoder}} \
        --corpus {{corpus}} --corpus {{corpora}}/crema-d --corpus {{corpora}}/tess --corpus {{corpora}}/emodb \
        --corpus {{corpora}}/emovo --corpus {{corpora}}/nemo --corpus {{corpora}}/ased --corpus {{corpora}}/urdu
    {{undertone}} train recipes/9-undertone-open.toml --protocol full --out {{runs}}/open-model --resume \
        --set network.pretrained={{encoder}} --corpus {{corpora}}/crema-d
    for file in config.json preprocessor_config.json model.safetensors modeling_undertone.py feature_extraction_undertone.py; do \
        cp {{runs}}/all/model/$file models/undertone-all/ && cp {{runs}}/open-model/model/$file models/undertone-open/ || exit 1; done
    sed -i 's#"pretrained": "[^"]*"#"pretrained": "hf:openai/whisper-tiny.en"#' models/undertone-all/config.json models/undertone-open/config.json
