//! Work on many inputs on all processors, with results in the order of the inputs.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use rayon::prelude::*;

use crate::inputs::Input;

/// Do work for each input. Deliver the results in the order of the inputs, each as soon as the ones
/// before it are delivered.
pub(super) fn in_order<T: Send>(
    inputs: &[Input],
    work: impl Fn(&Input) -> T + Sync,
    mut deliver: impl FnMut(&Input, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // For one clip, starting threads takes longer than the work.
    if let [input] = inputs {
        return deliver(input, work(input));
    }
    let (sender, receiver) = mpsc::channel();
    let work = &work;
    thread::scope(|scope| {
        scope.spawn(move || {
            // Sending fails after `deliver` has failed. The rest is not needed then.
            let _ = inputs
                .iter()
                .enumerate()
                .par_bridge()
                .try_for_each_with(sender, |sender, (index, input)| {
                    sender.send((index, work(input)))
                });
        });
        let mut early = BTreeMap::new();
        let mut waiting = inputs.iter().enumerate().peekable();
        for (index, result) in receiver {
            early.insert(index, result);
            while let Some((next, input)) = waiting.peek()
                && let Some(result) = early.remove(next)
            {
                deliver(input, result)?;
                waiting.next();
            }
        }
        Ok(())
    })
}
