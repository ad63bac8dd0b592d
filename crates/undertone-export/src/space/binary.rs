//! The program that a Space runs, and its requirements of the image.

use std::fs;
use std::path::Path;

use object::Endianness;
use object::elf::{DT_NEEDED, EM_AARCH64, EM_X86_64, FileHeader64};
use object::read::elf::{Dyn, FileHeader};
use thiserror::Error;

/// Base images and their version of glibc (2.x), the oldest first.
const IMAGES: [(&str, u32); 2] = [("debian:bookworm-slim", 36), ("debian:trixie-slim", 41)];
/// The shared libraries of these images that a program may need.
const LIBRARIES: [&str; 8] = [
    "libc.so.",
    "libm.so.",
    "libdl.so.",
    "librt.so.",
    "libpthread.so.",
    "libgcc_s.so.",
    "ld-linux-x86-64.so.",
    "ld-linux-aarch64.so.",
];
/// The prefix of the glibc versions that a program needs.
const GLIBC: &str = "GLIBC_2.";

/// Bytes that every `undertone` contains: the beginning of the Dockerfile that it writes.
pub(super) const MARK: &[u8] = b"# Written by `undertone export --to space`.";

/// A program that can run in a Space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binary {
    base: &'static str,
}

/// Why a program cannot run in a Space.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BinaryError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The path is a device, a pipe or a folder.
    #[error("not a file")]
    NoFile,
    /// The program is for another system.
    #[error(
        "no 64-bit Linux program for x86_64 or aarch64, which a container needs: give one with \
         --binary"
    )]
    NotLinux,
    /// It is another program, or a packed one.
    #[error("not an `undertone` that can export Spaces itself: give one with --binary")]
    NotUndertone,
    /// The program is damaged.
    #[error("damaged: {0}")]
    Damaged(#[from] object::Error),
    /// The program needs a library that no image has.
    #[error(
        "needs the shared library {0}, which a small image does not have: give one built without \
         GPU features with --binary"
    )]
    Library(String),
    /// The program was built on a newer system than the newest image.
    #[error(
        "needs glibc 2.{needed}; the newest image, {newest}, has 2.{has}: build it on an older \
         system, and give it with --binary"
    )]
    Glibc {
        /// The required version, 2.x.
        needed: u32,
        /// The newest image.
        newest: &'static str,
        /// The image's version, 2.x.
        has: u32,
    },
}

impl Binary {
    /// Read a program's requirements.
    ///
    /// # Errors
    /// If a Linux container cannot run the program.
    pub fn read(path: &Path) -> Result<Self, BinaryError> {
        if !fs::metadata(path)?.is_file() {
            return Err(BinaryError::NoFile);
        }
        let bytes = fs::read(path)?;
        let needs = Needs::of(&bytes)?;
        if !bytes.windows(MARK.len()).any(|part| part == MARK) {
            return Err(BinaryError::NotUndertone);
        }
        let is_there = |library: &&String| LIBRARIES.iter().any(|own| library.starts_with(own));
        if let Some(library) = needs.libraries.iter().find(|library| !is_there(library)) {
            return Err(BinaryError::Library(library.clone()));
        }
        let [.., (newest, has)] = IMAGES;
        let fits = |(_, glibc): &&(&str, u32)| *glibc >= needs.glibc;
        match IMAGES.iter().find(fits) {
            Some((base, _)) => Ok(Self { base }),
            None => Err(BinaryError::Glibc {
                needed: needs.glibc,
                newest,
                has,
            }),
        }
    }

    /// Return the name of the oldest base image that can run the program.
    pub fn base_image(self) -> &'static str {
        self.base
    }
}

/// A program's requirements of the system.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs {
    libraries: Vec<String>,
    /// The `x` of glibc 2.x; 0 for a program without glibc.
    glibc: u32,
}

impl Needs {
    fn of(bytes: &[u8]) -> Result<Self, BinaryError> {
        let header = FileHeader64::<Endianness>::parse(bytes).map_err(|_| BinaryError::NotLinux)?;
        let endian = header.endian().map_err(|_| BinaryError::NotLinux)?;
        if ![EM_X86_64, EM_AARCH64].contains(&header.e_machine(endian)) {
            return Err(BinaryError::NotLinux);
        }
        let sections = header.sections(endian, bytes)?;
        let mut needs = Self::default();
        if let Some((entries, strings)) = sections.dynamic(endian, bytes)? {
            let strings = sections.strings(endian, bytes, strings)?;
            for entry in entries {
                if entry.d_tag(endian) == DT_NEEDED {
                    let name = entry.string(endian, strings)?;
                    needs.libraries.push(String::from_utf8_lossy(name).into());
                }
            }
        }
        if let Some((mut libraries, strings)) = sections.gnu_verneed(endian, bytes)? {
            let strings = sections.strings(endian, bytes, strings)?;
            while let Some((_, mut versions)) = libraries.next()? {
                while let Some(version) = versions.next()? {
                    let name = String::from_utf8_lossy(version.name(endian, strings)?);
                    // `GLIBC_2.2.5` counts as 2.
                    let minor = name.strip_prefix(GLIBC).map(|rest| rest.split('.').next());
                    let minor = minor.flatten().and_then(|minor| minor.parse().ok());
                    needs.glibc = needs.glibc.max(minor.unwrap_or(0));
                }
            }
        }
        Ok(needs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_linux_program_is_refused() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = folder.path().join("program");
        for bytes in [
            &b""[..],
            b"MZ\x90\x00",
            b"#!/bin/sh\n",
            b"\x7fELF\x02\x01\x01",
        ] {
            fs::write(&path, bytes).unwrap_or_else(|error| panic!("{error}"));
            assert!(matches!(Binary::read(&path), Err(BinaryError::NotLinux)));
        }
        for path in [folder.path(), Path::new("/dev/zero")] {
            assert!(matches!(
                Binary::read(path),
                Err(BinaryError::NoFile | BinaryError::Io(_))
            ));
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn another_program_is_refused() {
        match Binary::read(Path::new("/bin/cat")) {
            Err(BinaryError::Io(error)) => println!("skipped: /bin/cat: {error}"),
            found => assert!(matches!(found, Err(BinaryError::NotUndertone)), "{found:?}"),
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn the_running_program_needs_glibc() {
        let bytes = std::env::current_exe().and_then(fs::read);
        let needs = Needs::of(&bytes.unwrap_or_default()).unwrap_or_default();
        assert!(needs.glibc >= 17, "{needs:?}");
        assert!(
            needs
                .libraries
                .iter()
                .any(|name| name.starts_with("libc.so"))
        );
    }
}
