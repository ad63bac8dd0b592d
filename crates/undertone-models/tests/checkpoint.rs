//! Reading checkpoints as PyTorch and transformers write them (`tests/reference/checkpoints`, by
//! `tests/reference/make_checkpoints.py`), and the errors for damaged ones.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use undertone_models::{Checkpoint, CheckpointError, FloatType, NamedTensor, write_safetensors};

#[derive(Deserialize)]
struct Values {
    shape: Vec<usize>,
    values: Vec<f32>,
}

fn reference(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference/checkpoints")
        .join(folder)
}

#[track_caller]
fn assert_holds_the_reference(folder: &str) {
    let expected: BTreeMap<String, Values> =
        serde_json::from_slice(&fs::read(reference("tensors.json")).unwrap()).unwrap();
    let checkpoint = Checkpoint::open(&reference(folder)).unwrap();
    let names: Vec<&str> = checkpoint.names().collect();
    assert_eq!(names, expected.keys().collect::<Vec<_>>());
    for (name, tensor) in &expected {
        assert_eq!(
            checkpoint.shape(name),
            Some(tensor.shape.as_slice()),
            "{name}"
        );
        assert_eq!(checkpoint.read(name).unwrap(), tensor.values, "{name}");
    }
}

/// Create a folder with a safetensors file of this header and this data.
fn safetensors(header: &serde_json::Value, data: &[u8]) -> TempDir {
    let header = header.to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    folder_of(&[("model.safetensors", &bytes)])
}

fn folder_of(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn f32_tensor(shape: &[usize], start: usize, end: usize) -> serde_json::Value {
    json!({"dtype": "F32", "shape": shape, "data_offsets": [start, end]})
}

#[track_caller]
fn assert_refused(folder: &Path, words: &[&str]) -> CheckpointError {
    let error = Checkpoint::open(folder).unwrap_err();
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "{message:?} lacks {word:?}");
    }
    error
}

#[test]
fn safetensors_of_every_type_of_float() {
    for folder in [
        "safetensors-f32",
        "safetensors-f16",
        "safetensors-bf16",
        "safetensors-f64",
    ] {
        assert_holds_the_reference(folder);
    }
}

#[test]
fn bytes_in_memory_are_read_as_their_file_is() {
    for folder in [
        "safetensors-f32",
        "safetensors-f16",
        "safetensors-bf16",
        "safetensors-f64",
    ] {
        let file = reference(folder).join("model.safetensors");
        // One byte more in front: the bytes of a program are not aligned.
        let bytes = [vec![0], fs::read(&file).unwrap()].concat();
        let bytes: &'static [u8] = &bytes.leak()[1..];
        let (opened, ours) = (
            Checkpoint::open(&reference(folder)).unwrap(),
            Checkpoint::from_bytes(&file, bytes).unwrap(),
        );
        assert_eq!(ours.path(), file);
        assert!(ours.names().eq(opened.names()));
        for name in opened.names() {
            assert_eq!(ours.shape(name), opened.shape(name));
            assert_eq!(ours.read(name).unwrap(), opened.read(name).unwrap());
        }
        for length in 0..bytes.len() {
            let error = Checkpoint::from_bytes(&file, &bytes[..length]).unwrap_err();
            assert!(error.to_string().contains("model.safetensors"), "{error}");
        }
    }
}

#[test]
fn sharded_safetensors() {
    assert_holds_the_reference("safetensors-sharded");
}

#[test]
fn pytorch_files_of_every_type_of_float() {
    for folder in ["pytorch-f32", "pytorch-f16", "pytorch-bf16", "pytorch-f64"] {
        assert_holds_the_reference(folder);
    }
}

#[test]
fn pytorch_files_of_old_and_new_versions() {
    for folder in [
        "pytorch-sharded",
        "pytorch-parameters",
        "pytorch-protocol-4",
        "pytorch-legacy",
    ] {
        assert_holds_the_reference(folder);
    }
}

