//! Corpora in which something is wrong, or nearly nothing is there.

mod support;

use std::fs;

use support::*;
use undertone_audio::{DecodeOptions, decode_bytes, encode_flac};
use undertone_corpus::Corpus;
use undertone_explore::{
    Exploration, ExploreError, ExploreOptions, FindingKind, Watcher, explore, output_folder,
};

fn count(exploration: &Exploration<'_>, kind: FindingKind) -> usize {
    let finding = exploration.findings.iter().find(|f| f.kind == kind);
    finding.map_or(0, |finding| finding.count)
}

#[test]
fn every_problem_is_found_and_the_rest_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let tone = voice(200.0, 0.6, 0.3, 16_000);
    write_wav(&at("good.wav"), &tone, 16_000, 1);
    write_wav(&at("again.wav"), &tone, 16_000, 1);
    write_wav(
        &at("stereo.wav"),
        &voice(190.0, 0.6, 0.3, 16_000),
        16_000,
        2,
    );
    write_wav(&at("rate.wav"), &voice(200.0, 0.6, 0.3, 44_100), 44_100, 1);
    write_wav(&at("silent.wav"), &[0.0; 16_000], 16_000, 1);
    write_wav(
        &at("clipped.wav"),
        &voice(210.0, 0.6, 5.0, 16_000),
        16_000,
        1,
    );
    let hiss: Vec<f32> = voice(1.0, 0.0, 0.0, 16_000)
        .iter()
        .map(|v| v * 300.0)
        .collect();
    write_wav(&at("hiss.wav"), &hiss, 16_000, 1);
    fs::write(at("broken.wav"), b"RIFF\0\0\0\0WAVEfmt ").unwrap();
    fs::write(at("words.wav"), b"no audio at all").unwrap();
    let row = |path, emotion, speaker, gender| Row {
        path,
        emotion,
        speaker,
        gender,
    };
    let corpus = manifest(
        folder.path(),
        &[
            row("broken.wav", "calm", "bob", "male"),
            row("good.wav", "calm", "anna", "female"),
            row("again.wav", "happy", "anna", "female"),
            row("stereo.wav", "calm", "bob", "male"),
            row("rate.wav", "calm", "bob", "male"),
            row("words.wav", "calm", "bob", "male"),
            row("silent.wav", "calm", "bob", "male"),
            row("clipped.wav", "calm", "bob", "male"),
            row("hiss.wav", "calm", "bob", "male"),
            row("gone.wav", "calm", "bob", "male"),
            row("good.wav", "calm", "anna", "female"),
        ],
    );
    let exploration = explored(&corpus).unwrap();
    assert_eq!(exploration.clips.len(), 7);
    for (kind, expected) in [
        (FindingKind::Unreadable, 2),
        (FindingKind::Skipped, 2),
        (FindingKind::Duplicates, 1),
        (FindingKind::Silent, 1),
        (FindingKind::Unvoiced, 1),
        (FindingKind::Clipped, 1),
        (FindingKind::Channels, 1),
        (FindingKind::Rates, 1),
        (FindingKind::Combinations, 1),
        (FindingKind::Missing, 0),
    ] {
        assert_eq!(count(&exploration, kind), expected, "{kind:?}");
    }
    let silent = &exploration.clips[4].measures;
    assert!(silent.is_silent() && silent.pitch.is_none() && silent.features.is_empty());

    let out = folder.path().join("out");
    let page = page_of(&corpus, &out);
    assert!(page.contains("again.wav sounds the same as good.wav"));
    assert!(page.contains(
        "2 recordings or rows were skipped: 1 has no file and 1 repeats an earlier row."
    ));
    assert!(
        !words(&page).contains("NaN"),
        "a value that is none has words"
    );
    let table = fs::read_to_string(out.join("clips.csv")).unwrap();
    let names = table
        .lines()
        .skip(1)
        .map(|row| row.split_once('.').unwrap().0);
    assert_eq!(
        names.collect::<Vec<_>>(),
        "broken good again stereo rate words silent clipped hiss"
            .split(' ')
            .collect::<Vec<_>>()
    );
    assert!(table.contains("broken.wav,calm,neutral,bob,male"));
}

