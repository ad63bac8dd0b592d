//! Durations, and the effect of trimming.

use undertone_figures::page::{Block, Cell, Section, Table};
use undertone_figures::words::{number, percent, with_unit};
use undertone_figures::{Figure, Histogram, Line, LineAxis, LineChart, Marker, Samples};

use super::figures::{compared, frame};
use super::overview;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::metrics::DURATION;
use crate::spread::Spread;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let mut blocks = vec![
        Block::Text(format!(
            "{} {}",
            overview::trimming(exploration),
            shortest(exploration)
        )),
        Block::Figure(histogram(exploration)?),
        spreads(exploration),
    ];
    blocks.extend(compared(exploration, &DURATION)?);
    blocks.push(Block::Heading("The trimming threshold".into()));
    blocks.push(Block::Text(thresholds(exploration)));
    blocks.push(Block::Figure(kept(exploration)?));
    blocks.push(Block::Figure(frames(exploration)?));
    if let Some(figure) = example(exploration)? {
        blocks.push(Block::Figure(figure));
    }
    Ok(Section {
        title: "Duration and trimming".into(),
        blocks,
    })
}

fn recorded(exploration: &Exploration<'_>) -> Vec<f64> {
    let clips = exploration.clips.iter();
    clips.map(|clip| clip.measures.seconds).collect()
}

fn trimmed(exploration: &Exploration<'_>) -> Vec<f64> {
    let clips = exploration.clips.iter();
    clips.map(|clip| clip.measures.kept_seconds()).collect()
}

fn shortest(exploration: &Exploration<'_>) -> String {
    let spread = Spread::of(trimmed(exploration));
    spread.map_or_else(String::new, |spread| {
        format!(
            "Trimmed clips last from {} to {}; half of them last between {} and {}.",
            with_unit(spread.min, 2, "s"),
            with_unit(spread.max, 2, "s"),
            with_unit(spread.lower_quartile, 2, "s"),
            with_unit(spread.upper_quartile, 2, "s")
        )
    })
}

fn histogram(exploration: &Exploration<'_>) -> Result<Figure, ExploreError> {
    let series = [
        ("as recorded", recorded(exploration)),
        ("after trimming", trimmed(exploration)),
    ];
    let markers = series.iter().filter_map(|(name, values)| {
        let median = Spread::of(values.iter().copied())?.median;
        Some(Marker {
            name: format!("median {name}, {} s", number(median, 2)),
            value: median,
        })
    });
    Ok(Histogram {
        frame: frame("Duration before and after trimming"),
        value_label: "duration (s)".into(),
        count_label: "clips".into(),
        bins: 0,
        markers: markers.collect(),
        series: series
            .map(|(name, values)| Samples {
                name: name.into(),
                values,
            })
            .into(),
    }
    .draw()?)
}

fn spreads(exploration: &Exploration<'_>) -> Block {
    let rows = [
        ("as recorded", recorded(exploration)),
        ("after trimming", trimmed(exploration)),
    ]
    .into_iter()
    .filter_map(|(name, values)| {
        let spread = Spread::of(values)?;
        let numbers = [spread.min, spread.mean, spread.median, spread.max];
        let mut row = vec![Cell::Text(name.to_owned())];
        row.extend(numbers.map(|value| Cell::Number(number(value, 2))));
        Some(row)
    });
    Block::Table(Table {
        caption: "Duration in seconds".into(),
        header: ["", "min", "mean", "median", "max"]
            .map(str::to_owned)
            .into(),
        rows: rows.collect(),
    })
}

fn thresholds(exploration: &Exploration<'_>) -> String {
    let kept = exploration.kept_by_threshold();
    let at = |wanted: f32| {
        let found = kept.iter().find(|(threshold, _)| *threshold == wanted);
        found.map_or(f64::NAN, |(_, share)| *share)
    };
    format!(
        "A frame counts as silent if it is more than the threshold below the loudest frame of its \
         clip. Trimming removes everything before the first and after the last frame that is not \
         silent. It keeps {} of the audio at 20\u{a0}dB, {} at 30\u{a0}dB, {} at 40\u{a0}dB, and \
         {} at 60\u{a0}dB, the default of librosa.",
        percent(at(20.0)),
        percent(at(30.0)),
        percent(at(40.0)),
        percent(at(60.0))
    )
}

fn threshold(exploration: &Exploration<'_>, sign: f64) -> Vec<Marker> {
    let top_db = f64::from(exploration.options.trimming.config.top_db);
    if !top_db.is_finite() {
        return Vec::new();
    }
    vec![Marker {
        name: format!("threshold, {top_db} dB"),
        value: sign * top_db,
    }]
}

fn kept(exploration: &Exploration<'_>) -> Result<Figure, ExploreError> {
    let points = exploration
        .kept_by_threshold()
        .into_iter()
        .map(|(threshold, share)| (f64::from(threshold), 100.0 * share));
    Ok(LineChart {
        frame: frame("Audio kept by trimming threshold").sized(720.0, 340.0),
        x_label: "threshold (dB below the loudest frame)".into(),
        y: LineAxis::from_zero("audio kept (%)"),
        second: None,
        lines: vec![Line::new("all clips", points.collect())],
        markers: threshold(exploration, 1.0),
    }
    .draw()?)
}

fn frames(exploration: &Exploration<'_>) -> Result<Figure, ExploreError> {
    let bins = &exploration.totals.frame_levels;
    let total = bins.iter().sum::<u64>().max(1) as f64;
    // The last bin counts all lower levels and would be a spike.
    let inside = bins.iter().take(bins.len().saturating_sub(1)).enumerate();
    let points = inside.map(|(bin, frames)| {
        let level = -(bin as f64 + 0.5);
        (level, 100.0 * *frames as f64 / total)
    });
    let points: Vec<(f64, f64)> = points.rev().collect();
    Ok(LineChart {
        frame: frame("Levels of frames")
            .sized(720.0, 340.0)
            .noted("All frames of all clips, relative to the loudest frame of the clip"),
        x_label: "level (dB)".into(),
        y: LineAxis::from_zero("frames (% per dB)"),
        second: None,
        lines: vec![Line::new("frames", points)],
        markers: threshold(exploration, -1.0),
    }
    .draw()?)
}

/// Draw the level of the first shown clip with the threshold.
fn example(exploration: &Exploration<'_>) -> Result<Option<Figure>, ExploreError> {
    let Some(clip) = exploration.shown.first() else {
        return Ok(None);
    };
    let mut lines = vec![Line::new("level", clip.levels.clone())];
    let top_db = f64::from(exploration.options.trimming.config.top_db);
    if top_db.is_finite() {
        lines.push(Line {
            dashed: true,
            ..Line::new(
                &format!("threshold, −{top_db} dB"),
                vec![(0.0, -top_db), (clip.seconds, -top_db)],
            )
        });
    }
    let figure = LineChart {
        frame: frame("One clip's level over time")
            .sized(720.0, 320.0)
            .noted(exploration.path_of(clip.index)),
        x_label: "time (s)".into(),
        y: LineAxis {
            label: "level (dB)".into(),
            logarithmic: false,
            from_zero: false,
        },
        second: None,
        lines,
        markers: Vec::new(),
    };
    Ok(Some(figure.draw()?))
}
