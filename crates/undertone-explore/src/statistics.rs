//! Numbers over all clips, for the page and the summary.

use serde::Serialize;
use undertone_corpus::Utterance;

use crate::clip::gender_of;
use crate::exploration::Exploration;
use crate::metrics::{METRICS, Metric, PITCH};
use crate::projection::Point;
use crate::spread::Spread;

/// How often a clip and its nearest neighbor have something in common, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Neighbors {
    /// The same speaker.
    pub same_speaker: f64,
    /// The same emotion.
    pub same_emotion: f64,
}

/// Count the clips with a peak within 0.1 dB of full scale.
pub(crate) fn near_full_scale(exploration: &Exploration<'_>) -> usize {
    let peaks = exploration
        .clips
        .iter()
        .map(|clip| clip.measures.level.peak_db);
    peaks.flatten().filter(|peak| *peak > -0.1).count()
}

/// Count the clips whose pauses are no louder than 16-bit rounding noise.
pub(crate) fn noise_below_rounding(exploration: &Exploration<'_>) -> usize {
    let noises = exploration.clips.iter().map(|clip| clip.measures.noise);
    noises.flatten().filter(|noise| noise.at_least).count()
}

/// Return the median pitch of women and of men in Hz, if the corpus has both.
pub(crate) fn pitch_medians(exploration: &Exploration<'_>) -> Option<[f64; 2]> {
    let of = |gender: &str| {
        let clips = exploration.clips.iter();
        let clips = clips.filter(|clip| gender_of(exploration.utterance(clip)) == gender);
        Spread::of(clips.filter_map(|clip| (PITCH.of)(&clip.measures)))
    };
    Some([of("female")?.median, of("male")?.median])
}

/// Return the distance from the median pitch of men to that of women, in semitones.
pub(crate) fn semitones_between_genders(exploration: &Exploration<'_>) -> Option<f64> {
    let [female, male] = pitch_medians(exploration)?;
    Some(12.0 * (female / male).log2())
}

/// Return the spread of syllable nuclei in the clips of RAVDESS.
pub(crate) fn syllables_of_known_sentences(exploration: &Exploration<'_>) -> Option<Spread> {
    let clips = exploration.clips.iter();
    let known = clips.filter(|clip| exploration.utterance(clip).ravdess.is_some());
    Spread::of(known.map(|clip| clip.measures.syllables as f64))
}

/// Return the measure with the highest correlation with each principal component, and Pearson's r.
pub(crate) fn strongest_metrics(
    exploration: &Exploration<'_>,
) -> Option<[(&'static Metric, f64); 2]> {
    let places = &exploration.projection.pca;
    let along = |axis: fn(&Point) -> f64| {
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

/// Return Pearson's r; `None` if a variable is constant or there are fewer than three pairs.
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

/// Return how often the nearest neighbor in the t-SNE has the same speaker or the same emotion.
pub(crate) fn tsne_neighbors(exploration: &Exploration<'_>) -> Option<Neighbors> {
    let places = &exploration.projection.tsne;
    let (mut emotion, mut speaker) = (0, 0);
    for (index, place) in places.iter().enumerate() {
        let distance = |other: &Point| (other.x - place.x).powi(2) + (other.y - place.y).powi(2);
        let others = places
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        let nearest = others.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
        let Some((_, nearest)) = nearest else {
            continue;
        };
        let [here, there] = [place, nearest].map(|point| utterance(exploration, point));
        emotion += usize::from(here.emotion == there.emotion);
        speaker += usize::from(here.speaker == there.speaker);
    }
    let share = |count: usize| count as f64 / places.len() as f64;
    (!places.is_empty()).then(|| Neighbors {
        same_speaker: share(speaker),
        same_emotion: share(emotion),
    })
}

/// Return the utterance of a point.
pub(crate) fn utterance<'a>(exploration: &'a Exploration<'_>, point: &Point) -> &'a Utterance {
    exploration.utterance(&exploration.clips[point.clip])
}
