//! One frame: a block of samples of every channel, with checksums.

use super::bits::{BitReader, OutOfBits};
use super::subframe::{self, BadSubframe};
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

/// Decoded channels of one frame, kept between frames for their memory. Samples are wider than
/// their 32 bits at most, for the difference of two channels takes one more.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    channels: Vec<Vec<i64>>,
}

impl Blocks {
    /// Samples in each channel.
    pub(super) fn len(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Appends the mean of the channels, scaled from `bits` bits to -1..1.
    pub(super) fn append_mono(&self, bits: u32, samples: &mut Vec<f32>) {
        let scale = 1.0 / (1_u64 << (bits - 1)) as f32;
        let Some((first, others)) = self.channels.split_first() else {
            return;
        };
        let start = samples.len();
        samples.extend(first.iter().map(|sample| *sample as i32 as f32 * scale));
        if !others.is_empty() {
            let sums = &mut samples[start..];
            for channel in others {
                let scaled = channel.iter().map(|sample| *sample as i32 as f32 * scale);
                sums.iter_mut()
                    .zip(scaled)
                    .for_each(|(sum, sample)| *sum += sample);
            }
            let mean = 1.0 / self.channels.len() as f32;
            sums.iter_mut().for_each(|sum| *sum *= mean);
        }
    }
}

/// How the first two channels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Independent,
    LeftSide,
    SideRight,
    MidSide,
}

/// Decodes the frame at `position` into `blocks` and gives the position after it.
pub(super) fn decode(
    bytes: &[u8],
    position: usize,
    info: &StreamInfo,
    blocks: &mut Blocks,
) -> Result<usize, EndOfFrame> {
    let mut reader = BitReader::new(bytes, position);
    let (block_size, coding, bits) = header(&mut reader, bytes, position, info)?;

    blocks.channels.resize_with(info.channels, Vec::new);
    for (index, channel) in blocks.channels.iter_mut().enumerate() {
        channel.resize(block_size, 0);
        let side = matches!(
            (coding, index),
            (Coding::LeftSide | Coding::MidSide, 1) | (Coding::SideRight, 0)
        );
        subframe::decode(&mut reader, bits + u32::from(side), channel)?;
    }
    reader.align();
    let end = reader.position();
    if reader.read(16)? != u32::from(crc::crc16(&bytes[position..end])) {
        return Err(EndOfFrame::Corrupt("checksum of a frame"));
    }
    if let [first, second, ..] = blocks.channels.as_mut_slice() {
        undo(coding, first, second);
    }
    Ok(end + 2)
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
fn undo(coding: Coding, first: &mut [i64], second: &mut [i64]) {
    let pairs = first.iter_mut().zip(second);
    match coding {
        Coding::Independent => {}
        Coding::LeftSide => pairs.for_each(|(left, side)| *side = left.wrapping_sub(*side)),
        Coding::SideRight => pairs.for_each(|(side, right)| *side = side.wrapping_add(*right)),
        Coding::MidSide => pairs.for_each(|(mid, side)| {
            let sum = *mid << 1 | (*side & 1);
            (*mid, *side) = (sum.wrapping_add(*side) >> 1, sum.wrapping_sub(*side) >> 1);
        }),
    }
}
