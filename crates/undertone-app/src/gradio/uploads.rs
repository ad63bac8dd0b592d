//! Files that clients upload before they call.
//!
//! They lie in memory, under names made here, until they are as old as
//! [`Timeouts::kept`](crate::Timeouts::kept) or newer ones need their place. A client gets such a
//! name where Gradio's own server would give it a path, and what it sends back is looked up, never
//! opened.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use bytes::Bytes;

use crate::app::Shared;
use crate::body::read_files;
use crate::memory::Memory;
use crate::problem::Problem;
use crate::random;

/// What the names of uploads begin with.
const PREFIX: &str = "undertone-upload-";

/// The uploads that are kept.
#[derive(Debug)]
pub(crate) struct Uploads {
    kept: Mutex<Kept>,
    most: usize,
    memory: Arc<Memory>,
    longest: Duration,
}

#[derive(Debug, Default)]
struct Kept {
    by_name: HashMap<String, Bytes>,
    /// From the oldest to the newest.
    ages: VecDeque<(Instant, String)>,
    bytes: usize,
}

impl Uploads {
    pub(super) fn new(most: usize, most_bytes: usize, longest: Duration) -> Self {
        Self {
            kept: Mutex::default(),
            most,
            memory: Memory::new(most_bytes),
            longest,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Keeps a file and gives it a name. The oldest make room for it; those that calls still work on
    /// go on taking theirs.
    fn keep(&self, bytes: &[u8]) -> Result<String, Problem> {
        let name = format!("{PREFIX}{}", random::id());
        let mut kept = self.lock();
        kept.forget_older_than(self.longest);
        while kept.ages.len() >= self.most && kept.forget_oldest() {}
        let mut held = self.memory.hold();
        while let Err(problem) = held.add(bytes.len()) {
            if !kept.forget_oldest() {
                return Err(problem);
            }
        }
        let bytes = held.keep(bytes.to_vec());
        kept.bytes += bytes.len();
        kept.ages.push_back((Instant::now(), name.clone()));
        kept.by_name.insert(name.clone(), bytes);
        Ok(name)
    }

    /// The file of that name, if it is still kept.
    pub(super) fn find(&self, name: &str) -> Option<Bytes> {
        self.lock().by_name.get(name).cloned()
    }

    /// Forgets what is too old.
    pub(crate) fn sweep(&self) {
        self.lock().forget_older_than(self.longest);
    }
}

impl Kept {
    fn forget_oldest(&mut self) -> bool {
        let Some((_, name)) = self.ages.pop_front() else {
            return false;
        };
        if let Some(bytes) = self.by_name.remove(&name) {
            self.bytes -= bytes.len();
        }
        true
    }

    fn forget_older_than(&mut self, longest: Duration) {
        while let Some((since, _)) = self.ages.front()
            && since.elapsed() > longest
        {
            self.forget_oldest();
        }
    }
}

/// `POST /gradio_api/upload`: a multipart body with fields `files`; the answer is their names.
pub(super) async fn upload(
    State(app): State<Shared>,
    request: Request,
) -> Result<Json<Vec<String>>, Problem> {
    let files = read_files(&app, request, "files").await?;
    let uploads = &app.gradio.uploads;
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
    fn the_oldest_make_room() {
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
    fn what_calls_work_on_is_counted_after_it_went() {
        let uploads = Uploads::new(10, 100, Duration::from_secs(60));
        let working = uploads.find(&keep(&uploads, 60));
        keep(&uploads, 40);
        keep(&uploads, 30);
        let refused = uploads.keep(&[7; 50]).unwrap_err();
        assert_eq!((refused.kind, uploads.bytes()), (Kind::Busy, 0));
        drop(working);
        keep(&uploads, 100);
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let uploads = Uploads::new(3, 100, Duration::ZERO);
        let name = keep(&uploads, 10);
        std::thread::sleep(Duration::from_millis(2));
        uploads.sweep();
        assert_eq!((uploads.find(&name), uploads.bytes()), (None, 0));
    }
}
