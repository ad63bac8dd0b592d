//! Messages that wait to be fetched.
//!
//! A session is whatever its client calls so; a call without one is a session of its own. What
//! nobody fetches is forgotten after [`Timeouts::kept`](crate::Timeouts::kept).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::message::{CallResult, Message};
use crate::problem::{Kind, Problem};

/// Clients that still want an outcome ask for it within this time.
const FETCHED_WITHIN: Duration = Duration::from_secs(2);

/// The sessions that have calls or messages.
#[derive(Debug)]
pub(crate) struct Sessions {
    sessions: Mutex<HashMap<String, Session>>,
    /// Most calls in all that have not been fetched.
    most: usize,
    longest: Duration,
}

#[derive(Debug)]
struct Session {
    /// Calls whose outcome has not been fetched.
    calls: HashMap<String, Call>,
    messages: VecDeque<Message>,
    arrived: Arc<Notify>,
    touched: Instant,
}

#[derive(Debug, Default)]
struct Call {
    cancelled: CancellationToken,
    completed: Option<Instant>,
}

/// What a reader of a session finds.
#[derive(Debug)]
pub(super) enum Next {
    Message(Message),
    /// Nothing yet; something will be notified.
    Later(Arc<Notify>),
    /// All calls have been fetched.
    AllFetched(Arc<Notify>),
    /// There is no such session.
    Unknown,
}

impl Sessions {
    pub(super) fn new(most: usize, longest: Duration) -> Self {
        Self {
            sessions: Mutex::default(),
            most,
            longest,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call of a session. The oldest outcome that was not fetched makes room for it.
    pub(super) fn begin(
        &self,
        session: &str,
        event_id: &str,
    ) -> Result<CancellationToken, Problem> {
        let mut sessions = self.lock();
        let unfetched: usize = sessions.values().map(|it| it.calls.len()).sum();
        if unfetched >= self.most && !forget_oldest_outcome(&mut sessions) {
            let detail = "too many calls wait to be fetched";
            return Err(Problem::new(Kind::Busy, detail));
        }
        let session = sessions
            .entry(session.to_owned())
            .or_insert_with(|| Session {
                calls: HashMap::new(),
                messages: VecDeque::new(),
                arrived: Arc::default(),
                touched: Instant::now(),
            });
        let call = Call::default();
        let cancelled = call.cancelled.clone();
        session.calls.insert(event_id.to_owned(), call);
        session.touched = Instant::now();
        Ok(cancelled)
    }

    /// Adds a message for whoever reads the session.
    pub(super) fn tell(&self, session: &str, message: Message) {
        if let Some(session) = self.lock().get_mut(session) {
            session.touched = Instant::now();
            if let Message::ProcessCompleted { event_id, .. } = &message
                && let Some(call) = session.calls.get_mut(event_id)
            {
                call.completed = Some(session.touched);
            }
            session.messages.push_back(message);
            session.arrived.notify_one();
        }
    }

    /// The next message of a session.
    pub(super) fn next(&self, name: &str) -> Next {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(name) else {
            return Next::Unknown;
        };
        session.touched = Instant::now();
        if let Some(message) = session.messages.pop_front() {
            if let Message::ProcessCompleted { event_id, .. } = &message {
                session.calls.remove(event_id);
            }
            return Next::Message(message);
        }
        let arrived = Arc::clone(&session.arrived);
        if session.calls.is_empty() {
            Next::AllFetched(arrived)
        } else {
            Next::Later(arrived)
        }
    }

    /// Forgets a session that has nothing left to fetch; says whether it did.
    pub(super) fn end(&self, name: &str) -> bool {
        let mut sessions = self.lock();
        let done = sessions
            .get(name)
            .is_none_or(|session| session.calls.is_empty() && session.messages.is_empty());
        if done {
            sessions.remove(name);
        }
        done
    }

    /// The session that a call belongs to.
    pub(super) fn of_call(&self, event_id: &str) -> Option<String> {
        let sessions = self.lock();
        if sessions.contains_key(event_id) {
            return Some(event_id.to_owned());
        }
        let found = sessions
            .iter()
            .find(|(_, session)| session.calls.contains_key(event_id));
        found.map(|(name, _)| name.clone())
    }

    /// Cancels a call, if it is one of the session.
    pub(super) fn cancel(&self, session: &str, event_id: &str) {
        let cancelled = {
            let sessions = self.lock();
            let call = sessions
                .get(session)
                .and_then(|session| session.calls.get(event_id));
            call.filter(|call| call.completed.is_none())
                .map(|call| call.cancelled.clone())
        };
        if let Some(cancelled) = cancelled {
            cancelled.cancel();
            let outcome = CallResult::cancelled().message(event_id.to_owned());
            self.tell(session, outcome);
        }
    }

    /// Whether the outcome of a call is to be expected, or has come so shortly ago that its client
    /// may still be about to fetch it.
    pub(crate) fn are_awaited(&self) -> bool {
        let sessions = self.lock();
        let mut calls = sessions.values().flat_map(|session| session.calls.values());
        calls.any(|call| {
            call.completed
                .is_none_or(|at| at.elapsed() < FETCHED_WITHIN)
        })
    }

    /// Forgets what nobody has asked for in a long time.
    pub(crate) fn sweep(&self) {
        self.lock()
            .retain(|_, session| session.touched.elapsed() < self.longest);
    }
}

fn forget_oldest_outcome(sessions: &mut HashMap<String, Session>) -> bool {
    let completed = sessions.iter().flat_map(|(name, session)| {
        let calls = session.calls.iter();
        calls.filter_map(move |(event_id, call)| Some((call.completed?, name, event_id)))
    });
    let Some((_, name, event_id)) = completed.min() else {
        return false;
    };
    let (name, event_id) = (name.clone(), event_id.clone());
    if let Some(session) = sessions.get_mut(&name) {
        session.calls.remove(&event_id);
        session
            .messages
            .retain(|message| message.event_id() != event_id);
        if session.calls.is_empty() && session.messages.is_empty() {
            sessions.remove(&name);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_outcome_makes_room() {
        let sessions = Sessions::new(2, Duration::from_secs(60));
        for name in ["one", "two"] {
            sessions.begin(name, name).unwrap();
        }
        let refused = sessions.begin("three", "three").unwrap_err();
        assert_eq!(refused.kind, Kind::Busy, "none has an outcome");
        for name in ["two", "one"] {
            sessions.tell(name, CallResult::cancelled().message(name.to_owned()));
        }
        sessions.begin("three", "three").unwrap();
        assert!(matches!(sessions.next("two"), Next::Unknown));
        assert!(matches!(sessions.next("one"), Next::Message(_)));
    }
}
