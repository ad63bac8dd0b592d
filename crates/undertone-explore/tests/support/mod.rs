//! Corpora made here: voices that are sums of harmonics, in WAV files.
#![allow(dead_code)] // Each test uses a part of it.

use std::fs;
use std::path::{Path, PathBuf};

use undertone_corpus::Corpus;
use undertone_explore::{
    Exploration, ExploreError, ExploreOptions, Watcher, explore, output_folder,
};

/// A voice of `hertz` between two stretches of hiss: 0.2 s, `seconds`, 0.2 s.
pub(crate) fn voice(hertz: f64, seconds: f64, amplitude: f64, rate: u32) -> Vec<f32> {
    let pause = (0.2 * f64::from(rate)) as usize;
    let length = (seconds * f64::from(rate)) as usize;
    let mut state = 1_u32;
    (0..length + 2 * pause)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = 0.002 * (f64::from(state) / f64::from(u32::MAX) - 0.5);
            let t = n as f64 / f64::from(rate);
            let speaks = (pause..pause + length).contains(&n);
            let harmonics = (1..=6).map(|h| {
                let h = f64::from(h);
                (std::f64::consts::TAU * h * hertz * t).sin() / h
            });
            let tone = if speaks {
                0.5 * amplitude * harmonics.sum::<f64>()
            } else {
                0.0
            };
            (tone + hiss) as f32
        })
        .collect()
}

/// Writes 16-bit PCM; `channels` times the same samples.
pub(crate) fn write_wav(path: &Path, samples: &[f32], rate: u32, channels: u16) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|sample| {
            let whole = (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
            std::iter::repeat_n(whole.to_le_bytes(), channels.into()).flatten()
        })
        .collect();
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend(b"RIFF");
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    fs::write(path, file).unwrap();
}

/// A clip for [`manifest`].
pub(crate) struct Row {
    pub(crate) path: &'static str,
    pub(crate) emotion: &'static str,
    pub(crate) speaker: &'static str,
    pub(crate) gender: &'static str,
}

/// Writes a manifest beside the clips and opens it.
pub(crate) fn manifest(folder: &Path, rows: &[Row]) -> Corpus {
    let mut text = String::from("path,emotion,speaker,gender\n");
    for row in rows {
        text += &format!(
            "{},{},{},{}\n",
            row.path, row.emotion, row.speaker, row.gender
        );
    }
    let path = folder.join("corpus.csv");
    fs::write(&path, text).unwrap();
    Corpus::open(&path).unwrap()
}

/// Two speakers, three emotions: angry is loud and high, sad slow and low.
pub(crate) fn small_corpus(folder: &Path) -> Corpus {
    let rows = [("anna", "female", 1.0), ("bob", "male", 0.55)]
        .into_iter()
        .flat_map(|(speaker, gender, lower)| {
            [
                ("neutral", 220.0, 0.8, 0.1),
                ("angry", 330.0, 0.6, 0.6),
                ("sad", 200.0, 1.2, 0.05),
            ]
            .into_iter()
            .map(move |(emotion, hertz, seconds, amplitude)| {
                (speaker, gender, emotion, hertz * lower, seconds, amplitude)
            })
        });
    let mut listed = Vec::new();
    for (number, (speaker, gender, emotion, hertz, seconds, amplitude)) in rows.enumerate() {
        let path: &'static str = format!("clips/{number}.wav").leak();
        let samples = voice(hertz, seconds, amplitude, 16_000);
        write_wav(&folder.join(path), &samples, 16_000, 1);
        listed.push(Row {
            path,
            emotion,
            speaker,
            gender,
        });
    }
    manifest(folder, &listed)
}

pub(crate) const UNWATCHED: Watcher<'static> = Watcher {
    observe: &|_| (),
    stop: &|| false,
};

/// Explores with the usual options.
pub(crate) fn explored(corpus: &Corpus) -> Result<Exploration<'_>, ExploreError> {
    explore(corpus, &ExploreOptions::default(), UNWATCHED)
}

/// Explores and saves; gives the page's text.
pub(crate) fn page_of(corpus: &Corpus, folder: &Path) -> String {
    let output = output_folder(folder, false).unwrap();
    let page = explored(corpus).unwrap().save(output, UNWATCHED).unwrap();
    fs::read_to_string(page).unwrap()
}

/// All files below a folder, relative to it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// A page without the pictures and sounds in it.
pub(crate) fn words(page: &str) -> String {
    let mut parts = page.split("base64,");
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['"', ')', '&']).unwrap_or(part.len());
        words += &part[end..];
    }
    words
}
