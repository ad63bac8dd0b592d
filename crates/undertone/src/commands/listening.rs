//! Listening to a recording: as a whole if it is short, or in segments.

use std::ops::ControlFlow;
use std::path::Path;

use indicatif::ProgressBar;
use undertone_answer::Segmentation;
use undertone_audio::{
    Channels, DecodeOptions, DecodeWarning, Recording, Scan, Source, VoiceActivityConfig, Warning,
};
use undertone_models::{
    Classifier, Division, Prediction, Progress, SegmentPrediction, SegmentsConfig, SegmentsError,
};
use undertone_segments::{Choice, Segment, read_chosen};

use super::classified::{Classified, Judged, Note, Segments};
use crate::cli::{SegmentsArgs, SegmentsFrom};
use crate::inputs::Input;
use crate::output;
use crate::progress_bar::{self, progress_bar};

/// How recordings are listened to.
#[derive(Debug, Clone)]
pub(super) struct Listening {
    options: DecodeOptions,
    /// Without it, recordings of up to 30 s are judged as a whole, and others in utterances.
    segments: Option<SegmentsFrom>,
    /// A tier of the file with the segments.
    tier: Option<String>,
    by_channel: bool,
    why: bool,
    /// Whether a bar shows how far the work is.
    shows_progress: bool,
}

impl Listening {
    /// Judge recordings as nothing else is asked for.
    pub(super) fn new(options: DecodeOptions) -> Self {
        Self {
            options,
            segments: None,
            tier: None,
            by_channel: false,
            why: false,
            shows_progress: false,
        }
    }

    /// Judge recordings as arguments say.
    pub(super) fn of(args: &SegmentsArgs, options: DecodeOptions) -> Self {
        Self {
            segments: args.segments.clone(),
            tier: args.tier.clone(),
            by_channel: args.by_channel,
            why: args.why,
            ..Self::new(options)
        }
    }

    /// Judge in segments in any case: in utterances if nothing else is asked for.
    pub(super) fn in_segments(mut self) -> Self {
        self.segments.get_or_insert(SegmentsFrom::Vad);
        self
    }

    /// Show how far the work is on each long recording.
    pub(super) fn with_progress(mut self) -> Self {
        self.shows_progress = true;
        self
    }

    /// Classify a recording, or return what is wrong with it.
    pub(super) fn classify(
        &self,
        classifier: &Classifier,
        input: &Input,
    ) -> Result<Classified, String> {
        let source = input.open(&self.options)?;
        if self.segments.is_none() && !self.by_channel {
            let recording = Classifier::decode_if_short(&source, &self.options);
            // Without the path, because the caller prints it in front of the reason.
            let recording = recording.map_err(|error| error.kind().to_string())?;
            if let Some(recording) = recording {
                say(input, &recording.warnings);
                return self.whole(classifier, &recording);
            }
        }
        if self.why {
            return Err("--why explains recordings of up to 30 s".to_owned());
        }
        let segments = self.segments(classifier, input, &source)?;
        say(input, &segments.prediction.scan.decode_warnings);
        Ok(Classified {
            facts: segments.prediction.facts(),
            judged: Judged::Segments(segments),
            adapted: None,
            influences: None,
        })
    }

    fn whole(&self, classifier: &Classifier, recording: &Recording) -> Result<Classified, String> {
        let whole = classifier.classify_whole(recording);
        let whole = whole.map_err(|error| error.to_string())?;
        let speaks = whole
            .prediction
            .as_ref()
            .is_some_and(Prediction::has_speech);
        let explained = (self.why && speaks).then(|| classifier.explain(recording));
        let influences = explained.transpose().map_err(|error| error.to_string())?;
        Ok(Classified {
            facts: whole.facts,
            judged: whole.prediction.map_or(Judged::Silent, Judged::Whole),
            adapted: None,
            influences,
        })
    }

