//! Properties of every figure, with common and with nasty data.

use resvg::tiny_skia::Point;
use resvg::usvg::{Group, Node, Options, Tree};
use undertone_figures::{
    BarChart, ColorMap, Figure, FigureError, Frame, HeatMap, Interval, IntervalPlot, Series,
    Stacking,
};

fn all() -> Vec<Figure> {
    crate::samples::common()
        .into_iter()
        .chain(crate::samples::nasty())
        .map(|figure| figure.expect("drawn"))
        .collect()
}

/// A text as it is rendered: its words and the corners of the box around them.
#[derive(Debug)]
struct Text {
    words: String,
    corners: [(f32, f32); 4],
}

fn tree(svg: &str) -> Tree {
    let mut options = Options {
        font_family: "Inter".into(),
        ..Options::default()
    };
    for font in ["Regular", "SemiBold"] {
        let path = format!("{}/fonts/Inter-{font}.ttf", env!("CARGO_MANIFEST_DIR"));
        options
            .fontdb_mut()
            .load_font_data(std::fs::read(path).unwrap());
    }
    Tree::from_str(svg, &options).unwrap_or_else(|error| panic!("{error}: {svg}"))
}

fn texts(group: &Group, found: &mut Vec<Text>) {
    for node in group.children() {
        match node {
            Node::Group(inside) => texts(inside, found),
            Node::Text(text) => {
                let bounds = text.bounding_box();
                let ends = [
                    (bounds.left(), bounds.top()),
                    (bounds.right(), bounds.top()),
                    (bounds.right(), bounds.bottom()),
                    (bounds.left(), bounds.bottom()),
                ];
                let corners = ends.map(|(x, y)| {
                    let mut point = Point::from_xy(x, y);
                    text.abs_transform().map_point(&mut point);
                    (point.x, point.y)
                });
                let words = text.chunks().iter().map(|chunk| chunk.text()).collect();
                found.push(Text { words, corners });
            }
            _ => {}
        }
    }
}

/// Whether two boxes overlap by more than rounding, whatever their angles: no line along an edge
/// of either separates them.
fn overlap(one: &Text, other: &Text) -> bool {
    let edges = [one, other].into_iter().flat_map(|text| {
        let [a, b, _, d] = text.corners;
        [(b.0 - a.0, b.1 - a.1), (d.0 - a.0, d.1 - a.1)]
    });
    edges.into_iter().all(|(x, y)| {
        let length = x.hypot(y).max(1e-6);
        let shadow = |text: &Text| {
            let along = text
                .corners
                .map(|corner| (corner.0 * x + corner.1 * y) / length);
            (
                along.iter().copied().fold(f32::MAX, f32::min),
                along.iter().copied().fold(f32::MIN, f32::max),
            )
        };
        let (one, other) = (shadow(one), shadow(other));
        one.0 < other.1 - 0.3 && other.0 < one.1 - 0.3
    })
}

