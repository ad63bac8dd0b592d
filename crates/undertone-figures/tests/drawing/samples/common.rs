//! Data as a corpus and a training give it.

use undertone_corpus::Emotion;
use undertone_figures::*;

use super::{frame, noise, strings};

/// One figure of every kind.
pub(crate) fn common() -> Vec<Result<Figure, FigureError>> {
    vec![
        bars().draw(),
        stacked().draw(),
        flow().draw(),
        histogram().draw(),
        violins().draw(),
        lines().draw(),
        heat_map().draw(),
        difference().draw(),
        wave(frame("Wave form, angry, female").sized(560.0, 240.0)).draw(),
        spectrogram(frame("Mel spectrogram, angry, female").sized(560.0, 300.0)).draw(),
        scatter().draw(),
        confusion(Normalization::Counts).draw(),
        confusion(Normalization::Rows).draw(),
        grid().draw(),
        reliability().draw(),
        intervals().draw(),
    ]
}

fn emotions() -> Vec<String> {
    strings(&Emotion::NAMES)
}

fn grid() -> GridFigure {
    GridFigure {
        frame: frame("UAR by training and test corpus").sized(640.0, 260.0),
        row_label: "trained on".into(),
        column_label: "tested on".into(),
        rows: strings(&["CREMA-D", "EmoDB", "RAVDESS"]),
        columns: strings(&["CREMA-D", "EmoDB", "RAVDESS"]),
        value_label: "UAR (%)".into(),
        values: vec![
            vec![71.2, 55.0, 48.3],
            vec![40.1, 88.4, f64::NAN],
            vec![44.0, 51.7, 86.0],
        ],
    }
}

fn bars() -> BarChart {
    BarChart {
        frame: frame("Clips by emotion").noted("RAVDESS speech, 1440 clips of 24 actors"),
        category_label: "emotion".into(),
        value_label: "clips".into(),
        categories: emotions(),
        series: vec![Series {
            name: "clips".into(),
            values: vec![96.0, 192.0, 192.0, 192.0, 192.0, 192.0, 192.0, 192.0],
        }],
        stacking: Stacking::Grouped,
    }
}

fn stacked() -> BarChart {
    BarChart {
        frame: frame("Clips by speaker and label"),
        category_label: "speaker".into(),
        value_label: "clips".into(),
        categories: (1..=24).map(|actor| format!("Actor_{actor:02}")).collect(),
        series: [("negative", 32.0), ("neutral", 12.0), ("positive", 16.0)]
            .map(|(name, value)| Series {
                name: name.into(),
                values: vec![value; 24],
            })
            .into(),
        stacking: Stacking::Stacked,
    }
}

fn flow() -> FlowFigure {
    let step = |name: &str, groups: &[(&str, f64)]| FlowStep {
        name: name.into(),
        groups: groups
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect(),
    };
    let names = Emotion::NAMES;
    let recorded: Vec<(&str, f64)> = names
        .iter()
        .map(|name| (*name, if *name == "neutral" { 96.0 } else { 192.0 }))
        .collect();
    let even: Vec<(&str, f64)> = names.iter().map(|name| (*name, 192.0)).collect();
    let label = |emotion: &str| match emotion {
        "neutral" | "calm" => 1,
        "happy" | "surprised" => 2,
        _ => 0,
    };
    let to_labels = names
        .iter()
        .enumerate()
        .map(|(from, name)| FlowLink {
            from,
            to: label(name),
            leaving: 192.0,
            arriving: 192.0,
        })
        .collect();
    FlowFigure {
        frame: frame("From recordings to balanced labels").sized(820.0, 440.0),
        unit: "clips".into(),
        steps: vec![
            step("as recorded", &recorded),
            step("after oversampling", &even),
            step(
                "after mapping to labels",
                &[("negative", 768.0), ("neutral", 384.0), ("positive", 384.0)],
            ),
            step(
                "after under-sampling",
                &[("negative", 384.0), ("neutral", 384.0), ("positive", 384.0)],
            ),
        ],
        links: vec![Vec::new(), to_labels, Vec::new()],
    }
}

fn histogram() -> Histogram {
    let spread = |shift: f64| {
        noise(1440)
            .chunks(2)
            .map(|pair| shift + pair.iter().sum::<f64>())
            .collect()
    };
    Histogram {
        frame: frame("Duration before and after trimming"),
        value_label: "duration (s)".into(),
        count_label: "clips".into(),
        bins: 0,
        series: vec![
            Samples {
                name: "as recorded".into(),
                values: spread(2.9),
            },
            Samples {
                name: "trimmed".into(),
                values: spread(0.9),
            },
        ],
        markers: vec![Marker {
            name: "2 s, what the model hears".into(),
            value: 2.0,
        }],
    }
}

fn violins() -> ViolinPlot {
    let values = noise(192 * 3);
    ViolinPlot {
        frame: frame("Pitch by emotion"),
        category_label: "emotion".into(),
        value_label: "median f0 (Hz)".into(),
        categories: emotions()
            .into_iter()
            .enumerate()
            .map(|(index, name)| Samples {
                name,
                values: values
                    .chunks(3)
                    .take(if index == 3 { 5 } else { 192 })
                    .map(|chunk| 90.0 + 12.0 * index as f64 + 60.0 * chunk.iter().sum::<f64>())
                    .collect(),
            })
            .collect(),
    }
}