    fn segments(
        &self,
        classifier: &Classifier,
        input: &Input,
        source: &Source,
    ) -> Result<Segments, String> {
        let given = match &self.segments {
            Some(SegmentsFrom::File(path)) => Some(self.named_segments(path, input)?),
            _ => None,
        };
        let segmentation = match &self.segments {
            None | Some(SegmentsFrom::Vad) => Segmentation::Utterances,
            Some(SegmentsFrom::Fixed) => Segmentation::Fixed,
            Some(SegmentsFrom::File(_)) => Segmentation::File,
        };
        let bar = self.bar(input);
        let mut scans: Vec<Scan> = Vec::new();
        let mut segments: Vec<(SegmentPrediction, Note)> = Vec::new();
        loop {
            let channel = self.by_channel.then_some(scans.len());
            let own: Option<Vec<&Segment>> = given.as_ref().map(|given| {
                let of_channel = |it: &&Segment| it.channel.is_none() || it.channel == channel;
                given
                    .iter()
                    .filter(|it| channel.is_none() || of_channel(it))
                    .collect()
            });
            let config = SegmentsConfig {
                division: match (&own, &self.segments) {
                    (Some(own), _) => {
                        Division::Given(own.iter().map(|it| (it.start, it.end)).collect())
                    }
                    (None, Some(SegmentsFrom::Fixed)) => Division::Fixed,
                    _ => Division::Utterances(VoiceActivityConfig::default()),
                },
                channels: channel.map_or(Channels::Mix, Channels::One),
                options: self.options,
            };
            let mut progress = |progress: Progress| {
                if let Some(bar) = &bar {
                    bar.show(progress);
                }
                ControlFlow::Continue(())
            };
            let part = classifier
                .classify_source(source, &config, &mut progress)
                .map_err(|error| in_words(&error))?;
            let note = |index: usize| {
                let named = own.as_ref().and_then(|own| own.get(index));
                Note {
                    channel,
                    speaker: named.and_then(|it| it.speaker.clone()),
                    text: named.and_then(|it| it.text.clone()),
                }
            };
            let judged = part.segments.into_iter().enumerate();
            segments.extend(judged.map(|(index, segment)| (segment, note(index))));
            let channels = part.scan.channels;
            scans.push(part.scan);
            if !self.by_channel || scans.len() >= channels {
                break;
            }
        }
        drop(bar);
        let missing = given.iter().flatten().filter_map(|it| it.channel);
        if let Some(channel) = missing.max()
            && self.by_channel
            && channel >= scans.len()
        {
            let count = scans.len();
            return Err(format!(
                "the segments name channel {channel}, and the recording has {count}, counted from 0"
            ));
        }
        segments.sort_by(|(a, _), (b, _)| a.start.total_cmp(&b.start));
        let (segments, notes) = segments.into_iter().unzip();
        let scan = scans.into_iter().reduce(together);
        let scan = scan.ok_or_else(|| "it has no channel".to_owned())?;
        Ok(Segments {
            segmentation,
            prediction: classifier.segmented(scan, segments),
            notes,
        })
    }

    /// Return the segments that a file names for a recording.
    fn named_segments(&self, path: &Path, input: &Input) -> Result<Vec<Segment>, String> {
        let name = input.name();
        let choice = Choice {
            recording: Some(&name),
            tier: self.tier.as_deref(),
        };
        read_chosen(path, choice).map_err(|error| error.to_string())
    }

    fn bar(&self, input: &Input) -> Option<Bar> {
        (self.shows_progress && !output::is_quiet()).then(|| Bar::new(&input.name()))
    }
}

/// Shows on a terminal how far the work on a recording is.
struct Bar(ProgressBar);

/// The part of the whole work that the first pass is: mostly decoding.
const FIRST_PASS: f64 = 0.2;
/// The steps of the bar.
const STEPS: f64 = 1000.0;

impl Bar {
    fn new(name: &str) -> Self {
        let bar = progress_bar("{msg}  {wide_bar} {percent:>3} %  {elapsed}");
        bar.set_length(STEPS as u64);
        bar.set_message(name.to_owned());
        progress_bar::stands(Some(bar.clone()));
        Self(bar)
    }

    fn show(&self, progress: Progress) {
        match progress.total {
            // The length is not known yet.
            None => self.0.tick(),
            Some(total) => {
                let judged = progress.seconds / total.max(1e-3);
                let done = FIRST_PASS + (1.0 - FIRST_PASS) * judged;
                self.0.set_position((STEPS * done) as u64);
            }
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        progress_bar::stands(None);
        self.0.finish_and_clear();
    }
}

/// Return what is known of the channels of a recording together.
fn together(mut scan: Scan, other: Scan) -> Scan {
    let silent = [&scan, &other].map(|it| it.warnings.contains(&Warning::Silent));
    scan.warnings.extend(other.warnings);
    scan.warnings.sort_unstable();
    scan.warnings.dedup();
    if silent != [true, true] {
        scan.warnings.retain(|it| *it != Warning::Silent);
    }
    scan.largest = scan.largest.max(other.largest);
    scan.heard = Channels::Mix;
    scan
}

fn in_words(error: &SegmentsError) -> String {
    match error {
        SegmentsError::Decode(error) => error.kind().to_string(),
        error => error.to_string(),
    }
}

fn say(input: &Input, warnings: &[DecodeWarning]) {
    for warning in warnings {
        output::warning(&format!("{}: {warning}", input.name()));
    }
}
