//! From a stream in memory to blocks of samples.

use std::borrow::Cow;

use crate::coded_number::CodedNumber;
use crate::error::FlacError;
use crate::frame::{self, Frame};
use crate::sample::Sample;
use crate::stream_info::{SIGNATURE, StreamInfo};
use crate::subframe::restore_all;
use crate::transpose::LANES;

const MORE_SAMPLES: FlacError =
    FlacError::Invalid("the frames hold more samples than STREAMINFO announces");

/// A decoder of one FLAC stream in memory.
///
/// It hands out the stream block by block. It checks the CRC-8 of every frame header, the CRC-16 of
/// every frame, that the numbers of the frames follow each other, and the number of samples that
/// STREAMINFO announces. It does not compare the MD5 checksum.
#[derive(Debug)]
pub struct Decoder<'a> {
    stream: Stream<'a>,
    group: Group,
}

/// The samples of one frame: one slice for each channel, all of the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block<'a> {
    channels: Vec<Cow<'a, [i32]>>,
}

impl Block<'_> {
    /// Return the samples of each channel, as signed integers of
    /// [`bits_per_sample`](StreamInfo::bits_per_sample) bits.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = &[i32]> {
        self.channels.iter().map(AsRef::as_ref)
    }

    /// Return the number of samples in each channel.
    pub fn samples_per_channel(&self) -> usize {
        self.channels.first().map_or(0, |channel| channel.len())
    }
}

impl<'a> Decoder<'a> {
    /// Most samples per channel in one block.
    pub const MAX_BLOCK_SIZE: usize = 65_536;

    /// Read the metadata of the stream that begins with the first of `bytes`. A tag before the
    /// `fLaC` signature must be cut off by the caller.
    ///
    /// # Errors
    /// When the metadata is damaged or incomplete.
    pub fn new(bytes: &'a [u8]) -> Result<Self, FlacError> {
        let (info, position) = StreamInfo::read(bytes)?;
        let group = match info.bits_per_sample {
            ..=31 => Group::Narrow(Frames::new(info.channels)),
            _ => Group::Wide(Frames::new(info.channels)),
        };
        let stream = Stream {
            bytes,
            position,
            info,
            frames: 0,
            samples: 0,
        };
        Ok(Self { stream, group })
    }

    /// Return the parameters of the stream.
    pub fn stream_info(&self) -> &StreamInfo {
        &self.stream.info
    }

    /// Decode the next block, or return `None` at the end of the stream.
    ///
    /// After the announced number of samples, data that is no frame is ignored: some programs write
    /// tags there.
    ///
    /// # Errors
    /// When the next frame is damaged, incomplete or not the next one, or when the stream has fewer
    /// or more samples than announced. Every further call then gives the same error.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, FlacError> {
        match &mut self.group {
            Group::Narrow(frames) => frames.next_block(&mut self.stream),
            Group::Wide(frames) => frames.next_block(&mut self.stream),
        }
    }
}

/// The position in a stream.
#[derive(Debug)]
struct Stream<'a> {
    bytes: &'a [u8],
    /// Where the next frame begins.
    position: usize,
    info: StreamInfo,
    /// Frames before `position`.
    frames: u64,
    /// Samples per channel in the frames before `position`.
    samples: u64,
}

impl Stream<'_> {
    fn read_frame<S: Sample>(&mut self, frame: &mut Frame<S>) -> Result<(), FlacError> {
        let next = frame.read(self.bytes, self.position, &self.info, &self.next_numbers())?;
        let samples = self.samples + frame.block_size() as u64;
        if self.info.total_samples.is_some_and(|total| samples > total) {
            return Err(MORE_SAMPLES);
        }
        (self.position, self.samples) = (next, samples);
        self.frames += 1;
        Ok(())
    }

    /// Return the numbers that the next frame may have. What they count does not change within a
    /// stream, but then only one of them can follow.
    fn next_numbers(&self) -> [CodedNumber; 2] {
        [
            CodedNumber::Frame(self.frames),
            CodedNumber::Sample(self.samples),
        ]
    }

    fn has_ended(&self) -> bool {
        let complete = |total| self.samples >= total;
        self.position >= self.bytes.len() || self.info.total_samples.is_some_and(complete)
    }

    fn check_length(&self) -> Result<(), FlacError> {
        match self.info.total_samples {
            Some(announced) if announced > self.samples => Err(FlacError::MissingSamples {
                announced,
                found: self.samples,
            }),
            Some(_) if self.continues() => Err(MORE_SAMPLES),
            _ => Ok(()),
        }
    }

    /// Return whether another frame or another stream begins at `position`.
    fn continues(&self) -> bool {
        let number = frame::number_at(self.bytes, self.position, &self.info);
        let joined = self.bytes.get(self.position..);
        number.is_some_and(|number| self.next_numbers().contains(&number))
            || joined.is_some_and(|rest| rest.starts_with(SIGNATURE))
    }
}

#[derive(Debug)]
enum Group {
    Narrow(Frames<i32>),
    Wide(Frames<i64>),
}

/// Frames that are read one after the other and then restored together, in lanes. The memory is
/// used again for the next group.
#[derive(Debug)]
struct Frames<S> {
    frames: Vec<Frame<S>>,
    /// How many of `frames` hold a block.
    filled: usize,
    /// The next one to hand out.
    next: usize,
}

impl<S: Sample> Frames<S> {
    fn new(channels: usize) -> Self {
        let count = if S::HAS_LANES { LANES / channels } else { 1 };
        let mut frames = Vec::new();
        frames.resize_with(count.max(1), Frame::default);
        Self {
            frames,
            filled: 0,
            next: 0,
        }
    }

    fn next_block(&mut self, stream: &mut Stream<'_>) -> Result<Option<Block<'_>>, FlacError> {
        if self.next == self.filled {
            self.fill(stream)?;
        }
        let Some(frame) = self.frames[..self.filled].get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        let channels = frame.channels.iter();
        Ok(Some(Block {
            channels: channels
                .map(|channel| S::narrowed(&channel.samples))
                .collect(),
        }))
    }

    /// Decode as many frames as there is room for.
    fn fill(&mut self, stream: &mut Stream<'_>) -> Result<(), FlacError> {
        (self.filled, self.next) = (0, 0);
        for frame in &mut self.frames {
            if stream.has_ended() {
                break;
            }
            match stream.read_frame(frame) {
                Ok(()) => self.filled += 1,
                Err(error) if self.filled == 0 => return Err(error),
                // The intact frames come first. The next call reads the damaged one again.
                Err(_) => break,
            }
        }
        if self.filled == 0 {
            return stream.check_length();
        }
        let filled = &mut self.frames[..self.filled];
        restore_all(
            filled
                .iter_mut()
                .flat_map(|frame| &mut frame.channels)
                .collect(),
        );
        filled.iter_mut().for_each(Frame::finish);
        Ok(())
    }
}
