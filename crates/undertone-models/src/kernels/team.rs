//! Threads that compute one clip together.

#![allow(unsafe_code)]

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Threads of the pool that stay awake to compute one thing after the other.
///
/// The pool would do, but its threads fall asleep in the moments between two products, and to be
/// woken takes them longer than a product of a short clip. A thread that comes late, or never, is
/// not waited for: the others do its part.
#[derive(Default)]
pub(crate) struct Team {
    /// What is computed at the moment.
    work: Mutex<Option<&'static Work>>,
    /// How many works there have been.
    rounds: AtomicUsize,
    /// The helpers that are inside a work.
    inside: AtomicUsize,
    is_done: AtomicBool,
}

/// What threads do together: each takes a part after the other until none is left. The argument
/// tells the lead from the helpers.
type Work = dyn Fn(bool) + Sync;

impl Team {
    /// Call `lead` on a thread of the pool, which has the other threads as helpers. `lead` must not
    /// use the pool: a wait there could run a helper, which ends only after `lead`.
    pub(super) fn gather<R: Send>(lead: impl FnOnce(&Self) -> R + Send) -> R {
        let team = Self::default();
        rayon::scope(|scope| {
            for _ in 1..rayon::current_num_threads() {
                scope.spawn(|_| team.help());
            }
            let _dismissed = OnDrop(|| team.is_done.store(true, Ordering::Relaxed));
            lead(&team)
        })
    }

    /// Call `work` on this thread and on each helper that is free. Return when all have returned.
    pub(super) fn run(&self, work: &(dyn Fn(bool) + Sync)) {
        // SAFETY: only the lifetime changes. The reference is gone from `self.work` and all helpers
        // have left the work before this function returns or unwinds.
        let work = unsafe { std::mem::transmute::<&(dyn Fn(bool) + Sync), &'static Work>(work) };
        *locked(&self.work) = Some(work);
        self.rounds.fetch_add(1, Ordering::Release);
        let _left = OnDrop(|| {
            *locked(&self.work) = None;
            wait_until(|| self.inside.load(Ordering::Acquire) == 0);
        });
        work(true);
    }

    /// Join each work until there are no more.
    fn help(&self) {
        let mut seen = 0;
        let is_done = || self.is_done.load(Ordering::Relaxed);
        while !is_done() {
            wait_until(|| self.rounds.load(Ordering::Acquire) != seen || is_done());
            seen = self.rounds.load(Ordering::Acquire);
            let work = {
                let work = locked(&self.work);
                self.inside.fetch_add(1, Ordering::Relaxed);
                *work
            };
            let _left = OnDrop(|| {
                self.inside.fetch_sub(1, Ordering::Release);
            });
            if let Some(work) = work {
                work(false);
            }
        }
    }
}

/// Lock, whatever became of another thread.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wait awake, in a browser but for moments. Leave the core to others from time to time.
fn wait_until(is_so: impl Fn() -> bool) {
    const PATIENCE: usize = 20_000;
    loop {
        for _ in 0..PATIENCE {
            if is_so() {
                return;
            }
            spin_loop();
        }
        leave_core();
    }
}

/// Let other threads have the core for a moment. Yielding does nothing in a browser, where a thread
/// gives way only if it sleeps.
fn leave_core() {
    const MOMENT: Duration = Duration::from_micros(50);
    match cfg!(all(target_family = "wasm", target_feature = "atomics")) {
        true => thread::sleep(MOMENT),
        false => thread::yield_now(),
    }
}

/// Calls its function when it is dropped, even by a panic.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
