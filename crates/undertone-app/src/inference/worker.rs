//! The thread that runs the model.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use undertone_answer::Influence;
use undertone_audio::Recording;

use super::queue::{Batch, Job, Queue, Recognized, Work};
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, RecognizeError, Recognizer};

type RecognitionResult = Result<Recognition, Problem>;

/// Process jobs until the queue is closed.
pub(super) fn run(queue: &Queue, recognizer: &dyn Recognizer) {
    while let Some(Batch { jobs, running }) = queue.take() {
        let mut short = Vec::new();
        for job in jobs {
            match job.work {
                Work::Short { .. } => short.push(job),
                Work::Long { .. } => recognize_long(recognizer, job),
            }
        }
        recognize_short(recognizer, short);
        drop(running);
    }
}

/// Recognize the short recordings of a batch together, and explain those that are to be explained.
fn recognize_short(recognizer: &dyn Recognizer, jobs: Vec<Job>) {
    let (mut recordings, mut senders, mut memories) = (Vec::new(), Vec::new(), Vec::new());
    for job in jobs {
        if let Work::Short {
            recording,
            why,
            memory,
        } = job.work
        {
            recordings.push(recording);
            senders.push((why, job.result));
            memories.push(memory);
        }
    }
    let results = recognize(recognizer, &recordings).into_iter();
    for ((recording, (why, sender)), result) in recordings.iter().zip(senders).zip(results) {
        let result = result.and_then(|recognition| {
            let influences = (why && recognition.speech).then(|| explain(recognizer, recording));
            Ok(Recognized {
                recognition,
                influences: influences.transpose()?,
                scan: None,
            })
        });
        // Fails if the client no longer waits.
        let _ = sender.send(result);
    }
}

/// Return one result per recording. If a batch makes the recognizer panic, try each of its
/// recordings alone, so that only the one that causes the panic fails.
fn recognize(recognizer: &dyn Recognizer, recordings: &[Recording]) -> Vec<RecognitionResult> {
    if recordings.is_empty() {
        return Vec::new();
    }
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
            recordings.iter().map(|_| Err(no_result())).collect()
        }
    }
}

fn explain(recognizer: &dyn Recognizer, recording: &Recording) -> Result<Vec<Influence>, Problem> {
    caught(|| recognizer.explain(recording))
}

/// Recognize a recording of any length, for as long as its client waits.
fn recognize_long(recognizer: &dyn Recognizer, job: Job) {
    let Job {
        work: Work::Long {
            source,
            options,
            progress,
        },
        result,
        ..
    } = job
    else {
        return;
    };
    let mut told = |reached| {
        progress.send_replace(reached);
        match result.is_closed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let recognized = caught(|| recognizer.recognize_long(&source, &options, &mut told));
    let _ = result.send(recognized.map(|long| Recognized {
        recognition: long.recognition,
        influences: None,
        scan: Some(long.scan),
    }));
}

/// Return what the recognizer returns, or a problem if it panics.
fn caught<T>(work: impl FnOnce() -> Result<T, RecognizeError>) -> Result<T, Problem> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Problem::from),
        Err(_) => {
            tracing::error!("the model panicked");
            Err(no_result())
        }
    }
}

fn no_result() -> Problem {
    Problem::new(Kind::Internal, "the model returned no result")
}
