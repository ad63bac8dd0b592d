//! From what a decoder decodes to blocks of one channel.

use std::ops::{ControlFlow, Range};

use symphonia::core::audio::GenericAudioBufferRef;

use super::error::DecodeErrorKind;
use super::options::{DecodeOptions, check_rate};
use super::sink::SampleSink;
use crate::mono::{Channels, Mixer};
use crate::recording::DecodeWarning;

/// Samples between two calls of `release`: some seconds to a minute of sound.
const RELEASE_AFTER: u64 = 1 << 19;

/// What is known of a recording after all of it was decoded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decoded {
    /// In Hz.
    pub(crate) sample_rate: u32,
    /// Number of channels that the file has.
    pub(crate) channels: usize,
    /// Samples of one channel.
    pub(crate) frames: u64,
    pub(crate) warnings: Vec<DecodeWarning>,
    /// Whether the channels cancel each other in their mean, which was taken.
    pub(crate) canceled: bool,
}

/// Mixes decoded packets to one channel and hands them to a sink, up to the limits of the options.
pub(super) struct MonoWriter<'a> {
    format: &'static str,
    options: &'a DecodeOptions,
    announce: &'a mut dyn FnMut(u64),
    release: &'a dyn Fn(),
    sink: &'a mut dyn SampleSink,
    mixer: Mixer,
    block: Vec<f32>,
    planes: Vec<Vec<f32>>,
    sample_rate: u32,
    channels: usize,
    max_frames: u64,
    /// Samples that the sink has received.
    frames: u64,
    released_at: u64,
    /// Samples that are still to be left out.
    skip: u64,
    /// Samples that may still be added. The others are left out.
    left: u64,
    checks_finite: bool,
    /// Whether the sink is at work, so that a panic is its own.
    pub(super) in_sink: bool,
    warnings: Vec<DecodeWarning>,
}

impl<'a> MonoWriter<'a> {
    /// `announce` receives the most samples that the recording can have, once. `release` is called
    /// now and then, when the bytes that were read before are not needed for a while.
    pub(super) fn new(
        options: &'a DecodeOptions,
        channels: Channels,
        announce: &'a mut dyn FnMut(u64),
        release: &'a dyn Fn(),
        sink: &'a mut dyn SampleSink,
    ) -> Self {
        Self {
            format: "",
            options,
            announce,
            release,
            sink,
            mixer: Mixer::new(channels),
            block: Vec::new(),
            planes: Vec::new(),
            sample_rate: 0,
            channels: 0,
            max_frames: 0,
            frames: 0,
            released_at: 0,
            skip: 0,
            left: u64::MAX,
            checks_finite: true,
            in_sink: false,
            warnings: Vec::new(),
        }
    }

