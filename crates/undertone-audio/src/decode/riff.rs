//! The chunks of RIFF, RIFX, RF64, BW64, AIFF and Sony Wave64 files.
//!
//! The reader uses only the sizes of the chunks. It ignores the size in the header of the file,
//! which many programs leave wrong.

use super::pcm::Endian;
use crate::recording::DecodeWarning;

/// A kind of container of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RIFF, and RF64 and BW64, which state sizes above 4 GiB elsewhere.
    Riff,
    /// RIFF with the highest byte first, and AIFF.
    Rifx,
    /// Sony Wave64: names of 16 bytes, sizes of 8.
    Wave64,
}

/// The size that RF64 writes where the chunk `ds64` has the real one.
const IN_DS64: u64 = 0xffff_ffff;
/// The names of Wave64 chunks end like this, except that of the file.
const WAVE64_SUFFIX: [u8; 12] = [
    0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a,
];

/// Sizes from here on are not meant: programs that write to a pipe leave them (0x40000000,
/// 0x7FFFF000, 0x80000000, 0xFFFFFFFF and others).
const NOT_MEANT: u64 = 0x3fff_0000;
/// The most bytes by which a size that counts its header is too large.
const HEADER_LEN: u64 = 128;

/// One chunk of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) id: [u8; 4],
    /// The size that its header states.
    pub(super) size: u64,
    /// The rest of the file after its header.
    pub(super) rest: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Return the content, or `None` if it reaches beyond the end of the file.
    pub(super) fn content(&self) -> Option<&'a [u8]> {
        self.rest.get(..usize::try_from(self.size).ok()?)
    }

    /// Return the audio of the chunk, and a warning if the file looks cut.
    ///
    /// A program that writes to a pipe cannot go back to fill in the size, and leaves one beyond
    /// the end of any file. Then the audio continues to the end of the file. It also does where
    /// the file holds less than the size says.
    pub(super) fn extent(&self) -> (&'a [u8], Option<DecodeWarning>) {
        if let Some(content) = self.content() {
            return (content, None);
        }
        let (promised, found) = (self.size, self.rest.len() as u64);
        let meant = promised < NOT_MEANT && promised > found + HEADER_LEN;
        let warning = meant.then_some(DecodeWarning::Cut { promised, found });
        (self.rest, warning)
    }
}

/// Iterates over the chunks of a file. It ends where no further chunk begins.
#[derive(Debug, Clone)]
pub(super) struct Chunks<'a> {
    kind: Kind,
    /// The file from the next chunk on.
    left: &'a [u8],
    /// The size of the data that `ds64` states.
    data_size: Option<u64>,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(kind: Kind, file: &'a [u8]) -> Self {
        let header = if kind == Kind::Wave64 { 40 } else { 12 };
        Self {
            kind,
            left: file.get(header..).unwrap_or_default(),
            data_size: None,
        }
    }

    pub(super) fn endian(&self) -> Endian {
        match self.kind {
            Kind::Rifx => Endian::Big,
            Kind::Riff | Kind::Wave64 => Endian::Little,
        }
    }

    fn parse(&self) -> Option<Chunk<'a>> {
        if self.kind == Kind::Wave64 {
            let (name, rest) = self.left.split_first_chunk::<16>()?;
            let (size, rest) = rest.split_first_chunk::<8>()?;
            let [a, b, c, d, suffix @ ..] = *name;
            return (suffix == WAVE64_SUFFIX).then_some(Chunk {
                id: [a, b, c, d],
                // The size counts the header.
                size: u64::from_le_bytes(*size).saturating_sub(24),
                rest,
            });
        }
        let (id, rest) = self.left.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let size = match self.endian() {
            Endian::Little => u32::from_le_bytes(*size),
            Endian::Big => u32::from_be_bytes(*size),
        };
        let size = match (u64::from(size), self.data_size) {
            (IN_DS64, Some(data_size)) if id == b"data" => data_size,
            (size, _) => size,
        };
        Some(Chunk {
            id: *id,
            size,
            rest,
        })
    }

    /// Return the rest after a chunk. Chunks begin at even positions (in Wave64, at multiples of
    /// 8), but some programs do not fill up an odd one.
    fn after(&self, chunk: &Chunk<'a>) -> &'a [u8] {
        let Some(content) = chunk.content() else {
            return &[];
        };
        let after = &chunk.rest[content.len()..];
        let unit = if self.kind == Kind::Wave64 { 8 } else { 2 };
        let filler = content.len().next_multiple_of(unit) - content.len();
        let padded = after.get(filler..).unwrap_or_default();
        if filler == 1 && !begins_with_id(padded) && begins_with_id(after) {
            return after;
        }
        padded
    }

    /// Return whether the rest of the file is whole chunks with well-formed names, at least one.
    /// A single byte may follow.
    pub(super) fn are_well_formed(&self) -> bool {
        let mut chunks = self.clone();
        let mut count = 0;
        for chunk in chunks.by_ref() {
            if !begins_with_id(&chunk.id) || chunk.content().is_none() {
                return false;
            }
            count += 1;
        }
        count > 0 && chunks.left.len() <= 1
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let chunk = self.parse()?;
        self.left = self.after(&chunk);
        if &chunk.id == b"ds64"
            && let Some(size) = chunk.rest.get(8..16).and_then(|it| it.first_chunk())
        {
            self.data_size = Some(u64::from_le_bytes(*size));
        }
        Some(chunk)
    }
}

fn begins_with_id(bytes: &[u8]) -> bool {
    bytes
        .first_chunk::<4>()
        .is_some_and(|id| id.iter().all(|byte| (b' '..=b'~').contains(byte)))
}