#[test]
fn text_is_never_cut_and_never_overlaps() {
    let mut wrong = Vec::new();
    let figures = all();
    let drawings = figures.iter().enumerate().flat_map(|(number, figure)| {
        [Some(&figure.svg), figure.narrow.as_ref()]
            .into_iter()
            .flatten()
            .map(move |svg| (number, figure, svg))
    });
    for (number, figure, svg) in drawings {
        let tree = tree(svg);
        let mut found = Vec::new();
        texts(tree.root(), &mut found);
        for (index, text) in found.iter().enumerate() {
            let inside = text.corners.iter().all(|(x, y)| {
                (-0.3..=tree.size().width() + 0.3).contains(x)
                    && (-0.3..=tree.size().height() + 0.3).contains(y)
            });
            if !inside {
                wrong.push(format!(
                    "{number} `{}`: `{}` is cut",
                    figure.title, text.words
                ));
            }
            for other in found
                .iter()
                .skip(index + 1)
                .filter(|other| overlap(text, other))
            {
                wrong.push(format!(
                    "{number} `{}`: `{}` overlaps `{}`",
                    figure.title, text.words, other.words
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} in all",
        wrong[..wrong.len().min(40)].join("\n"),
        wrong.len()
    );
}

#[test]
fn the_overlap_check_finds_overlaps() {
    let boxed = |x: f32, y: f32| Text {
        words: String::new(),
        corners: [(x, y), (x + 10.0, y), (x + 10.0, y + 5.0), (x, y + 5.0)],
    };
    assert!(overlap(&boxed(0.0, 0.0), &boxed(9.0, 4.0)));
    assert!(!overlap(&boxed(0.0, 0.0), &boxed(10.0, 0.0)));
    let slanted = Text {
        words: String::new(),
        corners: [(12.0, 0.0), (22.0, 10.0), (19.0, 13.0), (9.0, 3.0)],
    };
    assert!(!overlap(&boxed(0.0, 8.0), &slanted));
    assert!(overlap(&boxed(8.0, 2.0), &slanted));
}

#[test]
fn every_figure_renders_in_its_size() {
    for figure in all() {
        let png = figure
            .png(1.0)
            .unwrap_or_else(|error| panic!("{}: {error}", figure.title));
        let reader = png::Decoder::new(std::io::Cursor::new(&png))
            .read_info()
            .unwrap();
        assert_eq!(
            f64::from(reader.info().width),
            figure.width().ceil(),
            "{}",
            figure.title
        );
    }
    let figure = crate::samples::common().remove(0).unwrap();
    let png = figure.png(2.5).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(&png))
        .read_info()
        .unwrap();
    assert_eq!(
        f64::from(reader.info().width),
        (2.5 * figure.width()).ceil()
    );
}

#[test]
fn markup_in_names_stays_text() {
    for figure in all() {
        assert!(!figure.svg.contains("<script"), "{}", figure.title);
        assert!(!figure.svg.contains('\u{0}'), "{}", figure.title);
        for number in ["\"NaN", " NaN", ",NaN", "inf ", "inf\"", "inf,"] {
            assert!(!figure.svg.contains(number), "{}: {number}", figure.title);
        }
    }
}

#[test]
fn drawing_is_deterministic() {
    let (one, other) = (all(), all());
    assert!(one == other);
}

#[test]
fn pictures_keep_the_svg_small() {
    let rows = crate::samples::noise(128 * 400)
        .chunks(400)
        .map(<[f64]>::to_vec)
        .collect();
    let figure = HeatMap {
        frame: Frame::new("Large"),
        x_label: "x".into(),
        y_label: "y".into(),
        value_label: "value".into(),
        rows,
        x_range: (0.0, 4.0),
        y_range: (0.0, 128.0),
        y_mel: false,
        map: ColorMap::Magma,
        limits: None,
    };
    // Noise is the worst case: three bytes a value, a third more in base64.
    assert!(figure.draw().unwrap().svg.len() < 128 * 400 * 4 + 20_000);
}

#[test]
fn inconsistent_data_is_a_typed_error() {
    let chart = |values: Vec<f64>, stacking| BarChart {
        frame: Frame::new("Bars"),
        category_label: String::new(),
        value_label: String::new(),
        categories: crate::samples::strings(&["one", "two"]),
        series: vec![Series {
            name: "series".into(),
            values,
        }],
        stacking,
    };
    let short = chart(vec![1.0], Stacking::Grouped).draw();
    assert!(
        matches!(short, Err(FigureError::Mismatch { .. })),
        "{short:?}"
    );
    let nan = chart(vec![1.0, f64::NAN], Stacking::Grouped).draw();
    assert!(matches!(nan, Err(FigureError::Value { .. })), "{nan:?}");
    let negative = chart(vec![1.0, -1.0], Stacking::Stacked).draw();
    assert!(
        matches!(negative, Err(FigureError::Value { .. })),
        "{negative:?}"
    );
    assert!(chart(vec![1.0, -1.0], Stacking::Grouped).draw().is_ok());
    let figure = chart(vec![1.0, 2.0], Stacking::Grouped).draw().unwrap();
    for scale in [0.0, -1.0, f64::NAN, 1e6] {
        assert!(
            matches!(figure.png(scale), Err(FigureError::Render { .. })),
            "{scale}"
        );
    }
}

#[test]
fn a_figure_that_is_too_large_is_saved_at_a_smaller_scale() {
    let groups = (0..700).map(|number| Interval {
        name: number.to_string(),
        value: 0.5,
        bounds: None,
    });
    let figure = IntervalPlot {
        frame: Frame::new("Many"),
        group_label: "group".into(),
        value_label: "value".into(),
        groups: groups.collect(),
        range: None,
        markers: Vec::new(),
    }
    .draw()
    .unwrap();
    assert!(figure.png(2.0).is_err());
    let folder = tempfile::tempdir().unwrap();
    figure.save(folder.path(), "many", 2.0).unwrap();
    let png = std::fs::read(folder.path().join("many.png")).unwrap();
    let height = u32::from_be_bytes(png[20..24].try_into().unwrap());
    assert!((16_000..=16_384).contains(&height), "{height}");
}

#[test]
fn names_cannot_reverse_the_text_around_them() {
    let figure = IntervalPlot {
        frame: Frame::new("By \u{202e}evil\u{2066}\u{85}name"),
        group_label: "group".into(),
        value_label: "value".into(),
        groups: Vec::new(),
        range: None,
        markers: Vec::new(),
    }
    .draw()
    .unwrap();
    let turning = ['\u{202e}', '\u{2066}', '\u{85}'];
    assert!(!figure.svg.contains(turning));
    assert!(figure.svg.contains("By evil"), "{}", figure.svg);
}
