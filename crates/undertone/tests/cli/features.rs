use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use crate::support::{Folder, model};

/// An array as NumPy would load it.
struct Array {
    name: String,
    shape: (usize, usize),
    values: Vec<f32>,
}

fn load(path: &Path) -> Vec<Array> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            array(name, &bytes)
        })
        .collect()
}

fn array(name: String, bytes: &[u8]) -> Array {
    assert_eq!(bytes[..8], *b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let data = 10 + length;
    assert_eq!(data % 64, 0);
    let header = std::str::from_utf8(&bytes[10..data]).unwrap();
    assert!(header.ends_with('\n'));
    let shape = header
        .trim_end()
        .strip_prefix("{'descr': '<f4', 'fortran_order': False, 'shape': (")
        .and_then(|rest| rest.strip_suffix("), }"))
        .unwrap_or_else(|| panic!("{header}"));
    let (bands, frames) = shape.split_once(", ").unwrap();
    let shape: (usize, usize) = (bands.parse().unwrap(), frames.parse().unwrap());
    let values: Vec<f32> = bytes[data..]
        .chunks_exact(4)
        .map(|value| f32::from_le_bytes(value.try_into().unwrap()))
        .collect();
    assert_eq!(values.len(), shape.0 * shape.1);
    Array {
        name,
        shape,
        values,
    }
}

#[test]
fn each_kind_has_the_shape_of_librosa() {
    let folder = Folder::new();
    folder.wav("tone.wav", 440.0, 1.0);
    for (kind, bands) in [
        ("mel", 128),
        ("log-mel", 128),
        ("mfcc", 40),
        ("mfcc-delta", 40),
    ] {
        folder.succeed(&format!("features --kind {kind} --out {kind}.npz tone.wav"));
        let arrays = load(&folder.path(&format!("{kind}.npz")));
        assert_eq!(arrays.len(), 1);
        assert_eq!(arrays[0].name, "tone.npy");
        assert_eq!(arrays[0].shape, (bands, 32), "{kind}");
        assert!(
            arrays[0].values.iter().all(|value| value.is_finite()),
            "{kind}"
        );
    }
}

#[test]
fn the_loudest_mel_band_contains_the_tone() {
    let folder = Folder::new();
    folder.wav("tone.wav", 1000.0, 1.0);
    folder.succeed("features --kind mel --n-mels 40 --fmin 0 --fmax 8000 --out x.npz tone.wav");
    let arrays = load(&folder.path("x.npz"));
    let (_, frames) = arrays[0].shape;
    let middle = |band: usize| arrays[0].values[band * frames + frames / 2];
    let loudest = (0..40)
        .max_by(|a, b| middle(*a).total_cmp(&middle(*b)))
        .unwrap();
    // Slaney's scale: 1000 Hz is 15 mel, 8000 Hz is 45.245; band b peaks at (b + 1) / 41 of it.
    assert_eq!(loudest, (15.0_f64 / 45.245 * 41.0).round() as usize - 1);
}

#[test]
fn librosa_s_options_are_applied() {
    let folder = Folder::new();
    folder.wav("tone.wav", 440.0, 1.0);
    let options = "--n-fft 1024 --hop-length 160 --n-mels 64 --n-mfcc 13 --fmin 50 --fmax 7000";
    folder.succeed(&format!(
        "features --kind mfcc {options} --out x.npz tone.wav"
    ));
    assert_eq!(load(&folder.path("x.npz"))[0].shape, (13, 101));
    folder.succeed("features --kind mel --sr 8000 --out x.npz --force tone.wav");
    assert_eq!(load(&folder.path("x.npz"))[0].shape, (128, 16));
    folder.succeed("features --kind mel --sr native --out x.npz --force tone.wav");
    assert_eq!(load(&folder.path("x.npz"))[0].shape, (128, 32));
}

#[test]
fn files_with_equal_names_get_different_keys() {
    let folder = Folder::new();
    for name in ["one/a.wav", "two/a.wav", "a_2.wav"] {
        folder.wav(name, 440.0, 0.5);
    }
    let done = folder.succeed("features --kind mel --json --out x.npz one/a.wav a_2.wav two/a.wav");
    let names: Vec<String> = load(&folder.path("x.npz"))
        .into_iter()
        .map(|a| a.name)
        .collect();
    assert_eq!(names, ["a.npy", "a_2.npy", "a_3.npy"]);
    let rows = done.json();
    assert_eq!(rows[2]["path"], "two/a.wav");
    assert_eq!(rows[2]["key"], "a_3");
    assert_eq!(rows[2]["shape"][0], 128);
}

#[test]
fn a_bad_file_is_an_error_and_the_others_are_written() {
    let folder = Folder::new();
    folder.wav("good.wav", 440.0, 0.5);
    folder.write("bad.wav", "no sound in here");
    let done = folder.run("features --kind mel --out x.npz bad.wav good.wav");
    assert_eq!(done.code, 1);
    assert!(
        done.stderr.starts_with("error: bad.wav: not an audio file"),
        "{}",
        done.stderr
    );
    assert_eq!(load(&folder.path("x.npz")).len(), 1);
}

#[test]
fn impossible_options_leave_no_file() {
    let folder = Folder::new();
    folder.wav("good.wav", 440.0, 0.5);
    folder.write("bad.wav", "no sound in here");
    for (arguments, words) in [
        ("--kind mel bad.wav", "not an audio file"),
        ("--kind mel --fmax 9000 good.wav", "half the sample rate"),
        ("--kind mfcc --n-mfcc 200 good.wav", "n_mfcc 200"),
        (
            "--kind mel --hop-length 0 good.wav",
            "hop_length must be at least 1",
        ),
        ("--kind mfcc-delta --hop-length 2048 good.wav", "frames"),
    ] {
        let error = folder.refuse(&format!("features --out x.npz {arguments}"));
        assert!(error.contains(words), "{error}");
    }
    let left = std::fs::read_dir(folder.path(".")).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["bad.wav", "good.wav"]);
    let error = folder.refuse("features --kind mel --out nowhere/x.npz good.wav");
    assert!(error.contains("cannot write nowhere/x.npz"), "{error}");
}

