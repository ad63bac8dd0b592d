//! One frame: a header, a subframe for each channel, and a checksum over all of it.

use crate::bits::BitReader;
use crate::coded_number::CodedNumber;
use crate::crc;
use crate::error::FlacError;
use crate::sample::Sample;
use crate::stream_info::StreamInfo;
use crate::subframe::Subframe;

/// What the two subframes of a stereo frame hold (interchannel decorrelation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Decorrelation {
    /// Every subframe is a channel.
    #[default]
    Independent,
    LeftSide,
    SideRight,
    MidSide,
}

/// The channels of one frame. Its memory is used again for the next frame.
#[derive(Debug, Default)]
pub(crate) struct Frame<S> {
    decorrelation: Decorrelation,
    pub(crate) channels: Vec<Subframe<S>>,
}

/// Return the number of the frame at `position`, or `None` if no intact frame header is there.
pub(crate) fn number_at(bytes: &[u8], position: usize, info: &StreamInfo) -> Option<CodedNumber> {
    let mut reader = BitReader::new(bytes, position);
    let header = Header::read(&mut reader, bytes, position, info);
    header.ok().map(|header| header.number)
}

impl<S: Sample> Frame<S> {
    /// Return the number of samples in each channel.
    pub(crate) fn block_size(&self) -> usize {
        self.channels
            .first()
            .map_or(0, |channel| channel.samples.len())
    }

    /// Read the frame at `position`, which must have one of these numbers, and return the position
    /// after it. The subframes then hold residuals, not yet samples.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        position: usize,
        info: &StreamInfo,
        expected: &[CodedNumber],
    ) -> Result<usize, FlacError> {
        let mut reader = BitReader::new(bytes, position);
        let header = Header::read(&mut reader, bytes, position, info)?;
        if !expected.contains(&header.number) && cfg!(not(fuzzing)) {
            return Err(FlacError::Invalid(
                "frames are missing, or not in their order",
            ));
        }
        if info
            .max_block_size
            .is_some_and(|most| header.block_size > most)
        {
            return Err(FlacError::Invalid(
                "a frame is longer than STREAMINFO allows",
            ));
        }
        self.decorrelation = header.decorrelation;
        self.channels.resize_with(info.channels, Subframe::default);
        for (index, channel) in self.channels.iter_mut().enumerate() {
            // A difference of two channels needs one bit more than they do.
            let is_side = matches!(
                (header.decorrelation, index),
                (Decorrelation::LeftSide | Decorrelation::MidSide, 1)
                    | (Decorrelation::SideRight, 0)
            );
            let bits = info.bits_per_sample + u32::from(is_side);
            channel.read(&mut reader, bits, header.block_size)?;
        }
        reader.align();
        let end = reader.position();
        let matches = reader.read(16)? == u32::from(crc::crc16(&bytes[position..end]));
        if !matches && cfg!(not(fuzzing)) {
            return Err(FlacError::Invalid("the CRC-16 of a frame does not match"));
        }
        Ok(end + 2)
    }

    /// Turn restored subframes into channels: append the wasted bits and undo the decorrelation.
    pub(crate) fn finish(&mut self) {
        for channel in &mut self.channels {
            channel.append_wasted_bits();
        }
        if let [first, second, ..] = self.channels.as_mut_slice() {
            undo(self.decorrelation, &mut first.samples, &mut second.samples);
        }
    }
}

struct Header {
    number: CodedNumber,
    block_size: usize,
    decorrelation: Decorrelation,
}

