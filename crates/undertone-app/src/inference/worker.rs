//! A thread that runs the model.

use std::panic::{AssertUnwindSafe, catch_unwind};

use undertone_audio::Recording;

use super::queue::Queue;
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, Recognizer};

type Answer = Result<Recognition, Problem>;

/// Answers what waits in the queue until it is closed.
pub(super) fn run(queue: &Queue, recognizer: &dyn Recognizer) {
    while let Some(jobs) = queue.take() {
        let (recordings, (senders, _taken)): (Vec<_>, (Vec<_>, Vec<_>)) = jobs
            .into_iter()
            .map(|job| (job.recording, (job.answer, job.taken)))
            .unzip();
        for (sender, answer) in senders.into_iter().zip(answers(recognizer, &recordings)) {
            // Fails when nobody waits for the answer any more.
            let _ = sender.send(answer);
        }
    }
}

/// One answer a recording. Where a batch makes the recognizer panic each of its recordings is
/// tried alone, so that only the one that is to blame fails.
fn answers(recognizer: &dyn Recognizer, recordings: &[Recording]) -> Vec<Answer> {
    let recognized = catch_unwind(AssertUnwindSafe(|| recognizer.recognize(recordings)));
    match recognized {
        Ok(answers) if answers.len() == recordings.len() => answers
            .into_iter()
            .map(|answer| answer.map_err(Problem::from))
            .collect(),
        Err(_) if recordings.len() > 1 => recordings
            .chunks(1)
            .flat_map(|recording| answers(recognizer, recording))
            .collect(),
        _ => {
            tracing::error!("the model panicked or left out an answer");
            let failed = || Err(Problem::new(Kind::Internal, "the model gave no answer"));
            recordings.iter().map(|_| failed()).collect()
        }
    }
}
