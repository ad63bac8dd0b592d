//! Files that clients upload before a call.
//!
//! An upload stays in memory until it is older than [`Timeouts::kept`](crate::Timeouts::kept) or
//! newer uploads need its memory. The server chooses its name, which the client gets where Gradio's
//! own server sends a path. A name that a client sends is looked up here, never opened as a file.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use bytes::Bytes;

use crate::body::BodyReader;
use crate::extractors::Client;
use crate::memory_budget::MemoryBudget;
use crate::problem::{Kind, Problem};
use crate::random;
use crate::settings::Limits;

/// The prefix of upload names.
const PREFIX: &str = "undertone-upload-";

/// The uploads that are kept. Each address has a share of them, so that no client makes the uploads
/// of others disappear.
#[derive(Debug)]
pub(crate) struct Uploads {
    kept: Mutex<Kept>,
    max_count: usize,
    /// The most uploads of one address.
    max_count_per_address: usize,
    memory: Arc<MemoryBudget>,
    max_age: Duration,
}

#[derive(Debug, Default)]
struct Kept {
    by_name: HashMap<String, Bytes>,
    /// From the oldest to the newest.
    ages: VecDeque<Upload>,
    bytes: usize,
}

#[derive(Debug)]
struct Upload {
    since: Instant,
    client: IpAddr,
    name: String,
}

impl Uploads {
    pub(crate) fn new(limits: &Limits, max_age: Duration) -> Self {
        // The largest upload must fit.
        let bytes = limits.upload_bytes.max(limits.max_bytes);
        Self {
            kept: Mutex::default(),
            max_count: limits.uploads,
            max_count_per_address: limits.share(limits.uploads, 1),
            memory: MemoryBudget::new(bytes, limits.share(bytes, limits.max_bytes)),
            max_age,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Return how many bytes are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Keep a client's file and return its name. If the client's share is used up, its oldest
    /// uploads are discarded, and otherwise the oldest of all. The memory of an upload that a call
    /// still uses is only freed after the call.
    fn keep(&self, client: IpAddr, bytes: &[u8]) -> Result<String, Problem> {
        let name = format!("{PREFIX}{}", random::id());
        let mut kept = self.lock();
        kept.discard_older_than(self.max_age);
        while kept.count(client) >= self.max_count_per_address && kept.discard_oldest_of(client) {}
        while kept.ages.len() >= self.max_count && kept.discard_oldest() {}
        let mut reservation = self.memory.reserve(client);
        while let Err(problem) = reservation.extend(bytes.len()) {
            let discarded = match problem.kind {
                Kind::TooManyRequests => kept.discard_oldest_of(client),
                _ => kept.discard_oldest(),
            };
            if !discarded {
                return Err(problem);
            }
        }
        let bytes = reservation.keep(bytes.to_vec());
        kept.bytes += bytes.len();
        kept.ages.push_back(Upload {
            since: Instant::now(),
            client,
            name: name.clone(),
        });
        kept.by_name.insert(name.clone(), bytes);
        Ok(name)
    }

    /// Return the file of this name, if it is still kept.
    pub(super) fn find(&self, name: &str) -> Option<Bytes> {
        self.lock().by_name.get(name).cloned()
    }

    /// Discard the uploads that are too old.
    pub(crate) fn sweep(&self) {
        self.lock().discard_older_than(self.max_age);
    }
}

impl Kept {
    fn count(&self, client: IpAddr) -> usize {
        let own = self.ages.iter().filter(|upload| upload.client == client);
        own.count()
    }

    fn discard_oldest_of(&mut self, client: IpAddr) -> bool {
        let oldest = self.ages.iter().position(|it| it.client == client);
        oldest.is_some_and(|index| self.discard(index))
    }

    fn discard_oldest(&mut self) -> bool {
        self.discard(0)
    }

    fn discard(&mut self, index: usize) -> bool {
        let Some(upload) = self.ages.remove(index) else {
            return false;
        };
        if let Some(bytes) = self.by_name.remove(&upload.name) {
            self.bytes -= bytes.len();
        }
        true
    }

    fn discard_older_than(&mut self, max_age: Duration) {
        while let Some(upload) = self.ages.front()
            && upload.since.elapsed() > max_age
        {
            self.discard_oldest();
        }
    }
}

/// `POST /gradio_api/upload`: keep the `files` of a multipart body and return their names.
pub(crate) async fn upload(
    State(bodies): State<Arc<BodyReader>>,
    State(uploads): State<Arc<Uploads>>,
    Client(client): Client,
    request: Request,
) -> Result<Json<Vec<String>>, Problem> {
    let files = bodies.read_files(client, request, "files").await?;
    let names = files.iter().map(|file| uploads.keep(client, &file.bytes));
    Ok(Json(names.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    fn uploads(count: usize, address_share: f64, max_age: Duration) -> Uploads {
        let limits = Limits {
            uploads: count,
            upload_bytes: 100,
            max_bytes: 10,
            address_share,
            ..Limits::default()
        };
        Uploads::new(&limits, max_age)
    }

    fn keep(uploads: &Uploads, length: usize) -> String {
        uploads.keep(ONE, &vec![7; length]).unwrap()
    }

    #[test]
    fn a_client_discards_only_its_own_uploads() {
        let uploads = uploads(8, 0.5, Duration::from_secs(60));
        let others = uploads.keep(OTHER, &[7; 30]).unwrap();
        let names: Vec<String> = (0..20).map(|_| keep(&uploads, 10)).collect();
        assert!(uploads.find(&others).is_some());
        let kept = names.iter().filter(|name| uploads.find(name).is_some());
        assert_eq!(kept.count(), 4, "half of the number");
        keep(&uploads, 45);
        assert_eq!(uploads.bytes(), 75, "half of the bytes");
        assert!(uploads.find(&others).is_some());
    }

    #[test]
    fn the_oldest_uploads_are_discarded_for_a_new_one() {
        let uploads = uploads(3, 1.0, Duration::from_secs(60));
        let names: Vec<String> = (0..4).map(|_| keep(&uploads, 10)).collect();
        assert_eq!(uploads.find(&names[0]), None);
        assert_eq!(uploads.find(&names[1]), Some(Bytes::from_static(&[7; 10])));
        let large = keep(&uploads, 90);
        assert_eq!(uploads.bytes(), 100);
        assert_eq!(uploads.find(&names[2]), None);
        assert!(uploads.find(&names[3]).is_some() && uploads.find(&large).is_some());
    }

    #[test]
    fn an_upload_in_use_counts_after_it_is_discarded() {
        let uploads = uploads(10, 1.0, Duration::from_secs(60));
        let in_use = uploads.find(&keep(&uploads, 60));
        keep(&uploads, 40);
        keep(&uploads, 30);
        let refused = uploads.keep(OTHER, &[7; 50]).unwrap_err();
        assert_eq!((refused.kind, uploads.bytes()), (Kind::Busy, 0));
        drop(in_use);
        keep(&uploads, 100);
    }

    #[test]
    fn an_old_upload_is_discarded() {
        let uploads = uploads(3, 1.0, Duration::ZERO);
        let name = keep(&uploads, 10);
        std::thread::sleep(Duration::from_millis(2));
        uploads.sweep();
        assert_eq!((uploads.find(&name), uploads.bytes()), (None, 0));
    }
}
