//! Mutated weights and model folders are refused or read (`UNDERTONE_FUZZ`: see undertone-fuzz).

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use undertone_fuzz::{Fuzz, PeakAlloc};
use undertone_models::{Checkpoint, ModelConfig};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn reference(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference/checkpoints")
        .join(folder)
}

/// Write a file of weights, open it and read all of it. Return whether that works.
fn opens(path: &Path, content: &[u8]) -> bool {
    fs::write(path, content).unwrap();
    let Ok(checkpoint) = Checkpoint::open_file(path) else {
        return false;
    };
    let names: Vec<String> = checkpoint.names().map(str::to_owned).collect();
    names.iter().all(|name| {
        let count = checkpoint.shape(name).map(|shape| shape.iter().product());
        match checkpoint.read(name) {
            Ok(values) => {
                assert_eq!(Some(values.len()), count, "{name}");
                true
            }
            Err(_) => false,
        }
    })
}

#[test]
fn safetensors() {
    let seeds = ["f32", "f16", "bf16", "f64"]
        .map(|kind| fs::read(reference(&format!("safetensors-{kind}/model.safetensors"))).unwrap())
        .into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let fuzz = Fuzz {
        tokens: &[
            "{",
            "}",
            "[",
            "]",
            "\"dtype\":",
            "\"shape\":",
            "\"data_offsets\":",
            "\"F32\"",
            "\"BF16\"",
            "\"F8_E4M3\"",
            "__metadata__",
            ",",
            ":",
            "\\u0000",
        ],
        ..Fuzz::new("safetensors", seeds)
    };
    fuzz.run(&ALLOCATOR, |input| opens(&file, input));
}

const PICKLE: [&str; 16] = [
    "cos\nsystem\n",
    "ctorch._utils\n_rebuild_tensor_v2\n",
    "ccollections\nOrderedDict\n",
    "FloatStorage",
    "storage",
    "cpu",
    "(",
    "t",
    "R",
    "q\u{1}",
    "h\u{1}",
    "Q",
    "}",
    "u.",
    "\u{80}\u{2}",
    "K\u{1}",
];

#[test]
fn files_of_pytorch() {
    let kinds = [
        "f32",
        "bf16",
        "legacy",
        "module",
        "parameters",
        "protocol-4",
    ];
    let seeds = kinds
        .map(|kind| fs::read(reference(&format!("pytorch-{kind}/pytorch_model.bin"))).unwrap())
        .into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pytorch_model.bin");
    let fuzz = Fuzz {
        tokens: &PICKLE,
        // The memo of a pickle, and the buffers of an archive.
        allowance: 1 << 20,
        ..Fuzz::new("files of PyTorch", seeds)
    };
    fuzz.run(&ALLOCATOR, |input| opens(&file, input));
}

/// Archives have checksums, which mutations break. Here only the pickle is mutated.
#[test]
fn pickles() {
    let seed = |kind: &str| {
        let path = reference(&format!("pytorch-{kind}/pytorch_model.bin"));
        let mut archive = ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
        let mut files = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((entry.name().unwrap().into_owned(), bytes));
        }
        files
    };
    let whole = seed("f32");
    let pickle = |files: &[(String, Vec<u8>)]| {
        let found = files.iter().find(|(name, _)| name.ends_with("data.pkl"));
        found.unwrap().1.clone()
    };
    let seeds = ["f32", "module", "parameters", "protocol-4", "expanded"]
        .map(|kind| pickle(&seed(kind)))
        .into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pytorch_model.bin");
    let fuzz = Fuzz {
        tokens: &PICKLE,
        allowance: 1 << 20,
        ..Fuzz::new("pickles", seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, bytes) in &whole {
            archive.start_file(name.as_str(), options).unwrap();
            let bytes = if name.ends_with("data.pkl") {
                input
            } else {
                bytes
            };
            archive.write_all(bytes).unwrap();
        }
        opens(&file, &archive.finish().unwrap().into_inner())
    });
}

#[test]
fn configurations() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let seeds = [
        "3-optimized-sentiment3",
        "5-whisper-tiny-sentiment3",
        "undertone-open",
    ]
    .map(|model| fs::read(models.join(model).join("config.json")).unwrap())
    .into();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let fuzz = Fuzz {
        tokens: &[
            "null",
            "{}",
            "[]",
            "\"\"",
            "true",
            ",",
            ":",
            "\"emotion8\"",
            "1e999",
        ],
        // The tables of a front end, which are computed to check it, follow from its sizes.
        allowance: 16 << 20,
        max_len: 16 << 10,
        ..Fuzz::new("configurations of models", seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        fs::write(&file, input).unwrap();
        ModelConfig::load(folder.path()).is_ok()
    });
}