#[test]
fn a_pytorch_module_with_a_counter() {
    let checkpoint = Checkpoint::open(&reference("pytorch-module")).unwrap();
    assert_eq!(checkpoint.read("running_var").unwrap(), [1.0; 3]);
    let message = checkpoint
        .read("num_batches_tracked")
        .unwrap_err()
        .to_string();
    assert!(message.contains("holds I64"), "{message}");
}

#[test]
fn calls_in_a_pickle_are_not_run() {
    let checkpoint = Checkpoint::open(&reference("pytorch-exploit")).unwrap();
    assert_eq!(checkpoint.names().collect::<Vec<_>>(), ["weight"]);
    assert_eq!(checkpoint.read("weight").unwrap(), [-3.0, -2.875]);
}

#[test]
fn a_tensor_larger_than_its_file_is_an_error() {
    assert_refused(
        &reference("pytorch-expanded"),
        &["`weight`", "[1000000000]", "more than the file holds"],
    );
}

#[test]
fn every_truncation_of_a_pytorch_file_is_an_error() {
    let whole = fs::read(reference("pytorch-f32/pytorch_model.bin")).unwrap();
    for length in (0..whole.len()).step_by(7) {
        let folder = folder_of(&[("pytorch_model.bin", &whole[..length])]);
        assert_refused(folder.path(), &["pytorch_model.bin"]);
    }
    let folder = folder_of(&[("pytorch_model.bin", b"<!DOCTYPE html>")]);
    assert_refused(folder.path(), &["pytorch_model.bin", "save_pretrained"]);
}

#[test]
fn damaged_bytes_never_panic() {
    for folder in [
        "pytorch-f32/pytorch_model.bin",
        "safetensors-f32/model.safetensors",
    ] {
        let path = reference(folder);
        let whole = fs::read(&path).unwrap();
        for index in (0..whole.len()).step_by(3) {
            let mut bytes = whole.clone();
            bytes[index] ^= 0xA5;
            let name = path.file_name().unwrap().to_str().unwrap();
            let folder = folder_of(&[(name, &bytes)]);
            if let Ok(checkpoint) = Checkpoint::open(folder.path()) {
                for name in checkpoint.names() {
                    let _ = checkpoint.read(name);
                }
            }
        }
    }
}

/// A pickle of a list with this many empty objects.
fn bomb(count: usize) -> Vec<u8> {
    let mut pickle = b"\x80\x02(".to_vec();
    pickle.resize(pickle.len() + count, b'N');
    pickle.extend(b"l.");
    pickle
}

#[test]
fn a_pickle_that_becomes_gigabytes_is_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("archive/data.pkl", options).unwrap();
    archive.write_all(&bomb(100_000_000)).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    assert!(archive.len() < 200_000, "{}", archive.len());
    // Without an archive: the magic number and the version come first.
    let magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.";
    let legacy = [magic.as_slice(), &bomb(5_000_000)].concat();
    for file in [&archive, &legacy, &bomb(5_000_000)] {
        let folder = folder_of(&[("pytorch_model.bin", file)]);
        assert_refused(
            folder.path(),
            &["pytorch_model.bin", "more than 4194304 bytes"],
        );
    }
}

#[test]
fn a_safetensors_file_is_preferred_to_a_pytorch_file() {
    let folder = folder_of(&[("pytorch_model.bin", b"")]);
    let safetensors = reference("safetensors-f32/model.safetensors");
    fs::copy(safetensors, folder.path().join("model.safetensors")).unwrap();
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert!(checkpoint.path().ends_with("model.safetensors"));
}

#[test]
fn a_folder_without_weights_is_an_error_with_the_expected_files() {
    let folder = tempfile::tempdir().unwrap();
    assert_refused(
        folder.path(),
        &["model.safetensors", "pytorch_model.bin.index.json"],
    );
    assert_refused(&folder.path().join("absent"), &["absent"]);
}

#[test]
fn a_missing_tensor_is_an_error() {
    let checkpoint = Checkpoint::open(&reference("safetensors-f32")).unwrap();
    assert_eq!(checkpoint.shape("other"), None);
    assert!(matches!(
        checkpoint.read("other"),
        Err(CheckpointError::NoTensor { name, .. }) if name == "other"
    ));
}

