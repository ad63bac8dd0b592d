//! Clips in two dimensions.

use std::collections::BTreeMap;

use undertone_corpus::{Utterance, color_of};
use undertone_figures::page::{Block, Section};
use undertone_figures::words::{clips, number, percent};
use undertone_figures::{Figure, OTHER_COLORS, PointGroup, ScatterPlot};

use super::figures::frame;
use crate::clip::{NO_CLASS, class_of};
use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::projection::Point;
use crate::statistics::{strongest_metrics, tsne_neighbors, utterance};

/// Largest number of speakers that get a color each.
const MOST_SPEAKERS: usize = 40;

pub(super) fn section(exploration: &Exploration<'_>) -> Result<Section, ExploreError> {
    let projection = &exploration.projection;
    let [first, second] = projection.explained.map(|share| number(100.0 * share, 0));
    let mut blocks = vec![Block::Text(format!(
        "Each clip is a point, computed from the standardized means and standard deviations of its \
         40 MFCCs. The first two principal components explain {first}\u{a0}% and \
         {second}\u{a0}% of the variance."
    ))];
    if projection.pca.is_empty() {
        blocks = vec![Block::Text(format!(
            "{} too few for a projection: it needs three or more.",
            clips(exploration.clips.len())
        ))];
    }
    blocks.extend(meanings(exploration).map(Block::Text));
    let axes = [
        format!("first component ({first} % of variance)"),
        format!("second component ({second} % of variance)"),
    ];
    blocks.extend(figures(exploration, "PCA", &axes, &projection.pca)?);
    if let Some(neighbors) = tsne_neighbors(exploration) {
        let shown = match (projection.tsne.len(), projection.pca.len()) {
            (some, all) if some < all => format!(" It shows {some} of {}.", clips(all)),
            _ => String::new(),
        };
        blocks.push(Block::Text(format!(
            "t-SNE keeps neighbors together. Distances between groups and the axes have no \
             meaning.{shown} The nearest neighbor of a clip has the same speaker in {} of the \
             cases and the same emotion in {}.",
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
    places: &[Point],
) -> Result<Vec<Block>, ExploreError> {
    let scheme = &exploration.options.scheme;
    let mut figures = Vec::new();
    if places.is_empty() {
        return Ok(figures);
    }
    let emotions: Vec<String> = exploration
        .emotions()
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut labels: Vec<String> = scheme.labels().iter().map(ToString::to_string).collect();
    let without_class = |place: &Point| class_of(scheme, utterance(exploration, place)) == NO_CLASS;
    if places.iter().any(without_class) {
        labels.push(NO_CLASS.to_owned());
    }
    let mut speakers: Vec<String> = places
        .iter()
        .map(|place| utterance(exploration, place).speaker_name().to_owned())
        .collect();
    speakers.sort();
    speakers.dedup();
    let mut draw = |by: &str, names: Vec<String>, name_of: &dyn Fn(&Utterance) -> String| {
        let title = format!("Clips by {method}, colored by {by}");
        scatter(exploration, title, axes, places, names, name_of)
            .map(|figure| figures.push(Block::Figure(figure)))
    };
    draw("emotion", emotions, &|clip| clip.emotion.to_string())?;
    // Without a mapping, the colors of the labels are those of the emotions.
    let mapped = |place: &Point| {
        let clip = utterance(exploration, place);
        class_of(scheme, clip) != clip.emotion.name()
    };
    if places.iter().any(mapped) {
        draw("label", labels, &|clip| class_of(scheme, clip).to_owned())?;
    }
    if speakers.len() <= MOST_SPEAKERS {
        draw("speaker", speakers, &|clip| clip.speaker_name().to_owned())?;
    }
    Ok(figures)
}

fn scatter(
    exploration: &Exploration<'_>,
    title: String,
    [x_label, y_label]: &[String; 2],
    places: &[Point],
    names: Vec<String>,
    name_of: &dyn Fn(&Utterance) -> String,
) -> Result<Figure, ExploreError> {
    let mut points: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for place in places {
        let name = name_of(utterance(exploration, place));
        points.entry(name).or_default().push((place.x, place.y));
    }
    let mut frame = frame(title).sized(720.0, 560.0);
    if names.iter().filter(|name| color_of(name).is_none()).count() > OTHER_COLORS.len() {
        frame.note = format!(
            "Colors repeat after {} names, in the order of the legend",
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

fn meanings(exploration: &Exploration<'_>) -> Option<String> {
    let found = strongest_metrics(exploration)?;
    let [first, second] = found.map(|(metric, _)| metric.title.to_lowercase());
    let [r, other] = found.map(|(_, r)| number(r, 2));
    Some(if first == second {
        format!(
            "Of the measures above, {first} correlates best with both (r = {r} and r = {other})."
        )
    } else {
        format!(
            "Of the measures above, {first} correlates best with the first component (r = {r}), \
             and {second} with the second (r = {other})."
        )
    })
}