impl Header {
    fn read(
        reader: &mut BitReader<'_>,
        bytes: &[u8],
        position: usize,
        info: &StreamInfo,
    ) -> Result<Self, FlacError> {
        if reader.read(15)? != 0b111_1111_1111_1100 {
            return Err(FlacError::Invalid(
                "no frame sync code where a frame should begin",
            ));
        }
        // The blocking strategy says what the coded number counts.
        let varying = reader.read(1)? == 1;
        let (size_code, rate_code) = (reader.read(4)?, reader.read(4)?);
        let (channel_code, bits_code) = (reader.read(4)?, reader.read(3)?);
        reader.read(1)?;
        let number = CodedNumber::read(reader, varying)?;
        let block_size = match size_code {
            0 => return Err(FlacError::Invalid("reserved block size")),
            1 => 192,
            2..=5 => 576 << (size_code - 2),
            6 => reader.read(8)? + 1,
            7 => reader.read(16)? + 1,
            _ => 256 << (size_code - 8),
        };
        // The sample rate stands in STREAMINFO too. Here its bytes are only skipped.
        match rate_code {
            12 => reader.read(8)?,
            13 | 14 => reader.read(16)?,
            15 => return Err(FlacError::Invalid("forbidden sample rate")),
            _ => 0,
        };
        let end = reader.position();
        let matches = reader.read(8)? == u32::from(crc::crc8(&bytes[position..end]));
        // A fuzzer cannot guess checksums, and would never get beyond them.
        if !matches && cfg!(not(fuzzing)) {
            return Err(FlacError::Invalid(
                "the CRC-8 of a frame header does not match",
            ));
        }
        let decorrelation = match channel_code {
            8 => Decorrelation::LeftSide,
            9 => Decorrelation::SideRight,
            10 => Decorrelation::MidSide,
            _ => Decorrelation::Independent,
        };
        let channels = match decorrelation {
            Decorrelation::Independent => channel_code as usize + 1,
            _ => 2,
        };
        if channels != info.channels {
            return Err(FlacError::Invalid(
                "a frame's number of channels differs from STREAMINFO",
            ));
        }
        let bits_per_sample = match bits_code {
            0 => info.bits_per_sample,
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            7 => 32,
            _ => return Err(FlacError::Invalid("reserved bits per sample")),
        };
        if bits_per_sample != info.bits_per_sample {
            return Err(FlacError::Invalid(
                "a frame's bits per sample differ from STREAMINFO",
            ));
        }
        Ok(Self {
            number,
            block_size: block_size as usize,
            decorrelation,
        })
    }
}

/// Turn the two subframes of a stereo frame into left and right, in place.
///
/// Left/side and side/right hold one channel and the side channel S = L − R, so the other channel
/// is L − S or S + R. Mid/side holds S and the mean M = ⌊(L + R) / 2⌋, rounded down to an integer.
///
/// L + R and L − R are both even or both odd, since they differ by 2R. So the bit that the rounding
/// took from L + R is the lowest bit of S:
///
/// ```text
/// L + R = 2M + (S & 1)
/// L     = ((L + R) + (L − R)) / 2 = (2M + (S & 1) + S) / 2
/// R     = ((L + R) − (L − R)) / 2 = (2M + (S & 1) − S) / 2
/// ```
///
/// Both sums are even, so the shift that halves them is exact, for negative numbers too. The lowest
/// bit of 2M is 0, so `|` adds S & 1. Left is M + S / 2 only for an even S: with S = 3 and M = 1
/// (L = 3, R = 0), M + ⌊S / 2⌋ gives 2. Additions wrap, since a damaged stream may hold any number.
fn undo<S: Sample>(decorrelation: Decorrelation, first: &mut [S], second: &mut [S]) {
    let decode = |a: i64, b: i64| match decorrelation {
        Decorrelation::Independent => (a, b),
        Decorrelation::LeftSide => (a, a.wrapping_sub(b)),
        Decorrelation::SideRight => (a.wrapping_add(b), b),
        Decorrelation::MidSide => {
            let sum = a << 1 | (b & 1);
            (sum.wrapping_add(b) >> 1, sum.wrapping_sub(b) >> 1)
        }
    };
    for (a, b) in first.iter_mut().zip(second) {
        let (left, right) = decode((*a).into(), (*b).into());
        (*a, *b) = (S::truncated(left), S::truncated(right));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decorrelation_gives_left_and_right_back() {
        for (left, right) in [(3, 0), (0, 3), (-3, 4), (-32_768, 32_767), (7, 7), (-1, 0)] {
            let (side, mid) = (left - right, (left + right) >> 1);
            for (decorrelation, first, second) in [
                (Decorrelation::Independent, left, right),
                (Decorrelation::LeftSide, left, side),
                (Decorrelation::SideRight, side, right),
                (Decorrelation::MidSide, mid, side),
            ] {
                let (mut a, mut b) = ([first], [second]);
                undo(decorrelation, &mut a, &mut b);
                assert_eq!((a, b), ([left], [right]), "{decorrelation:?}");
            }
        }
    }
}
