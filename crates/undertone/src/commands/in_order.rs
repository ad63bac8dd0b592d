//! Work on many inputs on all processors, with results in the order of the inputs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use crate::inputs::{Input, Inputs};

/// How many inputs are found before the oldest of them is delivered. It bounds the memory, and is
/// enough that one long recording does not keep the processors waiting.
const AHEAD: usize = 512;

/// What the loop that delivers hears. It ends when nobody can send any more: a found input brings
/// the sender for its result along.
enum Event<T> {
    Found(usize, Input, Sender<Event<T>>),
    Done(usize, Input, T),
}

/// Do work for each input. Deliver the results in the order of the inputs, each as soon as the ones
/// before it are delivered.
pub(super) fn in_order<T: Send + 'static>(
    mut inputs: Inputs,
    work: impl Fn(&Input) -> T + Sync,
    mut deliver: impl FnMut(&Input, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // For one clip, starting threads takes longer than the work.
    if inputs.is_one() {
        return inputs.try_for_each(|input| deliver(&input, work(&input)));
    }
    let (events, heard) = mpsc::channel();
    let (permits, permitted) = mpsc::channel();
    for _ in 0..AHEAD {
        let _ = permits.send(());
    }
    // This thread may wait for a program that writes the list, so nobody waits for the thread.
    thread::spawn(move || {
        for (index, input) in inputs.enumerate() {
            let is_wanted = permitted.recv().is_ok();
            let found = Event::Found(index, input, events.clone());
            if !is_wanted || events.send(found).is_err() {
                return;
            }
        }
    });
    let is_stopped = AtomicBool::new(false);
    let (work, is_stopped) = (&work, &is_stopped);
    rayon::in_place_scope(|pool| {
        let mut early = BTreeMap::new();
        let mut next = 0;
        let deliver_all = || {
            for event in heard {
                match event {
                    Event::Found(index, input, done) => pool.spawn(move |_| {
                        if !is_stopped.load(Ordering::Relaxed) {
                            let result = work(&input);
                            let _ = done.send(Event::Done(index, input, result));
                        }
                    }),
                    Event::Done(index, input, result) => {
                        early.insert(index, (input, result));
                        while let Some((input, result)) = early.remove(&next) {
                            deliver(&input, result)?;
                            next += 1;
                            let _ = permits.send(());
                        }
                    }
                }
            }
            Ok(())
        };
        let delivered = deliver_all();
        is_stopped.store(true, Ordering::Relaxed);
        delivered
    })
}
