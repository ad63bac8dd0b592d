//! Data that nobody hopes for.

use undertone_figures::*;

use super::{frame, noise};

const MARKUP: &str = "<script>alert(\"1\")</script>&'";

/// Figures that must not fail, overlap or be cut, whatever the data.
pub(crate) fn nasty() -> Vec<Result<Figure, FigureError>> {
    let mut figures = Vec::new();
    for count in [1, 2, 7, 15, 40] {
        figures.push(bars(count, 1, Stacking::Grouped).draw());
        figures.push(bars(count, 3, Stacking::Stacked).draw());
        figures.push(violins(count).draw());
        figures.push(intervals(count).draw());
        figures.push(confusion(count).draw());
        figures.push(flow(count).draw());
    }
    figures.push(bars(12, 9, Stacking::Grouped).draw());
    figures.extend([
        narrow_bars().draw(),
        negative_bars().draw(),
        one_epoch().draw(),
        gaps().draw(),
    ]);
    figures.extend([
        extremes().draw(),
        histogram().draw(),
        one_value().draw(),
        many_points().draw(),
    ]);
    figures.extend([
        silence().draw(),
        gray().draw(),
        flat_heat_map().draw(),
        markup_scatter().draw(),
    ]);
    figures.extend([full_reliability().draw(), loud_spectrogram().draw()]);
    figures.extend(empty());
    figures
}

/// Thirty characters, the first of them markup.
fn names(count: usize) -> Vec<String> {
    std::iter::once(MARKUP.to_owned())
        .chain((1..).map(|index| format!("a category of thirty letters {index:02}")))
        .take(count)
        .collect()
}

fn title() -> Frame {
    frame(format!(
        "A title that is far too long for one line, since somebody wrote a whole \
                   sentence there: {MARKUP}"
    ))
    .noted(
        "And a note that goes on for longer than anyone would read, with numbers such as 1 \
                234 567 and a word that is very long: \
                Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.",
    )
}

fn bars(count: usize, series: usize, stacking: Stacking) -> BarChart {
    BarChart {
        frame: title(),
        category_label: "a label of an axis that is longer than the axis itself could ever be on \
                         any screen that is known to me"
            .into(),
        value_label: "a label of an axis that is longer than the axis itself could ever be on any \
                      screen that is known to me"
            .into(),
        categories: names(count),
        series: names(series)
            .into_iter()
            .map(|name| Series {
                name,
                values: noise(count)
                    .into_iter()
                    .map(|value| (value * 12_345.0).round())
                    .collect(),
            })
            .collect(),
        stacking,
    }
}

fn narrow_bars() -> BarChart {
    let mut bars = bars(8, 2, Stacking::Grouped);
    bars.frame = title().sized(240.0, 120.0);
    bars
}

fn negative_bars() -> BarChart {
    let mut bars = bars(9, 1, Stacking::Grouped);
    for series in &mut bars.series {
        series.values = noise(9)
            .into_iter()
            .map(|value| value * 4.0 - 2.0)
            .collect();
    }
    bars
}

fn violins(count: usize) -> ViolinPlot {
    let values = [
        vec![],
        vec![1.0],
        vec![2.0; 50],
        vec![f64::NAN, 3.0, f64::INFINITY],
        noise(5000),
        vec![-4.0, 6.0],
    ];
    ViolinPlot {
        frame: title(),
        category_label: "category".into(),
        value_label: "value".into(),
        categories: names(count)
            .into_iter()
            .zip(values.into_iter().rev().cycle())
            .map(|(name, values)| Samples { name, values })
            .collect(),
    }
}

fn intervals(count: usize) -> IntervalPlot {
    IntervalPlot {
        frame: title(),
        group_label: "group".into(),
        value_label: "value".into(),
        groups: names(count)
            .into_iter()
            .enumerate()
            .map(|(index, name)| Interval {
                name,
                value: if index % 5 == 4 {
                    f64::NAN
                } else {
                    index as f64
                },
                bounds: (index % 3 == 0).then_some((index as f64 - 3.0, f64::INFINITY)),
            })
            .collect(),
        range: None,
        markers: names(3)
            .into_iter()
            .map(|name| Marker { name, value: 1.5 })
            .collect(),
    }
}

