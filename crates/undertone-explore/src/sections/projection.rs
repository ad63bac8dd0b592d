//! Clips in two dimensions.

use std::collections::BTreeMap;

use undertone_corpus::{OTHER_COLORS, Utterance, color_of};
use undertone_figures::page::{Block, Section};
use undertone_figures::{Figure, Frame, PointGroup, ScatterPlot};

use super::metrics::{METRICS, Metric};
use crate::ExploreError;
use crate::exploration::Exploration;
use crate::projection::Place;
use crate::summary::Neighbors;
use crate::words::{clips, number, percent};

/// Most speakers whose clips are told apart by color.
const MOST_SPEAKERS: usize = 40;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let projection = &exploration.projection;
    let [first, second] = projection.explained.map(|share| number(100.0 * share, 0));
    let mut blocks = vec![Block::Text(format!(
        "Each clip is a point: the mean and the standard deviation of its 40 MFCCs, standardized. \
         The first two principal components hold {first}\u{a0}% and {second}\u{a0}% of the variance."
    ))];
    if projection.pca.is_empty() {
        blocks = vec![Block::Text(format!(
            "{} too few to be laid out: three or more are needed.",
            clips(exploration.clips.len())
        ))];
    }
    blocks.extend(meanings(exploration).map(Block::Text));
    let axes = [
        format!("first component ({first} % of variance)"),
        format!("second component ({second} % of variance)"),
    ];
    blocks.extend(figures(exploration, "PCA", &axes, &projection.pca)?);
    if let Some(neighbors) = neighbors(exploration) {
        let shown = match (projection.tsne.len(), projection.pca.len()) {
            (some, all) if some < all => format!(" Of {} it shows {some}.", clips(all)),
            _ => String::new(),
        };
        blocks.push(Block::Text(format!(
            "t-SNE keeps neighbors together; distances between groups, and the axes, mean \
             nothing.{shown} The nearest neighbor of a clip is by the same speaker in {} of the cases, \
             and of the same emotion in {}.",
            percent(neighbors.same_speaker),
            percent(neighbors.same_emotion)
        )));
        let axes = ["t-SNE 1".to_owned(), "t-SNE 2".to_owned()];
        blocks.extend(figures(exploration, "t-SNE", &axes, &projection.tsne)?);
    }
    Ok(Section {
        title: "Clips in two dimensions".into(),
        blocks,
    })
}

fn figures(
    exploration: &Exploration<'_>,
    method: &str,
    axes: &[String; 2],
    places: &[Place],
) -> Result<Vec<Block>, ExploreError> {
    let scheme = exploration.options.scheme;
    let mut figures = Vec::new();
    if places.is_empty() {
        return Ok(figures);
    }
    let emotions: Vec<String> = exploration
        .emotions()
        .iter()
        .map(ToString::to_string)
        .collect();
    let labels: Vec<String> = scheme.labels().iter().map(ToString::to_string).collect();
    let mut speakers: Vec<String> = places
        .iter()
        .map(|place| utterance(exploration, place).speaker.clone())
        .collect();
    speakers.sort();
    speakers.dedup();
    let mut draw = |by: &str, names: Vec<String>, name_of: &dyn Fn(&Utterance) -> String| {
        let title = format!("Clips by {method}, colored by {by}");
        scatter(exploration, title, axes, places, names, name_of)
            .map(|figure| figures.push(Block::Figure(figure)))
    };
    draw("emotion", emotions, &|clip| clip.emotion.to_string())?;
    if scheme.labels().len() < undertone_corpus::Emotion::ALL.len() {
        draw("label", labels, &|clip| {
            scheme.labels()[scheme.label_of(clip.emotion)].to_owned()
        })?;
    }
    if speakers.len() <= MOST_SPEAKERS {
        draw("speaker", speakers, &|clip| clip.speaker.clone())?;
    }
    Ok(figures)
}

fn utterance<'a>(exploration: &'a Exploration<'_>, place: &Place) -> &'a Utterance {
    exploration.utterance(&exploration.clips[place.clip])
}

fn scatter(
    exploration: &Exploration<'_>,
    title: String,
    [x_label, y_label]: &[String; 2],
    places: &[Place],
    names: Vec<String>,
    name_of: &dyn Fn(&Utterance) -> String,
) -> Result<Figure, ExploreError> {
    let mut points: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for place in places {
        let name = name_of(utterance(exploration, place));
        points.entry(name).or_default().push((place.x, place.y));
    }
    let mut frame = Frame::new(title).sized(720.0, 560.0);
    if names.iter().filter(|name| color_of(name).is_none()).count() > OTHER_COLORS.len() {
        frame.note = format!(
            "Colors return after {} names, in the legend's order",
            OTHER_COLORS.len()
        );
    }
    Ok(ScatterPlot {
        frame,
        x_label: x_label.clone(),
        y_label: y_label.clone(),
        groups: names
            .into_iter()
            .filter_map(|name| {
                let points = points.remove(&name)?;
                Some(PointGroup { name, points })
            })
            .collect(),
    }
    .draw()?)
}

/// The measure that goes most with each principal component, and its correlation.
pub(crate) fn strongest(exploration: &Exploration<'_>) -> Option<[(&'static Metric, f64); 2]> {
    let places = &exploration.projection.pca;
    let along = |axis: fn(&Place) -> f64| {
        METRICS
            .iter()
            .filter_map(|metric| {
                let pairs = places.iter().filter_map(|place| {
                    let clip = &exploration.clips[place.clip];
                    Some((axis(place), (metric.of)(&clip.measures)?))
                });
                Some((metric, correlation(&pairs.collect::<Vec<_>>())?))
            })
            .max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))
    };
    Some([along(|place| place.x)?, along(|place| place.y)?])
}

fn meanings(exploration: &Exploration<'_>) -> Option<String> {
    let found = strongest(exploration)?;
    let [first, second] = found.map(|(metric, _)| metric.title.to_lowercase());
    let [r, other] = found.map(|(_, r)| number(r, 2));
    Some(if first == second {
        format!("Of the measures above, {first} goes most with both (r = {r} and r = {other}).")
    } else {
        format!(
            "Of the measures above, {first} goes most with the first component (r = {r}) and {second} \
             with the second (r = {other})."
        )
    })
}

/// Pearson's; `None` of a constant or fewer than three pairs.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| {
        (x + pair.0 / count, y + pair.1 / count)
    });
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let (dx, dy) = (pair.0 - x, pair.1 - y);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    (pairs.len() > 2 && xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// How often a clip's nearest neighbor in the t-SNE is by the same speaker, and of the same emotion.
pub(crate) fn neighbors(exploration: &Exploration<'_>) -> Option<Neighbors> {
    let places = &exploration.projection.tsne;
    let (mut emotion, mut speaker) = (0, 0);
    for (index, place) in places.iter().enumerate() {
        let distance = |other: &Place| (other.x - place.x).powi(2) + (other.y - place.y).powi(2);
        let others = places
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        let nearest = others.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
        let Some((_, nearest)) = nearest else {
            continue;
        };
        let (here, there) = (
            utterance(exploration, place),
            utterance(exploration, nearest),
        );
        emotion += usize::from(here.emotion == there.emotion);
        speaker += usize::from(here.speaker == there.speaker);
    }
    let share = |count: usize| count as f64 / places.len() as f64;
    (!places.is_empty()).then(|| Neighbors {
        same_speaker: share(speaker),
        same_emotion: share(emotion),
    })
}
