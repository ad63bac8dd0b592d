//! The thread that runs the model.

use std::panic::{AssertUnwindSafe, catch_unwind};

use undertone_audio::Recording;

use super::queue::{Batch, Queue};
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, Recognizer};

type RecognitionResult = Result<Recognition, Problem>;

/// Process jobs until the queue is closed.
pub(super) fn run(queue: &Queue, recognizer: &dyn Recognizer) {
    while let Some(Batch { jobs, running }) = queue.take() {
        let (recordings, (senders, _memory)): (Vec<_>, (Vec<_>, Vec<_>)) = jobs
            .into_iter()
            .map(|job| (job.recording, (job.result, job.memory)))
            .unzip();
        for (sender, result) in senders.into_iter().zip(recognize(recognizer, &recordings)) {
            // Fails if the client no longer waits.
            let _ = sender.send(result);
        }
        drop(running);
    }
}

/// Return one result per recording. If a batch makes the recognizer panic, try each of its
/// recordings alone, so that only the one that causes the panic fails.
fn recognize(recognizer: &dyn Recognizer, recordings: &[Recording]) -> Vec<RecognitionResult> {
    let recognized = catch_unwind(AssertUnwindSafe(|| recognizer.recognize(recordings)));
    match recognized {
        Ok(results) if results.len() == recordings.len() => results
            .into_iter()
            .map(|result| result.map_err(Problem::from))
            .collect(),
        Err(_) if recordings.len() > 1 => recordings
            .chunks(1)
            .flat_map(|recording| recognize(recognizer, recording))
            .collect(),
        _ => {
            tracing::error!("the model panicked or returned too few results");
            let failed = || Err(Problem::new(Kind::Internal, "the model returned no result"));
            recordings.iter().map(|_| failed()).collect()
        }
    }
}
