//! What the passes over a recording do with its samples.

use std::ops::ControlFlow;

use crate::decode::SampleSink;
use crate::resample::{Resampler, ResamplerStream};
use crate::voice_activity::{Utterance, VoiceActivity};
use crate::warning::Levels;

/// Resamples blocks and hands them on.
pub(super) struct Resampled<'a> {
    rate: u32,
    receive: &'a mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    stream: Option<ResamplerStream>,
    block: Vec<f32>,
}

impl<'a> Resampled<'a> {
    pub(super) fn new(rate: u32, receive: &'a mut dyn FnMut(&[f32]) -> ControlFlow<()>) -> Self {
        Self {
            rate,
            receive,
            stream: None,
            block: Vec::new(),
        }
    }

    /// Hand on the rest.
    pub(super) fn finish(mut self) -> ControlFlow<()> {
        self.block.clear();
        if let Some(stream) = self.stream.take() {
            stream.finish(&mut self.block);
        }
        match self.block.is_empty() {
            true => ControlFlow::Continue(()),
            false => (self.receive)(&self.block),
        }
    }
}

impl SampleSink for Resampled<'_> {
    fn begin(&mut self, sample_rate: u32, _: u64) {
        if sample_rate != self.rate {
            // Both rates were checked.
            let resampler = Resampler::new(sample_rate, self.rate);
            self.stream = resampler.ok().map(|it| it.stream());
        }
    }

    fn receive(&mut self, samples: &[f32]) -> ControlFlow<()> {
        let Some(stream) = &mut self.stream else {
            return (self.receive)(samples);
        };
        self.block.clear();
        stream.push(samples, &mut self.block);
        match self.block.is_empty() {
            true => ControlFlow::Continue(()),
            false => (self.receive)(&self.block),
        }
    }
}

/// Measures levels, and finds utterances if that is wanted.
pub(super) struct Listener<'a> {
    levels: Levels,
    activity: Option<VoiceActivity>,
    progress: &'a dyn Fn(f64) -> ControlFlow<()>,
    sample_rate: u32,
    stream: Option<ResamplerStream>,
    block: Vec<f32>,
    samples: u64,
    reported: u64,
    utterances: Vec<Utterance>,
}

impl<'a> Listener<'a> {
    pub(super) fn new(
        activity: Option<VoiceActivity>,
        progress: &'a dyn Fn(f64) -> ControlFlow<()>,
    ) -> Self {
        Self {
            levels: Levels::default(),
            activity,
            progress,
            sample_rate: 0,
            stream: None,
            block: Vec::new(),
            samples: 0,
            reported: 0,
            utterances: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> (Levels, Vec<Utterance>) {
        self.block.clear();
        if let Some(stream) = self.stream.take() {
            stream.finish(&mut self.block);
        }
        if let Some(mut activity) = self.activity.take() {
            activity.push(&self.block, &mut self.utterances);
            activity.finish(&mut self.utterances);
        }
        (self.levels, self.utterances)
    }
}

impl SampleSink for Listener<'_> {
    fn begin(&mut self, sample_rate: u32, _: u64) {
        self.sample_rate = sample_rate;
        if self.activity.is_some() {
            // The decoders checked the rate.
            let resampler = Resampler::new(sample_rate, VoiceActivity::SAMPLE_RATE);
            self.stream = resampler.ok().map(|it| it.stream());
        }
    }

    fn receive(&mut self, samples: &[f32]) -> ControlFlow<()> {
        self.levels.add(samples);
        self.block.clear();
        if let Some(stream) = &mut self.stream {
            stream.push(samples, &mut self.block);
        }
        if let Some(activity) = &mut self.activity {
            activity.push(&self.block, &mut self.utterances);
        }
        self.samples += samples.len() as u64;
        // Every few seconds.
        if self.samples - self.reported < 4 * u64::from(self.sample_rate) {
            return ControlFlow::Continue(());
        }
        self.reported = self.samples;
        (self.progress)(self.samples as f64 / f64::from(self.sample_rate))
    }
}
