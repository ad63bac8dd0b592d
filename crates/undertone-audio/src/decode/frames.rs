//! Streams of frames without a container: finding the first frame, and finding the next one after
//! something else.

use std::ops::Range;

/// The header at the start of a frame.
pub(super) trait FrameHeader: Copy {
    /// The most bytes of a header.
    const MAX_LEN: usize;

    /// Return the header that `bytes` begin with.
    fn parse(bytes: &[u8]) -> Option<Self>;

    /// Return the number of bytes of the frame, with its header.
    fn frame_len(&self) -> usize;

    /// Return whether both headers can belong to one stream.
    fn same_stream(&self, other: &Self) -> bool;
}

/// Iterates over all whole frames of a stream.
///
/// In the middle of a stream, the next frame follows the last one. Anywhere else, two consistent
/// headers at the right distance are needed, or a frame that ends where the bytes end.
pub(super) struct Frames<'a, H> {
    bytes: &'a [u8],
    at: usize,
    /// The header of the last frame, and where it ends.
    last: Option<(H, usize)>,
    /// Bytes between the frames so far that belong to no frame and no tag.
    pub(super) skipped: u64,
}

pub(super) struct Frame<H> {
    pub(super) header: H,
    pub(super) range: Range<usize>,
    /// Whether something else is before it, so that it may lack what it refers to.
    pub(super) fresh: bool,
}

impl<'a, H: FrameHeader> Frames<'a, H> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            last: None,
            skipped: 0,
        }
    }
}

impl<H: FrameHeader> Iterator for Frames<'_, H> {
    type Item = Frame<H>;

    fn next(&mut self) -> Option<Frame<H>> {
        let bytes = self.bytes;
        while self.at < bytes.len() {
            let at = self.at;
            let following = self.last.and_then(|(last, end)| {
                let header = H::parse(&bytes[at..])?;
                (end == at && header.same_stream(&last)).then_some((at, header))
            });
            let fresh = following.is_none();
            let (start, header) = following.or_else(|| find(bytes, skip_tags(bytes, at)))?;
            if self.last.is_some() {
                self.skipped += (start - skip_tags(bytes, at).min(start)) as u64;
            }
            let range = start..start + header.frame_len();
            self.at = range.end;
            if range.end <= bytes.len() {
                self.last = Some((header, range.end));
                return Some(Frame {
                    header,
                    range,
                    fresh,
                });
            }
        }
        None
    }
}

/// Return whether a stream begins in `head`, with three consistent headers, or fewer if `head` ends
/// before.
pub(super) fn begins_in<H: FrameHeader>(head: &[u8]) -> bool {
    let mut from = 0;
    while let Some((start, header)) = find::<H>(head, from) {
        let second = start + header.frame_len();
        let third = head
            .get(second..)
            .and_then(H::parse)
            .map(|header| second + header.frame_len());
        let consistent = third.is_none_or(|third| {
            third + H::MAX_LEN > head.len()
                || H::parse(&head[third..]).is_some_and(|it| it.same_stream(&header))
        });
        if consistent {
            return true;
        }
        from = start + 1;
    }
    false
}

/// Return the first position from `from` on where a frame begins, and its header.
fn find<H: FrameHeader>(bytes: &[u8], from: usize) -> Option<(usize, H)> {
    (from..bytes.len()).find_map(|start| {
        if bytes[start] != 0xff {
            return None;
        }
        let header = H::parse(&bytes[start..])?;
        let end = start + header.frame_len();
        let confirmed = match bytes.get(end..) {
            Some([]) => true,
            Some(next) => H::parse(next).is_some_and(|next| next.same_stream(&header)),
            None => false,
        };
        confirmed.then_some((start, header))
    })
}

/// Return the position after all tags at `at`.
fn skip_tags(bytes: &[u8], mut at: usize) -> usize {
    while let Some(len) = bytes.get(at..).and_then(tag_len) {
        at = (at + len).min(bytes.len());
    }
    at
}

/// Return the length of the tag that `bytes` begin with.
fn tag_len(bytes: &[u8]) -> Option<usize> {
    match bytes {
        // A tag that is cut before its length is no tag: a length of 0 would not end.
        [b'I', b'D', b'3', ..] => Some(id3_len(bytes)).filter(|len| *len > 0),
        [b'T', b'A', b'G', ..] => Some(128),
        [
            b'A',
            b'P',
            b'E',
            b'T',
            b'A',
            b'G',
            b'E',
            b'X',
            _,
            _,
            _,
            _,
            a,
            b,
            c,
            d,
            ..,
        ] => {
            // The size leaves out the header, and counts the footer.
            Some(32 + u32::from_le_bytes([*a, *b, *c, *d]) as usize)
        }
        _ => None,
    }
}

/// Return the length of an ID3v2 tag at the start of `bytes`, or 0 if there is none.
pub(super) fn id3_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] => {
            let size = [a, b, c, d]
                .iter()
                .fold(0, |size, byte| size << 7 | (**byte & 0x7f) as usize);
            let footer = if flags & 0x10 != 0 { 10 } else { 0 };
            10 + size + footer
        }
        _ => 0,
    }
}
