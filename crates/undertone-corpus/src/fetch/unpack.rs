//! Unpacking the clips of an archive.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::receipt::Clip;
use super::{FetchError, Progress};
use crate::RavdessName;

/// What an archive held.
pub(super) struct Unpacked {
    pub(super) clips: Vec<Clip>,
    pub(super) ignored: Vec<String>,
}

/// Unpacks every `Actor_XX/<RAVDESS name>.wav` of the archive below `out`. A clip that is there
/// with its size is left alone: it is from an interrupted call.
pub(super) fn unpack(
    archive: &File,
    archive_path: &Path,
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Unpacked, FetchError> {
    let broken = |reason: String| FetchError::Archive {
        path: archive_path.to_owned(),
        reason,
    };
    let mut zip =
        ZipArchive::new(BufReader::new(archive)).map_err(|error| broken(error.to_string()))?;
    let Plan { entries, ignored } = plan(&mut zip, archive_path)?;
    if entries.is_empty() {
        return Err(broken("it holds no RAVDESS clip".to_owned()));
    }
    let total = entries.len() as u64;
    let mut clips = Vec::with_capacity(entries.len());
    for (number, (index, clip)) in entries.into_iter().enumerate() {
        let target = out.join(&clip.path);
        if !fs::metadata(&target).is_ok_and(|there| there.is_file() && there.len() == clip.size) {
            let mut entry = zip
                .by_index(index)
                .map_err(|error| broken(error.to_string()))?;
            write_clip(&mut entry, &target, archive_path)?;
        }
        clips.push(clip);
        progress(Progress::Unpacking {
            done: number as u64 + 1,
            total,
        });
    }
    Ok(Unpacked { clips, ignored })
}

/// Which entries to unpack, and where to.
struct Plan {
    entries: Vec<(usize, Clip)>,
    ignored: Vec<String>,
}

/// Looks at every entry before the first is unpacked.
fn plan(zip: &mut ZipArchive<BufReader<&File>>, archive_path: &Path) -> Result<Plan, FetchError> {
    let mut plan = Plan {
        entries: Vec::new(),
        ignored: Vec::new(),
    };
    for index in 0..zip.len() {
        let entry = zip
            .by_index_raw(index)
            .map_err(|error| FetchError::Archive {
                path: archive_path.to_owned(),
                reason: error.to_string(),
            })?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let Some(inside) = entry.enclosed_name() else {
            return Err(FetchError::UnsafeEntry {
                path: archive_path.to_owned(),
                entry: name,
            });
        };
        match clip_path(&inside) {
            _ if entry.is_dir() => {}
            Some(path) if entry.is_file() => {
                plan.entries.push((
                    index,
                    Clip {
                        path,
                        size: entry.size(),
                    },
                ));
            }
            _ => plan.ignored.push(name),
        }
    }
    Ok(plan)
}

/// Where an entry belongs: `Actor_XX/<RAVDESS name>.wav`, if that is what it is.
fn clip_path(inside: &Path) -> Option<PathBuf> {
    let file_name = inside.file_name()?.to_str()?;
    let name: RavdessName = file_name.strip_suffix(".wav")?.parse().ok()?;
    let path = PathBuf::from(format!("Actor_{}", name.speaker())).join(format!("{name}.wav"));
    inside.ends_with(&path).then_some(path)
}

/// Writes a clip beside its place and moves it there when it's whole.
fn write_clip(
    entry: &mut impl io::Read,
    target: &Path,
    archive_path: &Path,
) -> Result<(), FetchError> {
    let folder = target.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).map_err(FetchError::io("create the folder", folder))?;
    let unfinished = target.with_extension("wav.part");
    let mut file =
        File::create(&unfinished).map_err(FetchError::io("write the clip", &unfinished))?;
    io::copy(entry, &mut file).map_err(|reason| match reason.kind() {
        // What the zip reader says about a damaged entry; everything else is the disk's.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            FetchError::Archive {
                path: archive_path.to_owned(),
                reason: reason.to_string(),
            }
        }
        _ => FetchError::Io {
            action: "write the clip",
            path: unfinished.clone(),
            reason,
        },
    })?;
    drop(file);
    fs::rename(&unfinished, target).map_err(FetchError::io("write the clip", target))
}
