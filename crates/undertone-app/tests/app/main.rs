//! Tests of a real server on a real socket, with a recognizer that the tests control.

mod access;
mod adaptive;
mod docs;
mod failures;
mod gradio;
mod hostile;
mod limits;
mod live;
mod local;
mod long;
mod observation;
mod page;
mod predict;
#[path = "../../../undertone-answer/tests/schema.rs"]
mod schema;
mod stopping;
mod support;
mod voice;