fn confusion(count: usize) -> ConfusionFigure {
    ConfusionFigure {
        frame: title().sized(560.0, 480.0),
        labels: names(count),
        counts: (0..count)
            .map(|row| {
                (0..count)
                    .map(|column| {
                        if row == 1 {
                            0
                        } else {
                            (row * column) as u64 * 997 + 1
                        }
                    })
                    .collect()
            })
            .collect(),
        normalization: if count.is_multiple_of(2) {
            Normalization::Rows
        } else {
            Normalization::Counts
        },
    }
}

fn flow(count: usize) -> FlowFigure {
    let step = |name: &str, factor: f64| FlowStep {
        name: name.into(),
        groups: names(count)
            .into_iter()
            .enumerate()
            .map(|(index, name)| {
                (
                    name,
                    if index % 4 == 1 {
                        0.0
                    } else {
                        (factor * (index * index + 1) as f64).round()
                    },
                )
            })
            .collect(),
    };
    FlowFigure {
        frame: title(),
        unit: "clips of a very long unit that does not fit".into(),
        steps: vec![
            step("as recorded", 3.0),
            step("after something with a long name that needs lines", 1.0),
            step("then", 4.0),
            step("and", 0.0),
            step("at last", 1.0),
        ],
        links: Vec::new(),
    }
}

fn one_epoch() -> LineChart {
    LineChart {
        frame: frame("One epoch"),
        x_label: "epoch".into(),
        y: LineAxis {
            label: "loss".into(),
            logarithmic: false,
            from_zero: true,
        },
        second: Some(LineAxis {
            label: "learning rate".into(),
            logarithmic: true,
            from_zero: false,
        }),
        lines: vec![
            Line {
                name: "training".into(),
                points: vec![(1.0, 0.7)],
                dashed: false,
                second_axis: false,
            },
            Line {
                name: "learning rate".into(),
                points: vec![(1.0, 1e-4)],
                dashed: true,
                second_axis: true,
            },
        ],
        markers: vec![Marker {
            name: "best epoch, 1".into(),
            value: 1.0,
        }],
    }
}

fn gaps() -> LineChart {
    let values = [1.0, f64::NAN, 0.8, 0.7, f64::INFINITY, 0.6, 0.0, 0.5];
    LineChart {
        frame: frame("Gaps"),
        y: LineAxis {
            label: "loss".into(),
            logarithmic: true,
            from_zero: false,
        },
        second: None,
        lines: names(12)
            .into_iter()
            .map(|name| Line {
                name,
                points: (1..).map(f64::from).zip(values).collect(),
                dashed: false,
                second_axis: false,
            })
            .collect(),
        markers: vec![Marker {
            name: "nowhere".into(),
            value: f64::NAN,
        }],
        ..one_epoch()
    }
}

fn extremes() -> LineChart {
    let mut chart = one_epoch();
    chart.frame = title();
    chart.second = None;
    chart.lines = vec![
        Line {
            name: "huge".into(),
            points: vec![(-1e9, 1e300), (1e9, -1e300)],
            dashed: false,
            second_axis: false,
        },
        Line {
            name: "tiny".into(),
            points: vec![(0.0, 1e-300)],
            dashed: false,
            second_axis: false,
        },
    ];
    chart
}

fn histogram() -> Histogram {
    Histogram {
        frame: title(),
        value_label: "seconds".into(),
        count_label: "clips".into(),
        bins: 0,
        series: names(5)
            .into_iter()
            .map(|name| Samples {
                name,
                values: noise(300).into_iter().chain([f64::NAN]).collect(),
            })
            .collect(),
        markers: names(4)
            .into_iter()
            .map(|name| Marker { name, value: 0.5 })
            .collect(),
    }
}

