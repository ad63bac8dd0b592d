//! One frame: a block of samples of every channel, with checksums.

use super::bits::{BitReader, OutOfBits};
use super::sample::Sample;
use super::subframe::{BadSubframe, Subframe};
use super::{StreamInfo, crc};

/// Why a frame couldn't be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndOfFrame {
    /// The data ends inside it.
    Missing,
    /// It breaks a rule of the format.
    Corrupt(&'static str),
}

impl From<OutOfBits> for EndOfFrame {
    fn from(_: OutOfBits) -> Self {
        Self::Missing
    }
}

impl From<BadSubframe> for EndOfFrame {
    fn from(error: BadSubframe) -> Self {
        match error {
            BadSubframe::OutOfBits => Self::Missing,
            BadSubframe::Rule(rule) => Self::Corrupt(rule),
        }
    }
}

/// How the first two channels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Coding {
    #[default]
    Independent,
    LeftSide,
    SideRight,
    MidSide,
}

/// The channels of one frame, kept between frames for their memory.
#[derive(Debug, Default)]
pub(super) struct Frame<S> {
    coding: Coding,
    pub(super) channels: Vec<Subframe<S>>,
}

impl<S: Sample> Frame<S> {
    /// Samples in each channel.
    pub(super) fn len(&self) -> usize {
        self.channels
            .first()
            .map_or(0, |channel| channel.samples.len())
    }

    /// Reads the frame at `position`, all but its samples' predictions, and gives the position
    /// after it.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        position: usize,
        info: &StreamInfo,
    ) -> Result<usize, EndOfFrame> {
        let mut reader = BitReader::new(bytes, position);
        let (block_size, coding, bits) = header(&mut reader, bytes, position, info)?;
        self.coding = coding;
        self.channels.resize_with(info.channels, Subframe::default);
        for (index, channel) in self.channels.iter_mut().enumerate() {
            let side = matches!(
                (coding, index),
                (Coding::LeftSide | Coding::MidSide, 1) | (Coding::SideRight, 0)
            );
            channel.read(&mut reader, bits + u32::from(side), block_size)?;
        }
        reader.align();
        let end = reader.position();
        if reader.read(16)? != u32::from(crc::crc16(&bytes[position..end])) {
            return Err(EndOfFrame::Corrupt("checksum of a frame"));
        }
        Ok(end + 2)
    }

    /// Appends the mean of the restored channels, scaled from `bits` bits to -1..1.
    pub(super) fn append_mono(&mut self, bits: u32, samples: &mut Vec<f32>) {
        for channel in self
            .channels
            .iter_mut()
            .filter(|channel| channel.wasted > 0)
        {
            for sample in &mut channel.samples {
                *sample = S::truncated((*sample).into() << channel.wasted);
            }
        }
        if let [first, second, ..] = self.channels.as_mut_slice() {
            undo(self.coding, &mut first.samples, &mut second.samples);
        }
        let scale = 1.0 / (1_u64 << (bits - 1)) as f32;
        let scaled = |sample: &S| (*sample).into() as i32 as f32 * scale;
        let Some((first, others)) = self.channels.split_first() else {
            return;
        };
        let start = samples.len();
        samples.extend(first.samples.iter().map(scaled));
        if !others.is_empty() {
            let sums = &mut samples[start..];
            for channel in others {
                sums.iter_mut()
                    .zip(channel.samples.iter().map(scaled))
                    .for_each(|(sum, sample)| *sum += sample);
            }
            let mean = 1.0 / self.channels.len() as f32;
            sums.iter_mut().for_each(|sum| *sum *= mean);
        }
    }
}

/// Block size, channel coding and bits a sample.
fn header(
    reader: &mut BitReader<'_>,
    bytes: &[u8],
    position: usize,
    info: &StreamInfo,
) -> Result<(usize, Coding, u32), EndOfFrame> {
    if reader.read(15)? != 0b111_1111_1111_1100 {
        return Err(EndOfFrame::Corrupt("no frame where one should begin"));
    }
    reader.read(1)?;
    let (size_code, rate_code) = (reader.read(4)?, reader.read(4)?);
    let (channel_code, bits_code) = (reader.read(4)?, reader.read(3)?);
    reader.read(1)?;
    // The frame's or sample's number, coded like a character in UTF-8.
    let leading_ones = (reader.read(8)? as u8).leading_ones();
    for _ in 1..leading_ones {
        reader.read(8)?;
    }
    let block_size = match size_code {
        0 => return Err(EndOfFrame::Corrupt("reserved block size")),
        1 => 192,
        2..=5 => 576 << (size_code - 2),
        6 => reader.read(8)? + 1,
        7 => reader.read(16)? + 1,
        _ => 256 << (size_code - 8),
    };
    // STREAMINFO has the rate; here it only takes up space.
    match rate_code {
        12 => reader.read(8)?,
        13 | 14 => reader.read(16)?,
        15 => return Err(EndOfFrame::Corrupt("forbidden sample rate")),
        _ => 0,
    };
    let end = reader.position();
    if reader.read(8)? != u32::from(crc::crc8(&bytes[position..end])) {
        return Err(EndOfFrame::Corrupt("checksum of a frame header"));
    }
    let coding = match channel_code {
        8 => Coding::LeftSide,
        9 => Coding::SideRight,
        10 => Coding::MidSide,
        _ => Coding::Independent,
    };
    let channels = if coding == Coding::Independent {
        channel_code as usize + 1
    } else {
        2
    };
    if channels != info.channels {
        return Err(EndOfFrame::Corrupt(
            "number of channels differs from STREAMINFO",
        ));
    }
    let bits = match bits_code {
        0 => info.bits,
        1 => 8,
        2 => 12,
        4 => 16,
        5 => 20,
        6 => 24,
        7 => 32,
        _ => return Err(EndOfFrame::Corrupt("reserved sample size")),
    };
    if bits != info.bits {
        return Err(EndOfFrame::Corrupt("bits a sample differ from STREAMINFO"));
    }
    Ok((block_size as usize, coding, bits))
}

/// Turns a coded pair of channels into left and right.
fn undo<S: Sample>(coding: Coding, first: &mut [S], second: &mut [S]) {
    let decode = |a: i64, b: i64| match coding {
        Coding::Independent => (a, b),
        Coding::LeftSide => (a, a.wrapping_sub(b)),
        Coding::SideRight => (a.wrapping_add(b), b),
        Coding::MidSide => {
            let sum = a << 1 | (b & 1);
            (sum.wrapping_add(b) >> 1, sum.wrapping_sub(b) >> 1)
        }
    };
    for (a, b) in first.iter_mut().zip(second) {
        let (left, right) = decode((*a).into(), (*b).into());
        (*a, *b) = (S::truncated(left), S::truncated(right));
    }
}
