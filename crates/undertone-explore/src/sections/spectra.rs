//! Mean spectra of the clips of an emotion.

use undertone_audio::{MelConfig, MelSpectrogram};
use undertone_corpus::Emotion;
use undertone_figures::page::{Block, Section};
use undertone_figures::words::{clips, sentence, signed, with_unit};
use undertone_figures::{ColorMap, Figure, HeatMap, Line, LineAxis, LineChart};
use undertone_metrics::quantile;

use super::figures::frame;
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::measure::{ANALYSIS_RATE, MEL_BANDS};
use crate::totals::MeanSpectra;

type Rows = Vec<Vec<f64>>;

/// A kind of picture.
struct Kind {
    name: &'static str,
    value: &'static str,
    rows: fn(&MeanSpectra) -> Rows,
}

const LOG_MEL: Kind = Kind {
    name: "log-mel",
    value: "level (dB)",
    rows: |mean| mean.log_mel.clone(),
};

/// The zeroth coefficient is the level and tens of times as large as the others, and the high ones
/// are close to zero. Neither is shown.
const MFCC: Kind = Kind {
    name: "MFCCs",
    value: "coefficient",
    rows: |mean| {
        mean.mfcc
            .iter()
            .take(SHOWN_MFCCS + 1)
            .skip(1)
            .cloned()
            .collect()
    },
};

/// Number of coefficients that are shown.
const SHOWN_MFCCS: usize = 20;
/// Share of the values at each end of the color scale that get the last color. Otherwise the first
/// coefficient would use up the scale.
const BEYOND_COLORS: f64 = 0.02;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let means: Vec<(Emotion, MeanSpectra)> = exploration
        .emotions()
        .into_iter()
        .filter_map(|emotion| Some((emotion, exploration.totals.mean_of(emotion)?)))
        .collect();
    let mut blocks = vec![Block::Text(
        "Every trimmed clip is stretched to the same length and averaged with the others of its \
         emotion. All emotions have the same color scale. The lowest and the highest 2\u{a0}% of \
         the values are clipped to its ends."
            .into(),
    )];
    let long_term: Vec<(Emotion, Vec<f64>)> = means
        .iter()
        .map(|(emotion, mean)| {
            (
                *emotion,
                mean.log_mel.iter().map(|row| average(row)).collect(),
            )
        })
        .collect();
    let centers = centers()?;
    blocks.extend(strongest(&long_term, &centers).map(Block::Text));
    blocks.push(Block::Figure(spectrum(&long_term, &centers)?));
    for kind in [LOG_MEL, MFCC] {
        blocks.push(Block::Heading(format!("Mean {} by emotion", kind.name)));
        blocks.push(Block::Grid(mean_maps(&kind, &means)?));
        if let Some(differences) = difference_maps(&kind, &means)? {
            blocks.push(Block::Heading(format!(
                "Mean {}: difference from neutral",
                kind.name
            )));
            blocks.push(Block::Grid(differences));
        }
    }
    Ok(Section {
        title: "Mean spectra".into(),
        blocks,
    })
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn centers() -> Result<Vec<f32>, ExploreError> {
    let config = MelConfig {
        sample_rate: ANALYSIS_RATE,
        n_mels: MEL_BANDS,
        ..MelConfig::default()
    };
    Ok(MelSpectrogram::new(&config)?.centers())
}

fn spectrum(long_term: &[(Emotion, Vec<f64>)], centers: &[f32]) -> Result<Figure, ExploreError> {
    let kilohertz = centers.iter().map(|hertz| f64::from(*hertz) / 1000.0);
    let lines = long_term.iter().map(|(emotion, levels)| {
        let points = kilohertz.clone().zip(levels.iter().copied());
        Line::new(emotion.name(), points.collect())
    });
    Ok(LineChart {
        frame: frame("Mean spectrum by emotion"),
        x_label: "frequency (kHz)".into(),
        y: LineAxis {
            label: "mean level of a mel band (dB)".into(),
            logarithmic: false,
            from_zero: false,
        },
        second: None,
        lines: lines.collect(),
        markers: Vec::new(),
    }
    .draw()?)
}

