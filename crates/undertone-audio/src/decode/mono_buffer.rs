//! Decoded packets, mixed to one channel.

use symphonia::core::audio::GenericAudioBufferRef;

use super::error::DecodeErrorKind;
use super::options::{DecodeOptions, check_rate};
use crate::mono::Mixer;
use crate::recording::{DecodeWarning, Recording};

/// Collects decoded packets up to the limits of the options.
pub(super) struct MonoBuffer<'a> {
    format: &'static str,
    options: &'a DecodeOptions,
    announce: &'a mut dyn FnMut(u64),
    mixer: &'a mut Mixer,
    samples: Vec<f32>,
    planes: Vec<Vec<f32>>,
    sample_rate: u32,
    channels: usize,
    max_frames: u64,
    /// Samples that are still to be left out.
    skip: u64,
    /// Samples that may still be added. The others are left out.
    left: u64,
    warnings: Vec<DecodeWarning>,
}

impl<'a> MonoBuffer<'a> {
    pub(super) fn new(
        format: &'static str,
        options: &'a DecodeOptions,
        announce: &'a mut dyn FnMut(u64),
        mixer: &'a mut Mixer,
    ) -> Self {
        Self {
            format,
            options,
            announce,
            mixer,
            samples: Vec::new(),
            planes: Vec::new(),
            sample_rate: 0,
            channels: 0,
            max_frames: 0,
            skip: 0,
            left: u64::MAX,
            warnings: Vec::new(),
        }
    }

    /// Leave out the next `skip` samples, and everything after the `length` samples that follow.
    pub(super) fn begin(&mut self, skip: u64, length: Option<u64>) {
        self.skip = skip;
        self.left = length.unwrap_or(u64::MAX);
    }

    pub(super) fn warn(&mut self, warning: DecodeWarning) {
        self.warnings.push(warning);
    }

    pub(super) fn mixer(&mut self) -> &mut Mixer {
        self.mixer
    }

    pub(super) fn append(
        &mut self,
        packet: &GenericAudioBufferRef<'_>,
    ) -> Result<(), DecodeErrorKind> {
        if packet.frames() == 0 {
            return Ok(());
        }
        self.check(packet.spec().rate(), packet.num_planes())?;
        let mut planes = std::mem::take(&mut self.planes);
        packet.copy_to_vecs_planar(&mut planes);
        let (from, to) = self.take(packet.frames())?;
        let channels = planes.iter().take(packet.num_planes());
        self.mixer.append_planes(
            &mut self.samples,
            channels.map(|plane| plane[from..to].iter().copied()),
        );
        self.planes = planes;
        Ok(())
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
        self.check(rate, channels)?;
        let (from, to) = self.take(frames)?;
        let planes = (0..channels).map(|channel| {
            samples[from * channels..to * channels]
                .iter()
                .skip(channel)
                .step_by(channels)
                .copied()
        });
        self.mixer.append_planes(&mut self.samples, planes);
        Ok(())
    }

    /// Append samples that are mixed already.
    pub(super) fn append_mixed(&mut self, mixed: Recording) -> Result<(), DecodeErrorKind> {
        self.check(mixed.sample_rate, mixed.channels)?;
        let (from, to) = self.take(mixed.samples.len())?;
        self.samples.extend_from_slice(&mixed.samples[from..to]);
        Ok(())
    }

    fn check(&mut self, rate: u32, channels: usize) -> Result<(), DecodeErrorKind> {
        if self.channels == 0 {
            self.channels = channels;
        }
        self.check_rate(rate)
    }

    /// Check the rate, and announce the length that the recording may have.
    pub(super) fn check_rate(&mut self, rate: u32) -> Result<(), DecodeErrorKind> {
        if self.sample_rate == 0 {
            self.sample_rate = check_rate(rate)?;
            self.max_frames = self.options.max_frames(rate);
            (self.announce)(self.max_frames);
        } else if rate != self.sample_rate {
            let detail = "audio whose sample rate changes";
            return Err(DecodeErrorKind::unsupported(self.format, detail));
        }
        Ok(())
    }

    /// Return the range of the next `frames` samples that is wanted.
    fn take(&mut self, frames: usize) -> Result<(usize, usize), DecodeErrorKind> {
        let from = self.skip.min(frames as u64) as usize;
        self.skip -= from as u64;
        let wanted = self.left.min((frames - from) as u64) as usize;
        self.left -= wanted as u64;
        if (self.samples.len() + wanted) as u64 > self.max_frames {
            return Err(self.options.too_long());
        }
        Ok((from, from + wanted))
    }

    pub(super) fn finish(self) -> Recording {
        Recording {
            samples: self.samples,
            sample_rate: self.sample_rate,
            channels: self.channels,
            warnings: self.warnings,
        }
    }
}
