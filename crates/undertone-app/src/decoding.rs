//! From the bytes of a recording to its samples: on threads of their own, a few at once, and in
//! memory that is reserved before it is used.
//!
//! All that a decoding needs goes with it, so that it is bounded as well when its client has left:
//! a thread that has begun cannot be stopped.

use std::sync::Arc;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use undertone_audio::{DecodeOptions, Recording, decode_bytes_announced};

use crate::analysis::Warning;
use crate::memory::{Room, Taken};
use crate::picture::{self, Picture};
use crate::problem::{Kind, Problem};
use crate::settings::Limits;

/// Decodings at one time for each processor: with one, two long recordings would keep all short
/// ones waiting.
const PER_PROCESSOR: usize = 2;
/// Highest rate that is decoded, in Hz.
const HIGHEST_RATE: f64 = 192_000.0;
/// A recording whose level never differs by more than this (-80 dB) from its mean has no sound.
const SILENCE: f64 = 1e-4;
/// A recording whose level is below this (-50 dB) is hardly louder than a quiet room.
const QUIET_RMS: f64 = 3e-3;
/// Samples at full scale, as a share of all, from which on a recording counts as clipped.
const CLIPPED_SHARE: f64 = 1e-3;
/// Less sound than this, in seconds, says nothing.
const SHORTEST_SECONDS: f64 = 0.1;

/// Leave to decode, and the memory for it.
#[derive(Debug)]
pub(crate) struct Decoding {
    threads: Arc<Semaphore>,
    room: Room,
    options: DecodeOptions,
}

/// A decoded recording and what was found out about it.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) recording: Recording,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) picture: Option<Picture>,
    /// What the samples take.
    pub(crate) taken: Taken,
}

impl Decoding {
    pub(crate) fn new(limits: &Limits) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let options = DecodeOptions {
            max_seconds: limits.max_seconds,
        };
        // Whatever is allowed can be decoded, if alone.
        let largest = needed((limits.max_seconds * HIGHEST_RATE) as u64, true, &options);
        Self {
            threads: Arc::new(Semaphore::new(PER_PROCESSOR * processors)),
            room: Room::new(largest.max(limits.decoded as u64)),
            options,
        }
    }

    /// Decodes a recording and looks at it.
    pub(crate) async fn decode(&self, bytes: Bytes, draw: bool) -> Result<Decoded, Problem> {
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        let thread = thread.map_err(|_| Problem::stopping())?;
        let (room, options, runtime) = (self.room.clone(), self.options, Handle::current());
        let decoding = tokio::task::spawn_blocking(move || {
            let _thread = thread;
            decode(bytes, draw, &options, |bytes| {
                runtime.block_on(room.take(bytes))
            })
        });
        decoding.await.unwrap_or_else(|error| {
            if error.is_panic() {
                tracing::error!("decoding panicked");
                Err(Problem::new(Kind::Internal, "decoding failed"))
            } else {
                Err(Problem::stopping())
            }
        })
    }
}

fn decode(
    bytes: Bytes,
    draw: bool,
    options: &DecodeOptions,
    take: impl Fn(u64) -> Result<Taken, Problem>,
) -> Result<Decoded, Problem> {
    if bytes.is_empty() {
        return Err(Problem::new(Kind::TooShort, "the file is empty"));
    }
    let mut taken = None;
    let recording = decode_bytes_announced(bytes, options, |samples| {
        taken = Some(take(needed(samples, draw, options)));
    });
    let (recording, mut taken) = match (recording?, taken) {
        (recording, Some(taken)) => (recording, taken?),
        (_, None) => return Err(Problem::new(Kind::Internal, "no memory was reserved")),
    };
    let warnings = check(&recording)?;
    let picture = draw.then(|| Picture::of(&recording)).flatten();
    taken.shrink_to(size_of_val(recording.samples.as_slice()) as u64);
    Ok(Decoded {
        recording,
        warnings,
        picture,
        taken,
    })
}

