//! Taking over the terminal and giving it back.

use std::io::{self, IsTerminal, Stderr, stderr};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use undertone_lab::Event as LabEvent;

use super::state::State;
use super::view::draw;
use crate::reporter::View;

/// The time between two redraws, which is also how often keys are read.
const TICK: Duration = Duration::from_millis(100);

/// Whether this program holds the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// A request from the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Stop when the current step is done.
    Soon,
    /// Stop at once. The terminal is already given back.
    Now,
}

/// The view of one training run.
pub(crate) struct Live {
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Take over the terminal. `stop` is called from another thread when `q` or Ctrl-C is pressed.
    ///
    /// # Errors
    /// If stderr is not a terminal that can be drawn on.
    pub(crate) fn start(title: String, stop: impl Fn(Stop) + Send + 'static) -> io::Result<Self> {
        if !stderr().is_terminal() {
            return Err(io::Error::other("stderr is not a terminal"));
        }
        restore_on_panic();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let terminal = execute!(stderr(), EnterAlternateScreen)
            .and_then(|()| Terminal::new(CrosstermBackend::new(stderr())))
            .inspect_err(|_| restore())?;
        let state = Arc::new(Mutex::new(State::new(title)));
        let ended = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (state, ended) = (Arc::clone(&state), Arc::clone(&ended));
            move || redraw(terminal, &state, &ended, &stop)
        });
        Ok(Self {
            state,
            ended,
            thread: Some(thread),
        })
    }
}

impl View for Live {
    fn record(&self, event: &LabEvent<'_>) {
        lock(&self.state).record(event);
    }

    fn progress(&self, name: &'static str, done: usize, total: usize) {
        lock(&self.state).progress(name, done, total);
    }

    fn say(&self, text: &str) {
        lock(&self.state).say(text);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already given the terminal back.
            let _ = thread.join();
        }
        restore();
    }
}

/// Give the terminal back if this program holds it. Safe to call at any time from any thread.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A terminal that has closed needs no cleanup.
        let _ = execute!(stderr(), LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

/// Return whether this program holds the terminal, so that nothing else may write to it.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
    });
}

/// Lock the state. After a panic in another thread it can still be drawn.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn redraw(
    mut terminal: Terminal<CrosstermBackend<Stderr>>,
    state: &Mutex<State>,
    ended: &AtomicBool,
    stop: &dyn Fn(Stop),
) {
    while !ended.load(Ordering::SeqCst) && is_taken() {
        let drawn = terminal.draw(|frame| draw(frame, &lock(state)));
        if drawn.is_err() {
            // The terminal has closed. Training continues.
            return;
        }
        match event::poll(TICK) {
            Ok(true) => {
                if let Ok(Event::Key(key)) = event::read() {
                    handle_key(key, state, stop);
                }
            }
            Ok(false) => {}
            // Without a keyboard the view is still useful.
            Err(_) => thread::sleep(TICK),
        }
    }
}

fn handle_key(key: KeyEvent, state: &Mutex<State>, stop: &dyn Fn(Stop)) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    let interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
    if interrupt || key.code == KeyCode::Char('q') {
        let again = std::mem::replace(&mut lock(state).stopping, true);
        if again {
            restore();
        }
        stop(if again { Stop::Now } else { Stop::Soon });
    } else if key.code == KeyCode::Tab {
        lock(state).switch_chart();
    }
}