fn one_value() -> Histogram {
    Histogram {
        frame: frame("One value"),
        series: vec![Samples {
            name: "one".into(),
            values: vec![2.0; 3],
        }],
        markers: vec![Marker {
            name: "far away".into(),
            value: 4000.0,
        }],
        ..histogram()
    }
}

fn many_points() -> ScatterPlot {
    let values = noise(40_000);
    ScatterPlot {
        frame: title(),
        x_label: "x".into(),
        y_label: "y".into(),
        groups: names(40)
            .into_iter()
            .map(|name| PointGroup {
                name,
                points: values
                    .chunks(40)
                    .map(|chunk| (chunk[0], chunk[1]))
                    .collect(),
            })
            .collect(),
    }
}

fn markup_scatter() -> ScatterPlot {
    ScatterPlot {
        frame: frame("一つの点, один, ένα, \u{0}\u{7}, 😀"),
        x_label: MARKUP.into(),
        y_label: MARKUP.into(),
        groups: vec![PointGroup {
            name: MARKUP.into(),
            points: vec![(1.0, 1.0), (f64::NAN, 1.0)],
        }],
    }
}

fn silence() -> WavePlot {
    WavePlot {
        frame: frame("Silence").sized(300.0, 130.0),
        name: "neutral".into(),
        peaks: vec![(0.0, 0.0); 500],
        seconds: 0.02,
        limit: Some(f64::NAN),
        trimmed: vec![(0.0, 99.0), (f64::NAN, 1.0), (2.0, 1.0)],
    }
}

fn gray() -> HeatMap {
    HeatMap {
        frame: title().sized(300.0, 200.0),
        x_label: "time (s)".into(),
        y_label: "band".into(),
        value_label: "a label that is longer than the bar beside which it stands, by far".into(),
        rows: vec![vec![f64::NAN, -1e-9], vec![f64::INFINITY, 1e9]],
        x_range: (0.0, 0.0),
        y_range: (-1e7, 1e7),
        y_mel: false,
        map: ColorMap::BlueRed,
        limits: None,
    }
}

fn flat_heat_map() -> HeatMap {
    HeatMap {
        frame: frame("Flat"),
        rows: vec![vec![-80.0; 9]; 9],
        map: ColorMap::Viridis,
        ..gray()
    }
}

fn loud_spectrogram() -> Spectrogram {
    Spectrogram {
        frame: frame("One frame").sized(280.0, 160.0),
        bands: vec![vec![0.0]; 128],
        seconds: 1234.5,
        hertz: (20.0, 24_000.0),
        limits: None,
        trimmed: Vec::new(),
    }
}

fn full_reliability() -> ReliabilityDiagram {
    ReliabilityDiagram {
        frame: title().sized(300.0, 260.0),
        bins: (0..10)
            .map(|bin| ReliabilityBin {
                range: (f64::from(bin) / 10.0, f64::from(bin + 1) / 10.0),
                count: 123_456,
                confidence: f64::from(bin) / 10.0,
                accuracy: 1.0,
            })
            .collect(),
        error: 0.5,
    }
}

fn empty() -> Vec<Result<Figure, FigureError>> {
    let mut bars = bars(0, 0, Stacking::Stacked);
    bars.frame = frame("");
    let mut lines = one_epoch();
    lines.lines.clear();
    let mut heat_map = flat_heat_map();
    heat_map.rows = vec![vec![f64::NAN]];
    let mut spectrogram = loud_spectrogram();
    spectrogram.bands.clear();
    let mut wave = silence();
    wave.peaks.clear();
    let mut histogram = histogram();
    histogram.series.clear();
    let mut reliability = full_reliability();
    reliability.bins.clear();
    let mut scatter = markup_scatter();
    scatter.groups.clear();
    vec![
        bars.draw(),
        flow(0).draw(),
        histogram.draw(),
        violins(0).draw(),
        lines.draw(),
        heat_map.draw(),
        wave.draw(),
        spectrogram.draw(),
        scatter.draw(),
        confusion(0).draw(),
        reliability.draw(),
        intervals(0).draw(),
    ]
}
