//! The part of Gradio's interface that its clients need to call one function.
//!
//! A client reads [`config`], uploads a file ([`uploads`]), starts a call ([`calls`]), and reads
//! the result from an event stream ([`stream`]). The calls of a session share a stream
//! ([`sessions`]). The format is that of Gradio 6 (`gradio/routes.py`,
//! `gradio/server_messages.py`); `docs/serving.md` says what is supported.

mod calls;
mod config;
mod message;
mod sessions;
mod stream;
mod uploads;

pub(crate) use calls::{Calls, call, call_by_keyword, cancel, join, reset, run};
pub(crate) use config::{AppId, app_id, config, info, queue_status, startup_events};
pub(crate) use sessions::Sessions;
pub(crate) use stream::{Streams, call_stream, heartbeat, session_stream};
pub(crate) use uploads::{Uploads, upload};