fn lines() -> LineChart {
    let line = |name: &str, end: f64, second_axis: bool, dashed: bool| Line {
        name: name.into(),
        points: (1..=60_i32)
            .map(f64::from)
            .map(|epoch| (epoch, end + (1.1 - end) * (-epoch / 12.0).exp()))
            .collect(),
        dashed,
        second_axis,
    };
    let mut rate = line("learning rate", 0.0, true, true);
    for (epoch, value) in &mut rate.points {
        *value = 1e-3 * 0.9_f64.powf(*epoch);
    }
    LineChart {
        frame: frame("Loss, fold 1"),
        x_label: "epoch".into(),
        y: LineAxis {
            label: "cross-entropy (nats)".into(),
            logarithmic: false,
            from_zero: true,
        },
        second: Some(LineAxis {
            label: "learning rate".into(),
            logarithmic: true,
            from_zero: false,
        }),
        lines: vec![
            line("training", 0.2, false, false),
            line("validation", 0.5, false, false),
            rate,
        ],
        markers: vec![Marker {
            name: "best epoch, 41".into(),
            value: 41.0,
        }],
    }
}

fn heat_map() -> HeatMap {
    HeatMap {
        frame: frame("MFCC of a clip"),
        x_label: "time (s)".into(),
        y_label: "coefficient".into(),
        value_label: "standard deviations".into(),
        rows: noise(40 * 63).chunks(63).map(<[f64]>::to_vec).collect(),
        x_range: (0.0, 2.0),
        y_range: (0.0, 40.0),
        y_mel: false,
        map: ColorMap::Viridis,
        limits: None,
    }
}

fn difference() -> HeatMap {
    HeatMap {
        frame: frame("Mean log-mel, angry less neutral"),
        value_label: "difference (dB)".into(),
        rows: noise(64 * 63)
            .chunks(63)
            .map(|row| row.iter().map(|value| 30.0 * value - 12.0).collect())
            .collect(),
        y_range: (0.0, 8000.0),
        y_label: "mel band".into(),
        map: ColorMap::BlueRed,
        ..heat_map()
    }
}

fn wave(frame: Frame) -> WavePlot {
    let columns = 600;
    WavePlot {
        frame,
        name: "angry".into(),
        peaks: noise(columns)
            .into_iter()
            .enumerate()
            .map(|(index, value)| {
                let envelope = (std::f64::consts::PI * index as f64 / columns as f64)
                    .sin()
                    .powi(4);
                (-envelope * value * 0.6, envelope * value * 0.7)
            })
            .collect(),
        seconds: 3.64,
        limit: None,
        trimmed: vec![(0.0, 0.9), (2.7, 3.64)],
    }
}

fn spectrogram(frame: Frame) -> Spectrogram {
    Spectrogram {
        frame,
        bands: (0..64)
            .map(|band| {
                (0..114)
                    .map(|time| {
                        -80.0
                            + 80.0
                                * (f64::from(time) / 36.0).sin().abs()
                                * (1.0 - f64::from(band) / 64.0)
                    })
                    .collect()
            })
            .collect(),
        seconds: 3.64,
        hertz: (0.0, 8000.0),
        limits: Some((-80.0, 0.0)),
        trimmed: vec![(0.0, 0.9), (2.7, 3.64)],
    }
}

fn scatter() -> ScatterPlot {
    let values = noise(1440 * 2);
    let points: Vec<(f64, f64)> = values
        .chunks(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
        .collect();
    ScatterPlot {
        frame: frame("Utterances in two dimensions").sized(640.0, 560.0),
        x_label: "first component (31 % of variance)".into(),
        y_label: "second component (12 % of variance)".into(),
        groups: emotions()
            .into_iter()
            .zip(points.chunks(180))
            .enumerate()
            .map(|(index, (name, points))| PointGroup {
                name,
                points: points
                    .iter()
                    .map(|(x, y)| (x * 4.0 + index as f64, y * 4.0 - index as f64))
                    .collect(),
            })
            .collect(),
    }
}

fn confusion(normalization: Normalization) -> ConfusionFigure {
    let title = match normalization {
        Normalization::Counts => "Confusion, clips",
        Normalization::Rows => "Confusion, % of each true class",
    };
    ConfusionFigure {
        frame: frame(title).sized(600.0, 520.0),
        labels: emotions(),
        counts: (0..8)
            .map(|row| {
                (0..8)
                    .map(|column| {
                        if row == column {
                            130
                        } else {
                            (row * column) % 13
                        }
                    })
                    .collect()
            })
            .collect(),
        normalization,
    }
}

fn reliability() -> ReliabilityDiagram {
    ReliabilityDiagram {
        frame: frame("Reliability").sized(520.0, 460.0),
        bins: (3..15)
            .map(|bin| {
                let confidence = (f64::from(bin) + 0.5) / 15.0;
                ReliabilityBin {
                    range: (f64::from(bin) / 15.0, f64::from(bin + 1) / 15.0),
                    count: bin as u64 * 13,
                    confidence,
                    accuracy: if bin == 14 { 1.0 } else { confidence * 0.9 },
                }
            })
            .collect(),
        error: 0.064,
    }
}

fn intervals() -> IntervalPlot {
    IntervalPlot {
        frame: frame("UAR by speaker").sized(640.0, 300.0),
        group_label: "speaker".into(),
        value_label: "UAR (%), 95 % interval".into(),
        groups: (1..=24)
            .zip(noise(24))
            .map(|(actor, value)| Interval {
                name: format!("Actor_{actor:02}"),
                value: 55.0 + 30.0 * value,
                bounds: Some((45.0 + 30.0 * value, 66.0 + 30.0 * value)),
            })
            .collect(),
        range: Some((0.0, 100.0)),
        markers: vec![Marker {
            name: "chance, 33.3".into(),
            value: 33.3,
        }],
    }
}