#[test]
fn a_tensor_of_integers_is_an_error_and_floats_beside_it_are_read() {
    let header = json!({
        "steps": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]},
        "weight": f32_tensor(&[1], 8, 12),
    });
    let folder = safetensors(&header, &[0; 12]);
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert_eq!(checkpoint.read("weight").unwrap(), [0.0]);
    let message = checkpoint.read("steps").unwrap_err().to_string();
    assert!(
        message.contains("`steps` holds I64; expected F32"),
        "{message}"
    );
}

#[test]
fn values_that_are_not_finite_are_errors() {
    for (value, word) in [
        (f32::NAN, "NaN"),
        (f32::INFINITY, "inf"),
        (f32::NEG_INFINITY, "-inf"),
    ] {
        let mut data = [0; 12];
        data[8..].copy_from_slice(&value.to_le_bytes());
        let folder = safetensors(&json!({"layer.weight": f32_tensor(&[3], 0, 12)}), &data);
        let checkpoint = Checkpoint::open(folder.path()).unwrap();
        let message = checkpoint.read("layer.weight").unwrap_err().to_string();
        assert!(
            message.contains(&format!("`layer.weight` holds {word} at element 2")),
            "{message}"
        );
    }
    // Finite as 64 bits, too large for 32.
    let header = json!({"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}});
    let folder = safetensors(&header, &1e300_f64.to_le_bytes());
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert!(matches!(
        checkpoint.read("a"),
        Err(CheckpointError::NotFinite { index: 0, .. })
    ));
}

#[test]
fn offsets_that_overlap_or_leave_gaps_are_errors() {
    for (second, word) in [(4, "overlaps"), (12, "gap")] {
        let header = json!({
            "first": f32_tensor(&[2], 0, 8),
            "second": f32_tensor(&[1], second, second + 4),
        });
        let folder = safetensors(&header, &[0; 16]);
        assert_refused(folder.path(), &["model.safetensors", "`second`", word]);
    }
}

#[test]
fn headers_that_contradict_themselves_are_errors() {
    let huge = usize::MAX;
    for tensor in [
        f32_tensor(&[3], 0, 8),
        f32_tensor(&[2], 8, 0),
        f32_tensor(&[huge, 2], 0, 8),
        f32_tensor(&[1], 0, huge),
        json!({"dtype": "F4", "shape": [1], "data_offsets": [0, 0]}),
    ] {
        let folder = safetensors(&json!({"layer": tensor}), &[0; 8]);
        assert_refused(folder.path(), &["model.safetensors", "`layer`"]);
    }
    let folder = safetensors(&json!({"layer": f32_tensor(&[1], 0, 4)}), &[0; 8]);
    assert_refused(folder.path(), &["4 bytes behind the last tensor"]);
    let folder = safetensors(&json!({"layer": {"dtype": "F32"}}), &[0; 8]);
    assert_refused(folder.path(), &["not a safetensors file", "header"]);
}

#[test]
fn every_truncation_of_a_safetensors_file_is_an_error() {
    let whole = fs::read(reference("safetensors-f32/model.safetensors")).unwrap();
    for length in 0..whole.len() {
        let folder = folder_of(&[("model.safetensors", &whole[..length])]);
        assert_refused(folder.path(), &["model.safetensors"]);
    }
}

#[test]
fn a_wrong_header_length_is_an_error() {
    for length in [u64::MAX, 1 << 40, 99_999_999] {
        let mut bytes = length.to_le_bytes().to_vec();
        bytes.extend_from_slice(b"{}");
        let folder = folder_of(&[("model.safetensors", &bytes)]);
        assert_refused(folder.path(), &["model.safetensors"]);
    }
    let page = folder_of(&[("model.safetensors", b"<!DOCTYPE html><html></html>")]);
    assert_refused(page.path(), &["not a safetensors file"]);
}

#[test]
fn the_error_names_a_missing_shard() {
    let index = fs::read(reference(
        "safetensors-sharded/model.safetensors.index.json",
    ))
    .unwrap();
    let folder = folder_of(&[("model.safetensors.index.json", &index)]);
    assert_refused(
        folder.path(),
        &["index.json", "shard model-00001-of-00002.safetensors"],
    );
}

#[test]
fn an_index_that_names_a_file_outside_its_folder_is_an_error() {
    for shard in [
        "../model.safetensors",
        "/etc/passwd",
        "a/b.safetensors",
        "..",
        "",
        "./a",
    ] {
        let index = json!({"weight_map": {"weight": shard}}).to_string();
        let folder = folder_of(&[("model.safetensors.index.json", index.as_bytes())]);
        let error = assert_refused(folder.path(), &["index.json", "no plain file name"]);
        assert!(matches!(error, CheckpointError::ShardOutside { .. }));
    }
}

#[test]
fn an_index_that_names_a_missing_tensor_is_an_error() {
    let index = json!({"weight_map": {"weight": "a.safetensors"}}).to_string();
    let shard = fs::read(reference("safetensors-f32/model.safetensors")).unwrap();
    let folder = folder_of(&[
        ("model.safetensors.index.json", index.as_bytes()),
        ("a.safetensors", &shard),
    ]);
    assert_refused(folder.path(), &["a.safetensors", "no tensor `weight`"]);
    let folder = folder_of(&[("model.safetensors.index.json", b"[]")]);
    assert_refused(folder.path(), &["not an index of shards"]);
}

fn write(
    folder: &Path,
    shape: &[usize],
    values: &[f32],
    float_type: FloatType,
) -> Result<(), CheckpointError> {
    let values = values.to_vec();
    let a = NamedTensor::new("a".to_owned(), vec![1], || vec![0.5]);
    let b = NamedTensor::new("b".to_owned(), shape.to_vec(), move || values.clone());
    let tensors = [(&a, FloatType::F16), (&b, float_type)];
    write_safetensors(&folder.join("model.safetensors"), &tensors)
}

fn header(path: &Path) -> serde_json::Value {
    let bytes = fs::read(path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    assert_eq!(length % 8, 0);
    serde_json::from_slice(&bytes[8..8 + length as usize]).unwrap()
}

#[test]
fn written_tensors_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let values = [1.0, -0.1, 65504.0, 1e-7];
    write(folder.path(), &[2, 2], &values, FloatType::F32).unwrap();
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert_eq!(checkpoint.read("a").unwrap(), [0.5]);
    assert_eq!(checkpoint.read("b").unwrap(), values);
    assert_eq!(checkpoint.shape("b"), Some([2, 2].as_slice()));
    let header = header(&folder.path().join("model.safetensors"));
    assert_eq!(header["__metadata__"], json!({"format": "pt"}));
    assert_eq!(header["b"]["data_offsets"], json!([0, 16]), "aligned");
    assert_eq!(header["a"]["data_offsets"], json!([16, 18]));

    write(folder.path(), &[4], &values, FloatType::F16).unwrap();
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert_eq!(
        checkpoint.read("b").unwrap(),
        [1.0, -0.099_975_586, 65504.0, 1.192_092_9e-7]
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn values_that_cannot_be_written_leave_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[1], &[1.0], FloatType::F32).unwrap();
    for (values, float_type, words) in [
        (&[f32::NAN][..], FloatType::F32, "NaN at element 0"),
        (
            &[70_000.0],
            FloatType::F16,
            "70000 at element 0 is not finite as F16",
        ),
        (&[1.0, 2.0], FloatType::F32, "2 values for a shape of [1]"),
    ] {
        let message = write(folder.path(), &[1], values, float_type)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("`b`") && message.contains(words),
            "{message}"
        );
    }
    let checkpoint = Checkpoint::open(folder.path()).unwrap();
    assert_eq!(checkpoint.read("b").unwrap(), [1.0]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let absent = write(&folder.path().join("absent"), &[1], &[1.0], FloatType::F32);
    assert!(matches!(absent, Err(CheckpointError::Io { .. })));
}