/// Say in which band an emotion is furthest above neutral.
fn strongest(long_term: &[(Emotion, Vec<f64>)], centers: &[f32]) -> Option<String> {
    let (_, neutral) = long_term.iter().find(|(e, _)| *e == Emotion::Neutral)?;
    let others = long_term.iter().filter(|(e, _)| *e != Emotion::Neutral);
    let (emotion, difference, hertz) = others
        .flat_map(|(emotion, levels)| {
            let pairs = levels.iter().zip(neutral).zip(centers);
            pairs.map(move |((level, neutral), hertz)| (emotion, level - neutral, *hertz))
        })
        .max_by(|(_, a, _), (_, b, _)| a.total_cmp(b))?;
    Some(format!(
        "The largest difference from neutral is that of {emotion} at {}: {}\u{a0}dB.",
        with_unit(f64::from(hertz), 0, "Hz"),
        signed(difference, 1)
    ))
}

fn heat_map(kind: &Kind, title: String, rows: Rows) -> HeatMap {
    let mel = kind.name == LOG_MEL.name;
    HeatMap {
        frame: frame(title).sized(430.0, 290.0),
        x_label: "relative time (%)".into(),
        y_label: if mel {
            "frequency (Hz, mel)"
        } else {
            "coefficient"
        }
        .into(),
        value_label: kind.value.into(),
        rows,
        x_range: (0.0, 100.0),
        y_range: if mel {
            (0.0, f64::from(ANALYSIS_RATE) / 2.0)
        } else {
            (0.5, SHOWN_MFCCS as f64 + 0.5)
        },
        y_mel: mel,
        map: ColorMap::Magma,
        limits: None,
    }
}

/// Return the limits of the color scale, which are the same for all emotions.
fn limits(all: &[Rows]) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = all.iter().flatten().flatten().copied().collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (
        quantile(&values, BEYOND_COLORS),
        quantile(&values, 1.0 - BEYOND_COLORS),
    );
    (low < high).then_some((low, high))
}

fn mean_maps(
    kind: &Kind,
    means: &[(Emotion, MeanSpectra)],
) -> Result<Vec<Vec<Block>>, ExploreError> {
    let all: Vec<Rows> = means.iter().map(|(_, mean)| (kind.rows)(mean)).collect();
    let limits = limits(&all);
    means
        .iter()
        .zip(all)
        .map(|((emotion, mean), rows)| {
            let title = format!("Mean {}, {emotion}", kind.name);
            let mut map = heat_map(kind, title, rows);
            map.limits = limits;
            map.frame.note = clips(mean.clips);
            if kind.name == MFCC.name {
                map.map = ColorMap::Viridis;
            }
            Ok(vec![Block::Figure(map.draw()?)])
        })
        .collect()
}

/// Draw the differences from neutral; `None` if there is no neutral clip or nothing else.
fn difference_maps(
    kind: &Kind,
    means: &[(Emotion, MeanSpectra)],
) -> Result<Option<Vec<Vec<Block>>>, ExploreError> {
    let Some((_, neutral)) = means.iter().find(|(e, _)| *e == Emotion::Neutral) else {
        return Ok(None);
    };
    let neutral = (kind.rows)(neutral);
    let others: Vec<&(Emotion, MeanSpectra)> = means
        .iter()
        .filter(|(e, _)| *e != Emotion::Neutral)
        .collect();
    let all: Vec<Rows> = others
        .iter()
        .map(|(_, mean)| {
            let rows = (kind.rows)(mean).into_iter().zip(&neutral);
            rows.map(|(row, neutral)| row.iter().zip(neutral).map(|(a, b)| a - b).collect())
                .collect()
        })
        .collect();
    let limits = limits(&all);
    let maps: Result<Vec<_>, ExploreError> = others
        .iter()
        .zip(all)
        .map(|((emotion, _), rows)| {
            let title = format!("{} of {emotion} minus neutral", sentence(kind.name));
            let mut map = heat_map(kind, title, rows);
            map.limits = limits;
            map.map = ColorMap::BlueRed;
            map.value_label = format!(
                "difference ({})",
                if kind.name == LOG_MEL.name {
                    "dB"
                } else {
                    "coefficient"
                }
            );
            Ok(vec![Block::Figure(map.draw()?)])
        })
        .collect();
    let maps = maps?;
    Ok((!maps.is_empty()).then_some(maps))
}
