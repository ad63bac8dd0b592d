//! Files that clients upload before a call.
//!
//! An upload stays in memory until it is older than [`Timeouts::kept`](crate::Timeouts::kept) or
//! newer uploads need its memory. The server chooses its name, which the client gets where Gradio's
//! own server sends a path. A name that a client sends is looked up here, never opened as a file.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use bytes::Bytes;

use crate::body::BodyReader;
use crate::memory_budget::MemoryBudget;
use crate::problem::Problem;
use crate::random;

/// The prefix of upload names.
const PREFIX: &str = "undertone-upload-";

/// The uploads that are kept.
#[derive(Debug)]
pub(crate) struct Uploads {
    kept: Mutex<Kept>,
    max_count: usize,
    memory: Arc<MemoryBudget>,
    max_age: Duration,
}

#[derive(Debug, Default)]
struct Kept {
    by_name: HashMap<String, Bytes>,
    /// From the oldest to the newest.
    ages: VecDeque<(Instant, String)>,
    bytes: usize,
}

impl Uploads {
    pub(crate) fn new(max_count: usize, max_bytes: usize, max_age: Duration) -> Self {
        Self {
            kept: Mutex::default(),
            max_count,
            memory: MemoryBudget::new(max_bytes),
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

    /// Keep a file and return its name. The oldest uploads are discarded if there is no room. The
    /// memory of an upload that a call still uses is only freed after the call.
    fn keep(&self, bytes: &[u8]) -> Result<String, Problem> {
        let name = format!("{PREFIX}{}", random::id());
        let mut kept = self.lock();
        kept.discard_older_than(self.max_age);
        while kept.ages.len() >= self.max_count && kept.discard_oldest() {}
        let mut reservation = self.memory.reserve();
        while let Err(problem) = reservation.extend(bytes.len()) {
            if !kept.discard_oldest() {
                return Err(problem);
            }
        }
        let bytes = reservation.keep(bytes.to_vec());
        kept.bytes += bytes.len();
        kept.ages.push_back((Instant::now(), name.clone()));
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
    fn discard_oldest(&mut self) -> bool {
        let Some((_, name)) = self.ages.pop_front() else {
            return false;
        };
        if let Some(bytes) = self.by_name.remove(&name) {
            self.bytes -= bytes.len();
        }
        true
    }

    fn discard_older_than(&mut self, max_age: Duration) {
        while let Some((since, _)) = self.ages.front()
            && since.elapsed() > max_age
        {
            self.discard_oldest();
        }
    }
}

/// `POST /gradio_api/upload`: keep the `files` of a multipart body and return their names.
pub(crate) async fn upload(
    State(bodies): State<Arc<BodyReader>>,
    State(uploads): State<Arc<Uploads>>,
    request: Request,
) -> Result<Json<Vec<String>>, Problem> {
    let files = bodies.read_files(request, "files").await?;
    let names = files.iter().map(|file| uploads.keep(&file.bytes));
    Ok(Json(names.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;

    fn keep(uploads: &Uploads, length: usize) -> String {
        uploads.keep(&vec![7; length]).unwrap()
    }

    #[test]
    fn the_oldest_uploads_are_discarded_for_a_new_one() {
        let uploads = Uploads::new(3, 100, Duration::from_secs(60));
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
        let uploads = Uploads::new(10, 100, Duration::from_secs(60));
        let in_use = uploads.find(&keep(&uploads, 60));
        keep(&uploads, 40);
        keep(&uploads, 30);
        let refused = uploads.keep(&[7; 50]).unwrap_err();
        assert_eq!((refused.kind, uploads.bytes()), (Kind::Busy, 0));
        drop(in_use);
        keep(&uploads, 100);
    }

    #[test]
    fn an_old_upload_is_discarded() {
        let uploads = Uploads::new(3, 100, Duration::ZERO);
        let name = keep(&uploads, 10);
        std::thread::sleep(Duration::from_millis(2));
        uploads.sweep();
        assert_eq!((uploads.find(&name), uploads.bytes()), (None, 0));
    }
}
