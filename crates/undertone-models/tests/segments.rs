//! Recordings of any length, judged in segments, and what moves an answer.
#![cfg(feature = "embedded")]

use std::ops::ControlFlow;
use std::path::Path;

use undertone_audio::{
    Channels, DecodeOptions, Recording, Resampler, Source, VoiceActivityConfig, Warning,
    decode_path,
};
use undertone_models::{
    Classifier, Division, Progress, SegmentedPrediction, SegmentsConfig, SegmentsError,
};

const RATE: u32 = 22_050;

/// Return the clips in `samples/`, at the rate of the tests.
fn clips() -> Vec<Vec<f32>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|it| it == "flac" || it == "wav")
    });
    paths.sort();
    assert!(paths.len() > 1);
    let clip = |path: &std::path::PathBuf| {
        let recording = decode_path(path, &DecodeOptions::default()).unwrap();
        let resampler = Resampler::new(recording.sample_rate, RATE).unwrap();
        resampler.resample(&recording.samples)
    };
    paths.iter().map(clip).collect()
}

/// Return the clips again and again with silence between them, and the start and the end of each.
fn conversation(seconds: f64) -> (Vec<f32>, Vec<(f64, f64)>) {
    let (mut samples, mut spans): (Vec<f32>, _) = (Vec::new(), Vec::new());
    let at = |samples: &Vec<f32>| samples.len() as f64 / f64::from(RATE);
    for clip in clips().iter().cycle() {
        samples.resize(samples.len() + RATE as usize, 0.0);
        let start = at(&samples);
        samples.extend(clip);
        spans.push((start, at(&samples)));
        if at(&samples) > seconds {
            break;
        }
    }
    (samples, spans)
}

fn wav(channels: &[&[f32]]) -> Source {
    let count = channels.len() as u16;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(count.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * u32::from(count) * 2).to_le_bytes());
    file.extend((count * 2).to_le_bytes());
    file.extend(b"\x10\0data\xff\xff\xff\xff");
    for index in 0..channels[0].len() {
        for channel in channels {
            file.extend(((channel[index] * 32_767.0) as i16).to_le_bytes());
        }
    }
    Source::from_bytes(file)
}

fn judge(
    classifier: &Classifier,
    source: &Source,
    division: Division,
) -> Result<SegmentedPrediction, SegmentsError> {
    let config = SegmentsConfig {
        division,
        ..SegmentsConfig::default()
    };
    classifier.classify_source(source, &config, &mut |_| ControlFlow::Continue(()))
}