    pub(super) fn options(&self) -> &'a DecodeOptions {
        self.options
    }

    /// Name the format in errors.
    pub(super) fn name(&mut self, format: &'static str) {
        self.format = format;
    }

    /// State that all samples come from integers, so that they need no check.
    pub(super) fn trust(&mut self) {
        self.checks_finite = false;
    }

    /// Leave out the next `skip` samples, and everything after the `length` samples that follow.
    pub(super) fn begin(&mut self, skip: u64, length: Option<u64>) {
        self.skip = skip;
        self.left = length.unwrap_or(u64::MAX);
    }

    pub(super) fn warn(&mut self, warning: DecodeWarning) {
        self.warnings.push(warning);
    }

    /// Give back the bytes that were read.
    pub(super) fn release(&self) {
        (self.release)();
    }

    /// Check the rate, and announce the length that the recording may have.
    pub(super) fn open(&mut self, rate: u32) -> Result<(), DecodeErrorKind> {
        self.open_with(rate, u64::MAX, 0)
    }

    /// Do so for a recording of `most` samples at most, and `expected` samples if its header is
    /// right.
    pub(super) fn open_with(
        &mut self,
        rate: u32,
        most: u64,
        expected: u64,
    ) -> Result<(), DecodeErrorKind> {
        if self.sample_rate == 0 {
            self.sample_rate = check_rate(rate)?;
            self.max_frames = self.options.max_frames(rate);
            (self.announce)(self.max_frames.min(most));
            self.sink.begin(rate, expected);
        } else if rate != self.sample_rate {
            let detail = "audio whose sample rate changes";
            return Err(DecodeErrorKind::unsupported(self.format, detail));
        }
        Ok(())
    }

    pub(super) fn append(
        &mut self,
        packet: &GenericAudioBufferRef<'_>,
    ) -> Result<(), DecodeErrorKind> {
        if packet.frames() == 0 {
            return Ok(());
        }
        self.open(packet.spec().rate())?;
        let mut planes = std::mem::take(&mut self.planes);
        packet.copy_to_vecs_planar(&mut planes);
        let channels = packet.num_planes();
        let written = self.write(channels, packet.frames(), |mixer, block, range| {
            let planes = planes.iter().take(channels);
            let planes = planes.map(|plane| plane[range.clone()].iter().copied());
            mixer.append_planes(block, planes);
        });
        self.planes = planes;
        written
    }

    /// Append interleaved samples.
    pub(super) fn append_interleaved(
        &mut self,
        rate: u32,
        channels: usize,
        samples: &[f32],
    ) -> Result<(), DecodeErrorKind> {
        let frames = samples.len() / channels;
        if frames == 0 {
            return Ok(());
        }
        self.open(rate)?;
        self.write(channels, frames, |mixer, block, range| {
            let samples = &samples[range.start * channels..range.end * channels];
            let plane = |channel| samples.iter().skip(channel).step_by(channels).copied();
            mixer.append_planes(block, (0..channels).map(plane));
        })
    }

    /// Append `frames` samples of each of `channels`. `mix` mixes those in a range of them and
    /// appends them to the block.
    pub(super) fn write(
        &mut self,
        channels: usize,
        frames: usize,
        mix: impl FnOnce(&mut Mixer, &mut Vec<f32>, Range<usize>),
    ) -> Result<(), DecodeErrorKind> {
        if self.channels == 0 {
            self.channels = channels;
        }
        if let Channels::One(channel) = self.mixer.channels()
            && channel >= channels
        {
            return Err(DecodeErrorKind::NoChannel { channel, channels });
        }
        let range = self.take(frames)?;
        self.block.clear();
        mix(&mut self.mixer, &mut self.block, range);
        self.deliver()
    }

    /// Return the range of the next `frames` samples that is wanted.
    fn take(&mut self, frames: usize) -> Result<Range<usize>, DecodeErrorKind> {
        let from = self.skip.min(frames as u64) as usize;
        self.skip -= from as u64;
        let wanted = self.left.min((frames - from) as u64) as usize;
        self.left -= wanted as u64;
        if self.frames + wanted as u64 > self.max_frames {
            return Err(self.options.too_long());
        }
        Ok(from..from + wanted)
    }

    fn deliver(&mut self) -> Result<(), DecodeErrorKind> {
        if self.checks_finite
            && let Some(at) = self.block.iter().position(|sample| !sample.is_finite())
        {
            let index = self.frames as usize + at;
            return Err(DecodeErrorKind::NonFinite { index });
        }
        self.frames += self.block.len() as u64;
        self.in_sink = true;
        let flow = self.sink.receive(&self.block);
        self.in_sink = false;
        if self.frames - self.released_at >= RELEASE_AFTER {
            self.released_at = self.frames;
            self.release();
        }
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(DecodeErrorKind::Stopped),
        }
    }

    pub(super) fn finish(self) -> Decoded {
        Decoded {
            sample_rate: self.sample_rate,
            channels: self.channels,
            frames: self.frames,
            warnings: self.warnings,
            canceled: self.mixer.canceled(),
        }
    }
}