#[test]
fn two_runs_that_write_one_archive_do_not_mix() {
    let folder = Folder::new();
    folder.wav("tone.wav", 440.0, 1.0);
    for _ in 0..5 {
        let runs = ["mel", "mfcc"].map(|kind| {
            let words = format!("features --kind {kind} --out x.npz --force tone.wav");
            folder.command(&words).spawn().unwrap()
        });
        for mut run in runs {
            assert!(run.wait().unwrap().success());
        }
        let arrays = load(&folder.path("x.npz"));
        assert_eq!(arrays.len(), 1);
        assert!(
            [128, 40].contains(&arrays[0].shape.0),
            "{:?}",
            arrays[0].shape
        );
    }
}

#[test]
fn an_archive_is_replaced_only_if_asked_for() {
    let folder = Folder::new();
    folder.wav("tone.wav", 300.0, 0.5);
    folder.write("x.npz", "mine");
    let error = folder.refuse("features --kind mel --out x.npz tone.wav");
    assert!(
        error.contains("x.npz exists") && error.contains("--force"),
        "{error}"
    );
    assert_eq!(folder.read("x.npz"), b"mine");
    folder.succeed("features --kind mel --out x.npz --force tone.wav");
    assert_ne!(folder.read("x.npz"), b"mine");
}

#[test]
fn recordings_longer_than_max_seconds_are_refused() {
    let folder = Folder::new();
    folder.wav("tone.wav", 300.0, 0.5);
    let done = folder.run("features --kind mel --out x.npz --max-seconds 0.2 tone.wav");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("tone.wav: "), "{}", done.stderr);
}

#[test]
fn of_two_runs_that_begin_at_once_one_writes_the_archive() {
    let folder = Folder::new();
    folder.wav("tone.wav", 440.0, 1.0);
    // Of two that begin at once, the first to end writes it.
    for round in 0..5 {
        let words = format!("features --kind mel --out {round}.npz tone.wav");
        let runs = [(); 2].map(|()| folder.command(&words).spawn().unwrap());
        let codes = runs.map(|mut run| run.wait().unwrap().code().unwrap());
        assert!(codes.contains(&0) && codes.contains(&2), "{codes:?}");
        assert_eq!(load(&folder.path(&format!("{round}.npz"))).len(), 1);
    }
}

#[test]
fn every_command_that_reads_recordings_has_a_limit_of_their_length() {
    let folder = Folder::with_corpus();
    folder.wav("corpus/Actor_01/03-01-02-01-02-01-01.wav", 300.0, 2.0);
    for command in [
        "corpus --max-seconds 1 corpus",
        "explore --max-seconds 1 corpus --out page",
        "train tiny.toml --corpus corpus --max-seconds 1 --out run",
    ] {
        let done = folder.run(command);
        let told = format!("{}{}", done.stdout, done.stderr);
        assert!(
            told.contains("longer than the limit of 1 s"),
            "{command}: {told}"
        );
        assert!([0, 1].contains(&done.code), "{command}: {told}");
    }
    let model = model();
    let (_, model) = model.split_once(' ').unwrap();
    let done = folder.run(&format!("evaluate {model} --corpus corpus --max-seconds 1"));
    assert!(
        done.stderr.contains("longer than the limit of 1 s"),
        "{}",
        done.stderr
    );
}
