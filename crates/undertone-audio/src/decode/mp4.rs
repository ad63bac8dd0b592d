//! What the boxes of an MP4 file say that symphonia does not read: the edit list, which tells what
//! the encoder added, and the names of codecs.
//!
//! A box is 4 bytes of size, 4 of name, and its content (ISO/IEC 14496-12).

/// The part of a track that belongs to the recording, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: u64,
    pub(super) length: Option<u64>,
}

/// Return the edit of the track with this id, whose samples have this rate.
pub(super) fn edit_of_track(file: &[u8], track_id: u32, rate: u32) -> Option<Edit> {
    let movie = find(file, *b"moov")?;
    let track = boxes(movie)
        .filter(|(name, _)| name == b"trak")
        .map(|(_, track)| track)
        .find(|track| id_of(track) == Some(track_id))?;
    from_edit_list(movie, track, rate).or_else(|| from_itunes(movie))
}

/// Return the four letters of the codec of the first track of sound.
pub(super) fn codec(file: &[u8]) -> Option<[u8; 4]> {
    let sound = |media: &&[u8]| {
        let handler = find(media, *b"hdlr").and_then(|handler| handler.get(8..12));
        handler == Some(b"soun")
    };
    boxes(find(file, *b"moov")?)
        .filter(|(name, _)| name == b"trak")
        .filter_map(|(_, track)| find(track, *b"mdia"))
        .find(sound)
        .and_then(|media| find(find(find(media, *b"minf")?, *b"stbl")?, *b"stsd"))
        // The list of descriptions has a version and a count before it.
        .and_then(|descriptions| boxes(descriptions.get(8..)?).next())
        .map(|(name, _)| name)
}

fn from_edit_list(movie: &[u8], track: &[u8], rate: u32) -> Option<Edit> {
    let media = find(find(track, *b"mdia")?, *b"mdhd")?;
    let list = find(find(track, *b"edts")?, *b"elst")?;
    let wide = list.first()? == &1;
    let entry_len = if wide { 20 } else { 12 };
    // Edits before the first one with a time of its own are pauses.
    let (duration, time) = list
        .get(8..)?
        .chunks_exact(entry_len)
        .filter_map(|entry| {
            if wide {
                let time = i64::try_from(u64_at(entry, 8)?);
                Some((u64_at(entry, 0)?, time.ok()))
            } else {
                let time = i32::try_from(u32_at(entry, 4)?).ok();
                Some((u64::from(u32_at(entry, 0)?), time.map(i64::from)))
            }
        })
        .find_map(|(duration, time)| Some((duration, time?)))?;
    let start = in_samples(time as u64, timescale(media)?, rate)?;
    let length = in_samples(duration, timescale(find(movie, *b"mvhd")?)?, rate)?;
    Some(Edit {
        start,
        // A file that was written in pieces does not know its length.
        length: (length > 0).then_some(length),
    })
}

/// Return what iTunes writes instead of an edit list: a comment with numbers in hexadecimal. The
/// second is the number of samples at the start, the fourth the length.
fn from_itunes(movie: &[u8]) -> Option<Edit> {
    let name = b"iTunSMPB";
    let at = movie.windows(name.len()).position(|it| it == name)?;
    let text = movie.get(at + name.len() + 16..)?;
    let mut numbers = text
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .map(|word| u64::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok());
    let (_, start, _, length) = (
        numbers.next()?,
        numbers.next()??,
        numbers.next()?,
        numbers.next()??,
    );
    Some(Edit {
        start,
        length: (length > 0).then_some(length),
    })
}

/// Convert a time to samples and round up.
fn in_samples(time: u64, timescale: u32, rate: u32) -> Option<u64> {
    let scaled = u128::from(time) * u128::from(rate);
    u64::try_from(scaled.div_ceil(u128::from(timescale.max(1)))).ok()
}

/// Return the units of a second, from the content of `mvhd` or `mdhd`.
fn timescale(header: &[u8]) -> Option<u32> {
    u32_at(header, if header.first()? == &1 { 20 } else { 12 })
}

fn id_of(track: &[u8]) -> Option<u32> {
    let header = find(track, *b"tkhd")?;
    u32_at(header, if header.first()? == &1 { 20 } else { 12 })
}

/// Return the content of the first box of this name.
fn find(bytes: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    boxes(bytes)
        .find(|(found, _)| *found == name)
        .map(|(_, content)| content)
}

/// Iterate over names and contents of boxes. A box that reaches beyond the end is the last one.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = u32_at(bytes, 0)?;
        let name = *bytes.get(4..)?.first_chunk()?;
        let (header, size) = match size {
            0 => (8, bytes.len()),
            1 => (16, usize::try_from(u64_at(bytes, 8)?).ok()?),
            size => (8, size as usize),
        };
        let end = size.max(header).min(bytes.len());
        let content = bytes.get(header..end)?;
        bytes = &bytes[end..];
        Some((name, content))
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = (content.len() as u32 + 8).to_be_bytes().to_vec();
        bytes.extend(name);
        bytes.extend(content);
        bytes
    }

    fn header(name: &[u8; 4], number: u32) -> Vec<u8> {
        let mut content = vec![0; 12];
        content.extend(number.to_be_bytes());
        boxed(name, &content)
    }

    fn file(list: &[u32]) -> Vec<u8> {
        let mut content = vec![0; 4];
        content.extend((list.len() as u32 / 3).to_be_bytes());
        content.extend(list.iter().flat_map(|number| number.to_be_bytes()));
        let mut track = header(b"tkhd", 7);
        track.extend(boxed(b"edts", &boxed(b"elst", &content)));
        track.extend(boxed(b"mdia", &header(b"mdhd", 16_000)));
        let mut movie = header(b"mvhd", 1_000);
        movie.extend(boxed(b"trak", &track));
        let mut file = boxed(b"ftyp", b"M4A ");
        file.extend(boxed(b"moov", &movie));
        file
    }

    #[test]
    fn times_become_samples() {
        let edit = |list: &[u32]| edit_of_track(&file(list), 7, 48_000);
        let expected = |start, length| Some(Edit { start, length });
        assert_eq!(
            edit(&[1_000, 1_024, 1 << 16]),
            expected(3_072, Some(48_000))
        );
        assert_eq!(edit(&[0, 1_024, 1 << 16]), expected(3_072, None));
        // A pause comes first.
        assert_eq!(
            edit(&[20, u32::MAX, 1 << 16, 1_000, 160, 1 << 16]),
            expected(480, Some(48_000))
        );
        assert_eq!(edit(&[]), None);
        assert_eq!(edit_of_track(&file(&[1, 1, 1]), 8, 48_000), None);
    }

    #[test]
    fn a_cut_file_gives_no_edit_or_the_same() {
        let whole = file(&[1_000, 1_024, 1 << 16]);
        let edit = edit_of_track(&whole, 7, 16_000);
        for len in 0..whole.len() {
            let found = edit_of_track(&whole[..len], 7, 16_000);
            assert!(found.is_none() || found == edit, "{len}: {found:?}");
        }
    }
}
