//! The bytes of a file: in memory, or mapped into it.

#[cfg(feature = "fs")]
use std::fs::File;
#[cfg(feature = "fs")]
use std::io;
#[cfg(feature = "fs")]
use std::io::{Read, Write};

#[cfg(feature = "fs")]
use memmap2::Mmap;
#[cfg(all(feature = "fs", unix))]
use memmap2::UncheckedAdvice;

use crate::decode::Content;

/// The bytes of a file.
pub(super) enum SourceBytes {
    Memory(Box<dyn Content>),
    #[cfg(feature = "fs")]
    Mapped(Mmap),
}

impl SourceBytes {
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => (**bytes).as_ref(),
            #[cfg(feature = "fs")]
            Self::Mapped(map) => map,
        }
    }

    /// Give the memory of mapped bytes back to the system, where it takes it (Unix). They are read
    /// again when they are needed.
    pub(super) fn release(&self) {
        #[cfg(all(feature = "fs", unix))]
        if let Self::Mapped(map) = self {
            // SAFETY: the map is read-only, never written to and backed by a file, so a page that
            // is dropped comes back from the file with the same bytes.
            #[allow(unsafe_code)]
            let released = unsafe { map.unchecked_advise(UncheckedAdvice::DontNeed) };
            // Otherwise more memory stays in use, and nothing else changes.
            drop(released);
        }
    }
}

#[cfg(feature = "fs")]
impl SourceBytes {
    /// Files up to this size are read into memory, in bytes.
    pub(super) const IN_MEMORY: u64 = 16 << 20;

    /// Map a file into memory.
    pub(super) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the bytes are only read. Another program that writes to the file changes what is
        // decoded, which the decoders stand as they stand any damaged file, and one that shortens
        // it ends this process with a signal, which `Source::open` documents.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(file)? };
        Ok(Self::Mapped(map))
    }

    /// Hold what was read so far and the rest of `reader`: in memory if it is small, else in a
    /// temporary file that has no name and that nobody else can shorten.
    pub(super) fn spool(mut begun: Vec<u8>, mut reader: impl Read) -> io::Result<Self> {
        let rest = Self::IN_MEMORY.saturating_sub(begun.len() as u64);
        reader.by_ref().take(rest).read_to_end(&mut begun)?;
        if (begun.len() as u64) < Self::IN_MEMORY {
            return Ok(Self::Memory(Box::new(begun)));
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(&begun)?;
        drop(begun);
        io::copy(&mut reader, &mut file)?;
        Self::map(&file)
    }
}
