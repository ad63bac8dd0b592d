//! Unpacking the clips of an archive.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, File};
use zip::ZipArchive;

use super::Archive;
use super::error::ArchiveError;
use super::receipt::Clip;
use crate::progress::{Progress, Step};

/// The contents of an archive.
pub(super) struct Unpacked {
    pub(super) clips: Vec<Clip>,
    /// Entries that are not clips.
    pub(super) ignored: Vec<String>,
}

/// Unpack every entry for which `clip_path` returns a place below `out`. A clip that is there with
/// its size and checksum is not written again: an interrupted call wrote it.
pub(super) fn unpack(
    archive: &Archive,
    file: &File,
    out: &Path,
    clip_path: &dyn Fn(&Path) -> Option<PathBuf>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Unpacked, ArchiveError> {
    let broken = |reason: String| ArchiveError::Unpack {
        path: file.path().to_owned(),
        reason,
    };
    let mut zip =
        ZipArchive::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let Plan { entries, ignored } = plan(&mut zip, file.path(), clip_path)?;
    if entries.is_empty() {
        return Err(broken("it holds no clips of the corpus".to_owned()));
    }
    let total = entries.len() as u64;
    let mut clips = Vec::with_capacity(entries.len());
    for (number, (index, clip)) in entries.into_iter().enumerate() {
        let target = out.join(&clip.path);
        if !clip.is_in(out) {
            let mut entry = zip
                .by_index(index)
                .map_err(|error| broken(error.to_string()))?;
            write_clip(&mut entry, &target).map_err(|error| match error.kind() {
                // The zip reader's errors about a damaged entry. All others are the disk's.
                io::ErrorKind::InvalidData
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::UnexpectedEof => broken(error.to_string()),
                _ => error.into(),
            })?;
        }
        clips.push(clip);
        progress(Progress {
            step: Step::Unpacking,
            file: &archive.file_name,
            done: number as u64 + 1,
            total,
        });
    }
    Ok(Unpacked { clips, ignored })
}

/// The entries to unpack.
struct Plan {
    entries: Vec<(usize, Clip)>,
    ignored: Vec<String>,
}

/// Check every entry before the first one is unpacked.
fn plan(
    zip: &mut ZipArchive<BufReader<&File>>,
    archive_path: &Path,
    clip_path: &dyn Fn(&Path) -> Option<PathBuf>,
) -> Result<Plan, ArchiveError> {
    let mut plan = Plan {
        entries: Vec::new(),
        ignored: Vec::new(),
    };
    for index in 0..zip.len() {
        let entry = zip
            .by_index_raw(index)
            .map_err(|error| ArchiveError::Unpack {
                path: archive_path.to_owned(),
                reason: error.to_string(),
            })?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let Some(inside) = entry.enclosed_name() else {
            return Err(ArchiveError::UnsafeEntry {
                path: archive_path.to_owned(),
                entry: name,
            });
        };
        match clip_path(&inside) {
            _ if entry.is_dir() => {}
            Some(path) if entry.is_file() => {
                let clip = Clip {
                    path,
                    size: entry.size(),
                    crc32: Some(entry.crc32()),
                };
                plan.entries.push((index, clip));
            }
            _ => plan.ignored.push(name),
        }
    }
    Ok(plan)
}

/// Write a clip beside its place and move it there when it is complete.
fn write_clip(entry: &mut impl io::Read, target: &Path) -> io::Result<()> {
    fs::create_dir_all(target.parent().unwrap_or(Path::new("")))?;
    let unfinished = target.with_extension("wav.part");
    let mut file = File::create(&unfinished)?;
    io::copy(entry, &mut file)?;
    drop(file);
    fs::rename(&unfinished, target)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use undertone_fuzz::Fuzz;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;
    use crate::ALLOCATOR;

    fn zip(compression: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(compression);
        for name in ["Actor_01/a.wav", "Actor_02/b.wav", "notes.txt"] {
            writer.start_file(name, options).unwrap();
            writer.write_all(&name.repeat(20).into_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn mutated_archives_are_refused_or_unpacked_below_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clips.zip");
        let outer = folder.path().join("outer");
        let out = outer.join("out");
        let fuzz = Fuzz {
            tokens: &[
                "PK\u{1}\u{2}",
                "PK\u{3}\u{4}",
                "PK\u{5}\u{6}",
                "../",
                "/",
                "\0",
            ],
            // The buffers of the file and of the decompressor.
            allowance: 256 << 10,
            ..Fuzz::new(
                "archives",
                vec![
                    zip(CompressionMethod::Stored),
                    zip(CompressionMethod::Deflated),
                ],
            )
        };
        let archive = Archive::ravdess();
        let clip_path = |inside: &Path| {
            let is_clip = inside.extension().is_some_and(|ending| ending == "wav");
            is_clip.then(|| inside.to_owned())
        };
        fuzz.run(&ALLOCATOR, |input| {
            fs::write(&path, input).unwrap();
            fs::create_dir_all(&out).unwrap();
            let file = File::open(&path).unwrap();
            let unpacked = unpack(&archive, &file, &out, &clip_path, &mut |_| {});
            let beside = fs::read_dir(&outer).unwrap().count();
            assert_eq!(beside, 1, "something is outside the folder");
            fs::remove_dir_all(&outer).unwrap();
            unpacked.is_ok()
        });
    }
}
