//! Sessions: messages about calls, kept until the client fetches them.
//!
//! The client chooses the name of a session. A call without one gets a session of its own. Messages
//! that nobody fetches are discarded after [`Timeouts::kept`](crate::Timeouts::kept).

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::message::{CallResult, Message};
use crate::problem::{Kind, Problem};

/// A client that still wants a result fetches it within this time.
const FETCH_TIME: Duration = Duration::from_secs(2);

/// The sessions that have calls or messages.
#[derive(Debug)]
pub(crate) struct Sessions {
    sessions: Mutex<HashMap<String, Session>>,
    /// The most calls whose result has not been fetched.
    max_calls: usize,
    /// The most such calls of one address.
    max_calls_per_address: usize,
    /// How long an unused session is kept.
    max_age: Duration,
}

#[derive(Debug)]
struct Session {
    /// Calls whose result has not been fetched.
    calls: HashMap<String, Call>,
    messages: VecDeque<Message>,
    arrived: Arc<Notify>,
    touched: Instant,
}

#[derive(Debug)]
struct Call {
    client: IpAddr,
    cancelled: CancellationToken,
    completed: Option<Instant>,
}

/// The next event for a reader of a session.
#[derive(Debug)]
pub(super) enum Next {
    Message(Message),
    /// Nothing yet. A new message triggers the notification.
    Later(Arc<Notify>),
    /// The results of all calls have been fetched.
    AllFetched(Arc<Notify>),
    /// There is no such session.
    Unknown,
}

impl Sessions {
    pub(crate) fn new(max_calls: usize, max_calls_per_address: usize, max_age: Duration) -> Self {
        Self {
            sessions: Mutex::default(),
            max_calls,
            max_calls_per_address,
            max_age,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Register a call of a session. If there are too many calls, discard the oldest unfetched
    /// result: the client's own, if it has used up its share.
    pub(super) fn begin(
        &self,
        client: IpAddr,
        session: &str,
        event_id: &str,
    ) -> Result<CancellationToken, Problem> {
        let mut sessions = self.lock();
        let unfetched = |client: Option<IpAddr>| {
            let calls = sessions.values().flat_map(|it| it.calls.values());
            calls
                .filter(|call| client.is_none_or(|it| it == call.client))
                .count()
        };
        let own = unfetched(Some(client)) >= self.max_calls_per_address;
        let full = own || unfetched(None) >= self.max_calls;
        if full && !discard_oldest_result(&mut sessions, own.then_some(client)) {
            let detail = "the results of too many calls are waiting to be fetched";
            let kind = if own {
                Kind::TooManyRequests
            } else {
                Kind::Busy
            };
            return Err(Problem::new(kind, detail));
        }
        let session = sessions
            .entry(session.to_owned())
            .or_insert_with(|| Session {
                calls: HashMap::new(),
                messages: VecDeque::new(),
                arrived: Arc::default(),
                touched: Instant::now(),
            });
        let call = Call {
            client,
            cancelled: CancellationToken::new(),
            completed: None,
        };
        let cancelled = call.cancelled.clone();
        session.calls.insert(event_id.to_owned(), call);
        session.touched = Instant::now();
        Ok(cancelled)
    }

    /// Add a message to a session.
    pub(super) fn push(&self, session: &str, message: Message) {
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

    /// Return the next event of a session.
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

    /// Remove a session that has nothing left to fetch, and return whether it is gone.
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

    /// Return the session that a call belongs to.
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

    /// Cancel a call of a session. Any other call is left alone.
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
            let result = CallResult::cancelled().message(event_id.to_owned());
            self.push(session, result);
        }
    }

    /// Return whether a call is still running, or ended so recently that its client may still
    /// fetch the result.
    pub(crate) fn have_pending_calls(&self) -> bool {
        let sessions = self.lock();
        let mut calls = sessions.values().flat_map(|session| session.calls.values());
        calls.any(|call| call.completed.is_none_or(|at| at.elapsed() < FETCH_TIME))
    }

    /// Remove the sessions that nobody has used for too long.
    pub(crate) fn sweep(&self) {
        self.lock()
            .retain(|_, session| session.touched.elapsed() < self.max_age);
    }
}

/// Discard the oldest result that nobody has fetched, of one client or of all.
fn discard_oldest_result(sessions: &mut HashMap<String, Session>, client: Option<IpAddr>) -> bool {
    let completed = sessions.iter().flat_map(|(name, session)| {
        let calls = session.calls.iter();
        calls
            .filter(move |(_, call)| client.is_none_or(|client| client == call.client))
            .filter_map(move |(event_id, call)| Some((call.completed?, name, event_id)))
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

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn the_oldest_result_is_discarded_for_a_new_call() {
        let sessions = Sessions::new(2, 2, Duration::from_secs(60));
        for name in ["one", "two"] {
            sessions.begin(ONE, name, name).unwrap();
        }
        let refused = sessions.begin(OTHER, "three", "three").unwrap_err();
        assert_eq!(refused.kind, Kind::Busy, "no call has a result");
        for name in ["two", "one"] {
            sessions.push(name, CallResult::cancelled().message(name.to_owned()));
        }
        sessions.begin(OTHER, "three", "three").unwrap();
        assert!(matches!(sessions.next("two"), Next::Unknown));
        assert!(matches!(sessions.next("one"), Next::Message(_)));
    }

    #[test]
    fn a_client_discards_only_its_own_results() {
        let sessions = Sessions::new(3, 1, Duration::from_secs(60));
        let complete = |client, name: &str| {
            sessions.begin(client, name, name).unwrap();
            sessions.push(name, CallResult::cancelled().message(name.to_owned()));
        };
        complete(OTHER, "other");
        for name in ["one", "two", "three"] {
            complete(ONE, name);
        }
        assert!(matches!(sessions.next("other"), Next::Message(_)));
        assert!(matches!(sessions.next("two"), Next::Unknown));
        assert!(matches!(sessions.next("three"), Next::Message(_)));
        sessions.begin(ONE, "four", "four").unwrap();
        let refused = sessions.begin(ONE, "five", "five").unwrap_err();
        assert_eq!(refused.kind, Kind::TooManyRequests);
    }
}