/// Bytes that so many samples take, and what is made of them to draw them.
fn needed(samples: u64, draw: bool, options: &DecodeOptions) -> u64 {
    let drawn = if draw {
        picture::most_samples(samples, options.max_seconds)
    } else {
        0
    };
    samples
        .saturating_add(drawn)
        .saturating_mul(size_of::<f32>() as u64)
}

/// Refuses recordings without sound, and notes what is odd about others.
fn check(recording: &Recording) -> Result<Vec<Warning>, Problem> {
    let samples = &recording.samples;
    if recording.duration() < SHORTEST_SECONDS {
        let detail = format!("the recording is shorter than {SHORTEST_SECONDS} s");
        return Err(Problem::new(Kind::TooShort, detail));
    }
    // Cheap sound cards add a constant, which nobody hears.
    let count = samples.len() as f64;
    let mean = samples.iter().map(|it| f64::from(*it)).sum::<f64>() / count;
    let level = |sample: &f32| (f64::from(*sample) - mean).abs();
    if samples.iter().all(|sample| level(sample) < SILENCE) {
        return Err(Problem::new(Kind::Silent, "there is no sound in it"));
    }
    let mut warnings = Vec::new();
    let power = samples.iter().map(|it| level(it).powi(2)).sum::<f64>() / count;
    if power.sqrt() < QUIET_RMS {
        warnings.push(Warning::Quiet);
    }
    let clipped = samples.iter().filter(|it| it.abs() >= 0.999).count();
    if clipped as f64 > CLIPPED_SHARE * count {
        warnings.push(Warning::Clipped);
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Seconds of a triangle at the highest rate in 8 bits, which decode to four times the bytes.
    fn recording(seconds: f64) -> Bytes {
        let count = (seconds * HIGHEST_RATE) as u32;
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        bytes.extend(192_000_u32.to_le_bytes());
        bytes.extend(192_000_u32.to_le_bytes());
        bytes.extend(b"\x01\0\x08\0data");
        bytes.extend(count.to_le_bytes());
        bytes.extend((0..count).map(|n| n as u8));
        bytes.into()
    }

    fn decoding(max_seconds: f64) -> Decoding {
        Decoding::new(&Limits {
            max_seconds,
            decoded: 0,
            ..Limits::default()
        })
    }

    #[tokio::test]
    async fn a_client_that_leaves_leaves_its_bounds_behind() {
        let decoding = decoding(30.0);
        let (threads, room) = (decoding.threads.available_permits(), decoding.room.left());
        for _ in 0..threads {
            let left = decoding.decode(recording(30.0), true);
            assert!(tokio::time::timeout(Duration::ZERO, left).await.is_err());
        }
        assert_eq!(decoding.threads.available_permits(), 0, "all still decode");
        // Whoever comes waits until one of them has ended.
        let decoded = decoding.decode(recording(0.5), false).await.unwrap();
        assert_eq!(decoded.recording.samples.len(), 96_000);
        while decoding.threads.available_permits() < threads {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(
            decoding.room.left(),
            room - 375 * 1024,
            "what is left is what was decoded"
        );
    }

    #[tokio::test]
    async fn the_largest_recordings_are_decoded_one_after_the_other() {
        let decoding = decoding(10.0);
        let decode = async || decoding.decode(recording(10.0), true).await.map(drop);
        let (one, other) = tokio::join!(decode(), decode());
        one.and(other).unwrap();
    }

    #[test]
    fn a_constant_is_silence() {
        let constant = |value| Recording {
            samples: vec![value; 16_000],
            sample_rate: 16_000,
            channels: 1,
        };
        for value in [0.0, 0.6, -1.0] {
            assert_eq!(
                check(&constant(value)).unwrap_err().kind,
                Kind::Silent,
                "{value}"
            );
        }
    }

    #[test]
    fn an_empty_file_is_too_short() {
        let decoded = decode(
            Bytes::new(),
            false,
            &DecodeOptions::default(),
            |_| unreachable!(),
        );
        assert_eq!(decoded.unwrap_err().kind, Kind::TooShort);
    }
}
