//! The terminal, taken and given back.

use std::io::{self, Stderr, stderr};
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

use crate::state::{Epoch, Fold, State};
use crate::view::draw;

/// How often the screen is drawn and keys are looked for.
const TICK: Duration = Duration::from_millis(100);

/// Whether the terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What somebody at the terminal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// To stop when the step is done.
    Soon,
    /// To stop at once; the terminal is given back already.
    Now,
}

/// The view of one training.
#[derive(Debug)]
pub struct Live {
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Takes over the terminal. `stop` is called, from another thread, when somebody presses `q`
    /// or Ctrl-C.
    ///
    /// # Errors
    /// Where stderr is no terminal that can be drawn on.
    pub fn start(title: String, stop: impl Fn(Stop) + Send + 'static) -> io::Result<Self> {
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

    /// A fold begins, or goes on after the epochs that an earlier process trained.
    pub fn fold(&self, fold: Fold, epochs: Vec<Epoch>) {
        lock(&self.state).begin_fold(fold, epochs);
    }

    /// So much of something is done.
    pub fn progress(&self, what: &'static str, done: usize, total: usize) {
        lock(&self.state).progress(what, done, total);
    }

    /// An epoch is done.
    pub fn epoch(&self, epoch: Epoch) {
        lock(&self.state).epochs.push(epoch);
    }

    /// Something to read.
    pub fn say(&self, text: &str) {
        lock(&self.state).say(text);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has given the terminal back already.
            let _ = thread.join();
        }
        restore();
    }
}

/// Gives the terminal back as it was, if it is taken. Safe to call at any time from any thread.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Nothing can be done about a terminal that has gone away.
        let _ = execute!(stderr(), LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

/// Whether the terminal is taken, so that nobody else should write to it.
pub fn is_taken() -> bool {
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

/// A thread that panicked while it held the state leaves something to draw all the same.
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
            // The terminal has gone away. Training goes on.
            return;
        }
        match event::poll(TICK) {
            Ok(true) => {
                if let Ok(Event::Key(key)) = event::read() {
                    pressed(key, state, stop);
                }
            }
            Ok(false) => {}
            // No keyboard: the view alone is of use.
            Err(_) => thread::sleep(TICK),
        }
    }
}

fn pressed(key: KeyEvent, state: &Mutex<State>, stop: &dyn Fn(Stop)) {
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
        lock(state).turn();
    }
}