#[test]
fn copies_of_a_take_are_found_by_sound_and_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let tone = voice(200.0, 0.6, 0.3, 16_000);
    write_wav(&at("03-01-05-01-01-01-01.wav"), &tone, 16_000, 1);
    // Lossless copies with one channel twice and as FLAC, a video's audio, and a song.
    write_wav(&at("03-01-05-01-01-01-03.wav"), &tone, 16_000, 2);
    let wav = fs::read(at("03-01-05-01-01-01-01.wav")).unwrap();
    let clip = decode_bytes(wav, &DecodeOptions::default()).unwrap();
    let flac = encode_flac(&clip.samples, clip.sample_rate).unwrap();
    fs::write(at("03-01-05-01-01-01-05.flac"), flac).unwrap();
    let other = voice(230.0, 0.6, 0.3, 16_000);
    write_wav(&at("01-01-05-01-01-01-01.wav"), &other, 16_000, 1);
    write_wav(&at("03-02-05-01-01-01-01.wav"), &tone, 16_000, 1);
    let corpus = Corpus::open(folder.path()).unwrap();
    assert_eq!((corpus.utterances.len(), corpus.left_out.channel), (4, 1));
    let exploration = explored(&corpus).unwrap();
    let finding = exploration
        .findings
        .iter()
        .find(|finding| finding.kind == FindingKind::Duplicates)
        .unwrap();
    let mut examples = finding.examples.clone();
    examples.sort();
    assert_eq!(
        examples,
        [
            "03-01-05-01-01-01-01.wav records the same take as 01-01-05-01-01-01-01.wav",
            "03-01-05-01-01-01-03.wav records the same take as 01-01-05-01-01-01-01.wav",
            "03-01-05-01-01-01-05.flac records the same take as 01-01-05-01-01-01-01.wav",
        ]
    );
}

#[test]
fn one_clip_is_a_corpus() {
    let folder = tempfile::tempdir().unwrap();
    write_wav(
        &folder.path().join("a.wav"),
        &voice(200.0, 0.5, 0.3, 16_000),
        16_000,
        1,
    );
    let row = Row {
        path: "a.wav",
        emotion: "happy",
        speaker: "anna",
        gender: "",
    };
    let corpus = manifest(folder.path(), &[row]);
    let page = page_of(&corpus, &folder.path().join("out"));
    assert!(page.contains("one emotion only"));
    assert!(page.contains("1 clip too few for a projection"));
    assert!(page.contains("There is no neutral clip: neutral is not oversampled to calm"));
    assert!(!words(&page).contains("NaN"));
}

#[test]
fn one_class_without_genders_is_a_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..20)
        .map(|number| {
            let path: &'static str = format!("{number}.wav").leak();
            let samples = voice(100.0 + 7.0 * f64::from(number), 0.4, 0.3, 16_000);
            write_wav(&folder.path().join(path), &samples, 16_000, 1);
            Row {
                path,
                emotion: "sad",
                speaker: ["anna", "bob"][number as usize % 2],
                gender: "",
            }
        })
        .collect();
    let corpus = manifest(folder.path(), &rows);
    let exploration = explored(&corpus).unwrap();
    assert_eq!(exploration.shown.len(), 1);
    assert_eq!(exploration.shown[0].gender, "unknown");
    assert_eq!(exploration.projection.tsne.len(), 20);
    let page = page_of(&corpus, &folder.path().join("out"));
    assert!(page.contains("2 of unknown gender"));
    assert!(!words(&page).contains("NaN"));
}

#[test]
fn a_corpus_without_a_readable_clip_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.wav"), b"no audio").unwrap();
    let row = Row {
        path: "a.wav",
        emotion: "happy",
        speaker: "anna",
        gender: "",
    };
    let corpus = manifest(folder.path(), &[row]);
    let refused = explored(&corpus).unwrap_err();
    assert!(matches!(
        refused,
        ExploreError::NothingReadable { clips: 1, .. }
    ));
    assert!(refused.to_string().contains("a.wav"));
}

