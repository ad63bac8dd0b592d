//! The layout of the screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Stylize};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Gauge, Paragraph};
use undertone_lab::EpochScores;

use super::charts::{draw_accuracy, draw_loss};
use super::state::{State, VisibleChart};

/// The smallest useful size of a chart.
const CHART_WIDTH: u16 = 44;
const CHART_HEIGHT: u16 = 8;
/// The smallest height with room for messages.
const MIN_HEIGHT_FOR_MESSAGES: u16 = 20;

pub(crate) fn draw(frame: &mut Frame<'_>, state: &State) {
    let area = frame.area();
    let message_lines = if area.height >= MIN_HEIGHT_FOR_MESSAGES {
        5
    } else {
        0
    };
    let [head, gauge, numbers, charts, messages, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(message_lines),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(heading(state), head);
    draw_gauge(frame, gauge, state);
    frame.render_widget(latest(state), numbers);
    let one_chart = draw_charts(frame, charts, state);
    draw_messages(frame, messages, state);
    frame.render_widget(keys(state, one_chart), foot);
}

fn heading(state: &State) -> Line<'static> {
    let mut spans = vec![state.title.clone().bold()];
    if let Some(fold) = &state.fold {
        spans.push(format!("  {fold}").into());
    }
    Line::from(spans)
}

fn draw_gauge(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let Some(activity) = &state.activity else {
        frame.render_widget(Line::from("starting").dark_gray(), area);
        return;
    };
    let part = activity.done as f64 / activity.total.max(1) as f64;
    let left = state
        .seconds_left()
        .map(|seconds| format!(", {} left", time(seconds)))
        .unwrap_or_default();
    let label = format!("{} {:.0} %{left}", activity.name, 100.0 * part);
    let gauge = Gauge::default()
        .ratio(part.clamp(0.0, 1.0))
        .label(label)
        .gauge_style(Color::Blue)
        .use_unicode(true);
    frame.render_widget(gauge, area);
}

fn time(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02} min", seconds / 60, seconds % 60),
        _ => format!("{}:{:02} h", seconds / 3600, seconds / 60 % 60),
    }
}

/// The numbers of the last epoch and of the one whose weights are kept.
fn latest(state: &State) -> Line<'static> {
    let Some(epoch) = state.epochs.last() else {
        return Line::default();
    };
    let best = state.best().map_or_else(String::new, |best| {
        let score = match best.scores {
            EpochScores::Classes { validation_uar, .. } => {
                format!("UAR {:.1} %", 100.0 * validation_uar)
            }
            EpochScores::Dimensions { validation_ccc } => format!("CCC {validation_ccc:.3}"),
        };
        format!("  kept {} ({score})", best.epoch)
    });
    Line::from(format!(
        "epoch {}{best}  rate {:.1e}",
        epoch.epoch, epoch.learning_rate
    ))
}

/// Draw both charts where there is room, side by side or stacked, else the visible one. Return
/// whether only one was drawn.
fn draw_charts(frame: &mut Frame<'_>, area: Rect, state: &State) -> bool {
    if area.width >= 2 * CHART_WIDTH {
        let [left, right] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        draw_loss(frame, left, state);
        draw_accuracy(frame, right, state);
        return false;
    }
    if area.height >= 2 * CHART_HEIGHT {
        let [top, bottom] = Layout::vertical([Constraint::Fill(1); 2]).areas(area);
        draw_loss(frame, top, state);
        draw_accuracy(frame, bottom, state);
        return false;
    }
    match state.visible {
        VisibleChart::Loss => draw_loss(frame, area, state),
        VisibleChart::Accuracy => draw_accuracy(frame, area, state),
    }
    true
}

fn draw_messages(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let room = usize::from(area.height.saturating_sub(1));
    let from = state.messages.len().saturating_sub(room);
    let lines: Vec<Line<'_>> = state
        .messages
        .iter()
        .skip(from)
        .map(|text| Line::from(text.as_str()))
        .collect();
    frame.render_widget(
        Paragraph::new(Text::from(lines))
            .block(Block::new().borders(ratatui::widgets::Borders::TOP)),
        area,
    );
}

fn keys(state: &State, one_chart: bool) -> Line<'static> {
    if state.stopping {
        return Line::from("stopping after this step; press q again to stop at once").yellow();
    }
    Line::from(if one_chart {
        "q stop  Tab other chart"
    } else {
        "q stop"
    })
    .dark_gray()
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use undertone_lab::{EpochMetrics, EpochScores, Event};

    use super::draw;
    use crate::tui::state::State;

    fn trained(epochs: usize) -> State {
        let mut state = State::new("3-optimized → runs/mine".into());
        state.record(&Event::Fold {
            name: "fold-2",
            number: 2,
            count: 5,
            train: 800,
            validation: 100,
            test: 200,
            resumed_after: None,
            history: &[],
        });
        state.progress("training", epochs * 30, 60 * 30);
        for number in 1..=epochs {
            let x = number as f64;
            let metrics = EpochMetrics {
                epoch: number,
                train_loss: if number == 3 { f64::NAN } else { 1.1 / x },
                validation_loss: 1.2 / x.sqrt(),
                scores: EpochScores::Classes {
                    train_accuracy: 1.0 - 0.6 / x,
                    validation_accuracy: 1.0 - 0.7 / x,
                    validation_uar: 1.0 - 0.75 / x,
                },
                learning_rate: 1e-3,
                best: number <= 7,
            };
            state.record(&Event::Epoch {
                metrics: &metrics,
                seconds: 1.0,
            });
            state.say(&format!("epoch {number}/60"));
        }
        state
    }

    fn screen(state: &State, width: u16, height: u16) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, state)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |y| {
            (0..width)
                .map(|x| buffer[(x, y)].symbol())
                .collect::<String>()
        };
        (0..height).map(line).collect()
    }

    #[test]
    fn a_wide_screen_shows_both_charts_and_the_messages() {
        let lines = screen(&trained(12), 120, 30).join("\n");
        for words in [
            "fold-2 (2 of 5)",
            "training 20 %",
            "epoch 12  kept 7 (UAR 89.3 %)",
            " loss training 0.092 validation 0.346",
            "accuracy % training 95.0 validation 94.2 UAR 93.8",
            "epoch 12/60",
            "q stop",
        ] {
            assert!(lines.contains(words), "{words}\n{lines}");
        }
    }

    #[test]
    fn a_small_screen_shows_one_chart_and_tab_switches_to_the_other() {
        let mut state = trained(12);
        let lines = screen(&state, 40, 12);
        assert!(lines.iter().any(|line| line.contains("loss")), "{lines:#?}");
        assert!(
            !lines.iter().any(|line| line.contains("accuracy")),
            "{lines:#?}"
        );
        assert!(lines[11].contains("Tab other chart"), "{lines:#?}");
        state.switch_chart();
        assert!(
            screen(&state, 40, 12)
                .iter()
                .any(|line| line.contains("accuracy"))
        );
    }

    #[test]
    fn every_size_and_state_can_be_drawn() {
        for state in [
            State::new(String::new()),
            trained(1),
            trained(2),
            trained(500),
        ] {
            for width in [1, 2, 5, 17, 40, 88, 300] {
                for height in [1, 2, 3, 6, 12, 24, 90] {
                    screen(&state, width, height);
                }
            }
        }
    }

    #[test]
    fn a_requested_stop_is_shown() {
        let mut state = trained(3);
        state.stopping = true;
        assert!(screen(&state, 80, 24)[23].contains("stopping"));
    }
}
