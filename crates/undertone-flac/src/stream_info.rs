//! The metadata blocks before the first frame.

use crate::error::FlacError;

pub(crate) const SIGNATURE: &[u8] = b"fLaC";
const BLOCK_HEADER_LEN: usize = 4;
const STREAMINFO: u8 = 0;
const STREAMINFO_LEN: usize = 34;

/// The parameters of a stream, from its STREAMINFO metadata block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamInfo {
    /// Sample rate in Hz, 0 to 1 048 575. The decoder does not check it.
    pub sample_rate: u32,
    /// Number of channels, 1 to 8.
    pub channels: usize,
    /// Bits of one sample, 4 to 32.
    pub bits_per_sample: u32,
    /// Most samples per channel in one block, or `None` if the encoder did not know.
    pub max_block_size: Option<usize>,
    /// Samples per channel in the whole stream, or `None` if the encoder did not know.
    pub total_samples: Option<u64>,
}

impl StreamInfo {
    /// Read the metadata blocks of a stream. Return its parameters and the position of the first
    /// frame.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, usize), FlacError> {
        if !bytes.starts_with(SIGNATURE) {
            return Err(FlacError::NotFlac);
        }
        let mut position = SIGNATURE.len();
        let mut info = None;
        loop {
            let (header, rest) = bytes[position..]
                .split_first_chunk::<BLOCK_HEADER_LEN>()
                .ok_or(FlacError::Truncated)?;
            let (is_last, block_type) = (header[0] & 0x80 != 0, header[0] & 0x7f);
            let len = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
            let block = rest.get(..len).ok_or(FlacError::Truncated)?;
            position += BLOCK_HEADER_LEN + len;
            if block_type == STREAMINFO && info.is_none() {
                info = Some(Self::parse(block)?);
            }
            if is_last {
                let info = info.ok_or(FlacError::Invalid("no STREAMINFO block"))?;
                return Ok((info, position));
            }
        }
    }

    fn parse(block: &[u8]) -> Result<Self, FlacError> {
        let block: &[u8; STREAMINFO_LEN] = block
            .try_into()
            .map_err(|_| FlacError::Invalid("the STREAMINFO block has the wrong length"))?;
        // Sample rate (20 bits), channels - 1 (3), bits per sample - 1 (5), total samples (36).
        let packed = block[10..18]
            .iter()
            .fold(0_u64, |packed, byte| packed << 8 | u64::from(*byte));
        let bits_per_sample = (packed >> 36 & 0x1f) as u32 + 1;
        if bits_per_sample < 4 {
            return Err(FlacError::Invalid("fewer than 4 bits per sample"));
        }
        let total_samples = packed & 0xf_ffff_ffff;
        let max_block_size = usize::from(u16::from_be_bytes([block[2], block[3]]));
        Ok(Self {
            sample_rate: (packed >> 44) as u32,
            channels: (packed >> 41 & 7) as usize + 1,
            bits_per_sample,
            max_block_size: (max_block_size > 0).then_some(max_block_size),
            total_samples: (total_samples > 0).then_some(total_samples),
        })
    }
}