#[test]
fn missing_clips_and_actors_of_ravdess_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    for (name, hertz) in [
        ("03-01-01-01-01-01-01", 120.0),
        ("03-01-05-02-02-02-02", 230.0),
    ] {
        let path = folder.path().join(format!("{name}.wav"));
        write_wav(&path, &voice(hertz, 0.5, 0.3, 48_000), 48_000, 1);
    }
    fs::write(folder.path().join("notes-2.wav"), b"").unwrap();
    let corpus = Corpus::open(folder.path()).unwrap();
    let exploration = explored(&corpus).unwrap();
    assert_eq!(count(&exploration, FindingKind::Missing), 1438);
    assert_eq!(count(&exploration, FindingKind::Speakers), 22);
    assert_eq!(count(&exploration, FindingKind::Combinations), 2);
    assert_eq!(count(&exploration, FindingKind::Skipped), 1);
    let missing = exploration
        .findings
        .iter()
        .find(|f| f.kind == FindingKind::Missing);
    assert_eq!(missing.unwrap().examples.len(), 200);
}

#[test]
fn clips_to_show_are_chosen_by_seed_or_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = (0..12)
        .map(|number| {
            let path: &'static str = format!("{number}.wav").leak();
            let samples = voice(150.0 + f64::from(number), 0.3, 0.3, 16_000);
            write_wav(&folder.path().join(path), &samples, 16_000, 1);
            Row {
                path,
                emotion: "calm",
                speaker: "anna",
                gender: "female",
            }
        })
        .collect();
    let corpus = manifest(folder.path(), &rows);
    let shown = |options: ExploreOptions| {
        let exploration = explore(&corpus, &options, UNWATCHED)?;
        Ok::<_, ExploreError>(
            exploration
                .shown
                .iter()
                .map(|c| c.index)
                .collect::<Vec<_>>(),
        )
    };
    let seeded = |seed| {
        shown(ExploreOptions {
            seed,
            ..ExploreOptions::default()
        })
        .unwrap()
    };
    assert_eq!(seeded(1), seeded(1));
    assert!((2..9).any(|seed| seeded(seed) != seeded(1)));
    let named = |name: &str| {
        shown(ExploreOptions {
            show: vec![folder.path().join(name)],
            ..ExploreOptions::default()
        })
    };
    assert_eq!(named("7.wav").unwrap(), [7]);
    let twice = ExploreOptions {
        show: vec![folder.path().join("7.wav"); 2],
        ..ExploreOptions::default()
    };
    assert_eq!(shown(twice).unwrap(), [7]);
    assert!(matches!(
        named("99.wav"),
        Err(ExploreError::NotInCorpus { .. })
    ));
}

#[test]
fn stopping_leaves_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = small_corpus(folder.path());
    let before = files(folder.path());
    let stopped = Watcher {
        observe: &|_| (),
        stop: &|| true,
    };
    let options = ExploreOptions::default();
    let refused = explore(&corpus, &options, stopped).unwrap_err();
    assert!(matches!(refused, ExploreError::Interrupted));
    let output = output_folder(&folder.path().join("out"), false).unwrap();
    let exploration = explored(&corpus).unwrap();
    let refused = exploration.save(output, stopped).unwrap_err();
    assert!(matches!(refused, ExploreError::Interrupted));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn without_a_majority_rate_all_rates_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    for (path, rate) in [("a.wav", 16_000), ("b.wav", 22_050)] {
        write_wav(
            &folder.path().join(path),
            &voice(200.0, 0.4, 0.3, rate),
            rate,
            1,
        );
    }
    let row = |path| Row {
        path,
        emotion: "happy",
        speaker: "anna",
        gender: "",
    };
    let corpus = manifest(folder.path(), &[row("a.wav"), row("b.wav")]);
    let exploration = explored(&corpus).unwrap();
    let rates = exploration
        .findings
        .iter()
        .find(|f| f.kind == FindingKind::Rates);
    let rates = rates.unwrap();
    assert!(rates.summary.starts_with("2 rates are in use"), "{rates:?}");
    assert_eq!(rates.examples, ["16000 Hz: 1 clip", "22050 Hz: 1 clip"]);
}