#[test]
fn each_segment_is_judged_as_a_recording_of_its_own() {
    let classifier = Classifier::embedded().unwrap();
    let (samples, _) = conversation(80.0);
    let source = wav(&[&samples]);
    let options = DecodeOptions::default();
    let whole = source.decode(Channels::Mix, &options).unwrap();
    let part = |start: f64, end: f64| {
        let place = |seconds: f64| (seconds * f64::from(RATE)).round() as usize;
        let end = place(end).min(whole.samples.len());
        Recording::mono(whole.samples[place(start)..end].to_vec(), RATE)
    };
    // Given segments may overlap, be longer than the window, and come in any order.
    let given = vec![
        (10.0, 13.0),
        (2.0, 12.5),
        (0.0, 0.6),
        (60.0, 61.0),
        (10.0, 13.0),
    ];
    let utterances = Division::Utterances(VoiceActivityConfig::default());
    for division in [utterances, Division::Fixed, Division::Given(given.clone())] {
        let judged = judge(&classifier, &source, division.clone()).unwrap();
        assert_eq!(judged.scan.seconds(), whole.duration());
        for segment in &judged.segments {
            let part = part(segment.start, segment.end);
            if Warning::of(&part).contains(&Warning::Silent) {
                assert_eq!(segment.prediction, None);
                continue;
            }
            let alone = classifier.classify(&part).unwrap();
            let found = segment.prediction.as_ref().unwrap();
            assert_eq!(found.windows.len(), alone.windows.len());
            assert_eq!(found.probabilities, alone.probabilities);
            let window = &found.windows[0];
            assert!((window.start - alone.windows[0].start - segment.start).abs() < 1e-4);
        }
        let spans: Vec<_> = judged
            .segments
            .iter()
            .map(|it| (it.start, it.end))
            .collect();
        match division {
            Division::Utterances(_) => {
                assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0));
                assert!(spans.iter().all(|(start, end)| end - start <= 4.0));
                assert!(spans.len() > 10, "{}", spans.len());
            }
            Division::Fixed => {
                assert_eq!(spans.len(), (whole.duration() / 4.0).ceil() as usize);
                assert_eq!(spans[1], (4.0, 8.0));
            }
            Division::Given(_) => assert_eq!(spans, given),
        }
        let sum: f32 = judged.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-4 && judged.has_speech());
        let heard: Vec<_> = judged
            .segments
            .iter()
            .filter(|it| it.speech().is_some())
            .collect();
        let seconds: f64 = heard.iter().map(|it| it.seconds()).sum();
        assert!((seconds - judged.speech_seconds()).abs() < 1e-9);
        let expected: f64 = heard
            .iter()
            .map(|it| it.seconds() * f64::from(it.speech().unwrap().probabilities[0]) / seconds)
            .sum();
        assert!((expected - f64::from(judged.probabilities[0])).abs() < 1e-4);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let classifier = Classifier::embedded().unwrap();
    let (samples, _) = conversation(70.0);
    let source = wav(&[&samples]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let division = Division::Utterances(VoiceActivityConfig::default());
        pool.install(|| judge(&classifier, &source, division).unwrap())
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn each_channel_is_heard_alone() {
    let classifier = Classifier::embedded().unwrap();
    let (samples, spans) = conversation(40.0);
    let (left, right): (Vec<f32>, Vec<f32>) = samples
        .iter()
        .enumerate()
        .map(
            |(index, sample)| match (index as f64) < spans[1].0 * f64::from(RATE) {
                true => (*sample, 0.0),
                false => (0.0, *sample),
            },
        )
        .unzip();
    let source = wav(&[&left, &right]);
    for (channel, first) in [(0, spans[0].0), (1, spans[1].0)] {
        let config = SegmentsConfig {
            channels: Channels::One(channel),
            ..SegmentsConfig::default()
        };
        let judged = classifier
            .classify_source(&source, &config, &mut |_| ControlFlow::Continue(()))
            .unwrap();
        assert_eq!(judged.scan.heard, Channels::One(channel));
        assert!((judged.segments[0].start - first).abs() < 1.5);
    }
}

#[test]
fn a_recording_without_speech_has_no_answer() {
    let classifier = Classifier::embedded().unwrap();
    let silence = vec![0.0; 40 * RATE as usize];
    let utterances = Division::Utterances(VoiceActivityConfig::default());
    for division in [utterances, Division::Fixed] {
        let judged = judge(&classifier, &wav(&[&silence]), division).unwrap();
        assert!(!judged.has_speech());
        assert!(judged.segments.iter().all(|it| it.prediction.is_none()));
        assert_eq!(judged.warnings(), [Warning::Silent]);
        assert_eq!(judged.speech_seconds(), 0.0);
    }
}

#[test]
fn what_is_wrong_is_said() {
    let classifier = Classifier::embedded().unwrap();
    let (samples, _) = conversation(40.0);
    let source = wav(&[&samples]);
    let end = samples.len() as f64 / f64::from(RATE);
    for span in [
        (end + 0.1, end + 1.0),
        (-1.0, 2.0),
        (3.0, 3.0),
        (f64::NAN, 1.0),
        (1.0, f64::NAN),
    ] {
        let division = Division::Given(vec![(0.0, 1.0), span]);
        let error = judge(&classifier, &source, division).unwrap_err();
        assert!(matches!(error, SegmentsError::Outside { .. }), "{error}");
    }
    // The end of the last one is that of the recording.
    let division = Division::Given(vec![(1.0, end + 9.0)]);
    let judged = judge(&classifier, &source, division).unwrap();
    assert_eq!(judged.segments[0].end, judged.scan.seconds());
    let mut calls: Vec<Progress> = Vec::new();
    let config = SegmentsConfig::default();
    let mut count = |progress| {
        calls.push(progress);
        ControlFlow::Continue(())
    };
    classifier
        .classify_source(&source, &config, &mut count)
        .unwrap();
    assert!(calls.len() > 2);
    assert!(calls.iter().any(|call| call.total.is_some()));
    let error = classifier.classify_source(&source, &config, &mut |_| ControlFlow::Break(()));
    assert!(matches!(error, Err(SegmentsError::Stopped)), "{error:?}");
    let config = SegmentsConfig {
        channels: Channels::One(1),
        ..config
    };
    let error = classifier.classify_source(&source, &config, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(error, Err(SegmentsError::Decode(_))));
}

#[test]
fn segments_adapt_to_a_voice_as_one_recording() {
    let classifier = Classifier::embedded().unwrap();
    let (samples, _) = conversation(40.0);
    let division = Division::Utterances(VoiceActivityConfig::default());
    let judged = judge(&classifier, &wav(&[&samples]), division).unwrap();
    let mut voice = classifier.new_voice().unwrap();
    assert_eq!(
        classifier.adapted_segments(&judged, &voice).unwrap(),
        judged
    );
    classifier.hear_segments(&mut voice, &judged).unwrap();
    assert_eq!(voice.recordings(), 1);
    assert!(voice.seconds() > 5.0 && voice.seconds() <= judged.speech_seconds());
    let adapted = classifier.adapted_segments(&judged, &voice).unwrap();
    assert_ne!(adapted.probabilities, judged.probabilities);
    classifier.forget_segments(&mut voice, &judged).unwrap();
    assert_eq!(voice.recordings(), 0);
}

#[test]
fn influences_cover_the_recording_and_point_to_speech() {
    let classifier = Classifier::embedded().unwrap();
    for clip in clips().iter().filter(|clip| clip.len() < 8 * RATE as usize) {
        let mut samples = clip.clone();
        samples.extend(clip);
        samples.extend(clip);
        let recording = Recording::mono(samples, RATE);
        let prediction = classifier.classify(&recording).unwrap();
        let influences = classifier.explain(&recording).unwrap();
        assert_eq!(influences, classifier.explain(&recording).unwrap());
        assert!((influences[0].start - prediction.windows[0].start).abs() < 1e-3);
        let last = prediction.windows.last().unwrap().end;
        assert!((influences.last().unwrap().end - last).abs() < 1e-3);
        assert!(
            influences
                .windows(2)
                .all(|pair| pair[0].end == pair[1].start)
        );
        assert!(
            influences
                .iter()
                .all(|it| (0.25..=0.75).contains(&(it.end - it.start)))
        );
        assert!(influences.iter().any(|it| it.change.abs() > 0.05));
    }
    let long = Recording::mono(vec![0.1; 31 * RATE as usize], RATE);
    assert!(classifier.explain(&long).is_err());
}
