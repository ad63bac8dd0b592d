//! Decode recordings: on blocking threads, a few at a time, in memory that is reserved first.
//!
//! A thread that has started cannot be stopped. Each one therefore owns its permit and its memory,
//! so that both stay counted after the client has disconnected.

use std::net::IpAddr;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::JoinError;
use undertone_audio::DecodeOptions;

use crate::decoded::{Decoded, decode};
use crate::fair_pool::{FairPool, PoolShare};
use crate::problem::{Kind, Problem};
use crate::recognizer::SHORT_SECONDS;
use crate::settings::Limits;
use crate::visualization;

/// Recordings of one address that are decoded at the same time per processor.
const PER_PROCESSOR: u64 = 1;
/// How many times as many recordings of all addresses are decoded at the same time. So one address
/// never keeps the others waiting.
const ADDRESSES: u64 = 2;
/// Memory that the longest recording leaves for recordings of other addresses.
const FOR_OTHERS: u64 = 64 << 20;
/// The highest sample rate that can be decoded, in Hz.
const HIGHEST_RATE: f64 = 192_000.0;

/// Decodes recordings within limits on threads and memory.
#[derive(Debug)]
pub(crate) struct Decoder {
    threads: FairPool,
    /// In KiB.
    memory: FairPool,
    options: DecodeOptions,
    /// The limits of recordings of any length.
    longer: DecodeOptions,
}

/// A decoded recording with the memory of its samples.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) decoded: Decoded,
    pub(crate) memory: PoolShare,
}

impl Decoder {
    pub(crate) fn new(limits: &Limits) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        // A longer recording is never decoded as a whole.
        let options = DecodeOptions {
            max_seconds: limits.max_seconds.min(SHORT_SECONDS),
        };
        let one_address = PER_PROCESSOR * processors as u64;
        // The longest recording that is allowed must fit.
        let largest = bytes_needed((options.max_seconds * HIGHEST_RATE) as u64, true, &options);
        let bytes = largest
            .saturating_add(FOR_OTHERS)
            .max(limits.decoded as u64);
        Self {
            threads: FairPool::new(ADDRESSES * one_address, one_address),
            memory: FairPool::new(kib(bytes), kib(largest.max(bytes / ADDRESSES))),
            options,
            longer: DecodeOptions {
                max_seconds: limits.max_seconds,
            },
        }
    }

    /// Return the limits of recordings of any length.
    pub(crate) fn longer(&self) -> &DecodeOptions {
        &self.longer
    }

    /// Run work that decodes a recording of any length in blocks, on a thread of its own.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        client: IpAddr,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let thread = self.threads.take(client, 1).await?;
        let decoding = tokio::task::spawn_blocking(move || {
            let _thread = thread;
            work()
        });
        decoding.await.map_err(failed)
    }

    /// Decode a recording and check it. `draw` adds its visualization. `None` for a recording that
    /// is longer than [`SHORT_SECONDS`].
    pub(crate) async fn decode(
        &self,
        client: IpAddr,
        bytes: Bytes,
        draw: bool,
    ) -> Result<Option<Held>, Problem> {
        let (memory, options, runtime) = (self.memory.clone(), self.options, Handle::current());
        let decoding = self.run(client, move || {
            decode_in(bytes, draw, &options, |bytes| {
                runtime.block_on(memory.take(client, kib(bytes)))
            })
        });
        match decoding.await? {
            Err(problem) if problem.kind == Kind::TooLong => {
                match self.longer.max_seconds > self.options.max_seconds {
                    true => Ok(None),
                    false => Err(problem),
                }
            }
            decoded => decoded.map(Some),
        }
    }
}

fn failed(error: JoinError) -> Problem {
    if error.is_panic() {
        tracing::error!("decoding panicked");
        Problem::new(Kind::Internal, "decoding failed")
    } else {
        Problem::stopping()
    }
}

fn decode_in(
    bytes: Bytes,
    draw: bool,
    options: &DecodeOptions,
    take_memory: impl Fn(u64) -> Result<PoolShare, Problem>,
) -> Result<Held, Problem> {
    let mut memory = None;
    let decoded = decode(bytes, draw, options, |samples| {
        memory = Some(take_memory(bytes_needed(samples, draw, options)));
    })?;
    let no_memory = || Problem::new(Kind::Internal, "no memory was reserved");
    let mut memory = memory.ok_or_else(no_memory)??;
    memory.shrink_to(kib(size_of_val(decoded.recording.samples.as_slice()) as u64));
    Ok(Held { decoded, memory })
}

fn kib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 10)
}

/// Return the bytes that decoding `samples` needs, with the copy that is made to draw them.
fn bytes_needed(samples: u64, draw: bool, options: &DecodeOptions) -> u64 {
    let drawn = if draw {
        visualization::most_samples(samples, options.max_seconds)
    } else {
        0
    };
    samples
        .saturating_add(drawn)
        .saturating_mul(size_of::<f32>() as u64)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    /// An 8-bit triangle wave at the highest rate. It decodes to four times its bytes.
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

    fn decoder(max_seconds: f64) -> Decoder {
        Decoder::new(&Limits {
            max_seconds,
            decoded: 0,
            ..Limits::default()
        })
    }

    #[tokio::test]
    async fn limits_hold_after_clients_disconnect() {
        let decoder = decoder(30.0);
        let (threads, free) = (decoder.threads.free(), decoder.memory.free());
        let long = recording(30.0);
        // Each address may use half of the threads.
        for n in 0..threads {
            let client = [ONE, OTHER][n as usize % 2];
            let abandoned = decoder.decode(client, long.clone(), true);
            let abandoned = tokio::time::timeout(Duration::ZERO, abandoned).await;
            assert!(abandoned.is_err());
        }
        // On a busy machine, the first ones may have ended.
        assert!(decoder.threads.free() < threads, "none decodes any more");
        // The next client waits until one of them has ended.
        let decoded = decoder.decode(ONE, recording(0.5), false).await.unwrap();
        let decoded = decoded.unwrap();
        assert_eq!(decoded.decoded.recording.samples.len(), 96_000);
        while decoder.threads.free() < threads {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(
            decoder.memory.free(),
            free - 375,
            "only the last recording is in memory"
        );
    }

    #[tokio::test]
    async fn the_largest_recordings_are_decoded_one_after_the_other() {
        let decoder = decoder(10.0);
        let decode = async |client| {
            let decoded = decoder.decode(client, recording(10.0), true);
            decoded.await.map(drop)
        };
        let (one, other) = tokio::join!(decode(ONE), decode(OTHER));
        one.and(other).unwrap();
    }

    #[test]
    fn an_empty_file_is_too_short() {
        let decoded = decode_in(
            Bytes::new(),
            false,
            &DecodeOptions::default(),
            |_| unreachable!(),
        );
        assert_eq!(decoded.unwrap_err().kind, Kind::TooShort);
    }
}
