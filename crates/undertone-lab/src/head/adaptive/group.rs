//! The moments of the embeddings of one group.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use super::clips::{AdaptiveExample, Standard};
use super::mean_of::mean_of;

/// Which differences a head ignores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blindness {
    /// Those between groups.
    Groups,
    /// Those between groups and between speakers: the covariance is that within a speaker.
    Speakers,
}

/// A group of clips with their standardized embeddings and the moments of these.
pub(super) struct Group {
    /// `[clips, width]`.
    pub(super) clips: Tensor<2>,
    /// Their transmitted copies, in the same order.
    pub(super) copies: Tensor<2>,
    /// The output of each clip.
    pub(super) outputs: Vec<usize>,
    /// The speaker of each clip.
    pub(super) speakers: Vec<String>,
    /// The mean embedding of each output over clips and copies, if the group has it.
    pub(super) means: Vec<Option<Vec<f64>>>,
    /// The covariance about the outputs' means, and that about the speakers' too. Both include the
    /// covariance of what a transmission adds. `[width, width]`.
    around_groups: Tensor<2>,
    around_speakers: Tensor<2>,
    /// Rows whose products add up to the covariance of what a class adds to one speaker and not to
    /// others, `[rows, width]`. `None` if no speaker has enough classes.
    pub(super) of_speakers: Option<Tensor<2>>,
    /// The mean of `x` over clips and copies, `[1, width]`, and of `x·xᵀ`.
    pub(super) mean: Tensor<2>,
    pub(super) second_moment: Tensor<2>,
}

impl Group {
    pub(super) fn new(
        examples: &[AdaptiveExample<'_>],
        standard: &Standard,
        outputs: usize,
        device: &Device,
    ) -> Self {
        let width = standard.mean.len();
        let count = examples.len();
        let rows = |embeddings: &mut dyn Iterator<Item = Vec<f32>>| {
            let values: Vec<f32> = embeddings.flatten().collect();
            Tensor::<2>::from_data(TensorData::new(values, [count, width]), device)
        };
        let clips = rows(
            &mut examples
                .iter()
                .map(|it| standard.standardized(it.embedding)),
        );
        let copies = rows(&mut examples.iter().map(|it| standard.standardized(it.copy)));
        let of_output: Vec<usize> = examples.iter().map(|it| it.output).collect();
        let both = (clips.clone() + copies.clone()) / 2.0;
        let both_rows: Vec<f32> = both.clone().into_data().iter::<f32>().collect();
        let means = means_of(&both_rows, width, &of_output, outputs);
        let residual_of = |index: usize| -> Vec<f64> {
            let row = both_rows[index * width..(index + 1) * width].iter();
            let mean = means[of_output[index]].as_deref().unwrap_or_default();
            row.zip(mean)
                .map(|(value, mean)| f64::from(*value) - mean)
                .collect()
        };
        let cells = speaker_cells(examples, &residual_of);
        let offsets: BTreeMap<&str, Vec<f64>> = cells
            .iter()
            .map(|(speaker, cells)| (*speaker, mean_of(cells)))
            .collect();
        let centers = |with_speakers: bool| {
            let values: Vec<f32> = examples
                .iter()
                .flat_map(|example| {
                    let mean = means[example.output].clone().unwrap_or_default();
                    let offset = offsets.get(example.speaker).filter(|_| with_speakers);
                    let value = |(at, mean): (usize, f64)| {
                        (mean + offset.map_or(0.0, |offset| offset[at])) as f32
                    };
                    mean.into_iter()
                        .enumerate()
                        .map(value)
                        .collect::<Vec<f32>>()
                })
                .collect();
            Tensor::<2>::from_data(TensorData::new(values, [count, width]), device)
        };
        let added = covariance(&(copies.clone() - clips.clone()));
        let around = |centers: Tensor<2>| {
            let of_clips = covariance(&(clips.clone() - centers.clone()));
            let of_copies = covariance(&(copies.clone() - centers));
            (of_clips + of_copies) / 2.0 + added.clone()
        };
        Self {
            around_groups: around(centers(false)),
            around_speakers: around(centers(true)),
            of_speakers: speaker_interaction(&cells, &offsets, device),
            mean: both.mean_dim(0),
            second_moment: (covariance(&clips) + covariance(&copies)) / 2.0,
            outputs: of_output,
            speakers: examples.iter().map(|it| it.speaker.to_owned()).collect(),
            means,
            clips,
            copies,
        }
    }

    /// Return the covariance that a head with this blindness divides by.
    pub(super) fn covariance(&self, blindness: Blindness) -> &Tensor<2> {
        match blindness {
            Blindness::Groups => &self.around_groups,
            Blindness::Speakers => &self.around_speakers,
        }
    }

    /// Return the weight of the group. Large corpora count more, but not in proportion to their
    /// size.
    pub(super) fn weight(&self) -> f64 {
        (self.outputs.len() as f64).sqrt()
    }
}

/// Return all groups but one.
pub(super) fn others(groups: &[Group], held_out: usize) -> Vec<&Group> {
    let others = groups
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != held_out);
    others.map(|(_, group)| group).collect()
}

/// Return `RᵀR / n` of `n` rows.
fn covariance(rows: &Tensor<2>) -> Tensor<2> {
    let count = rows.dims()[0].max(1) as f32;
    rows.clone().transpose().matmul(rows.clone()) / count
}

/// Return the mean row of each output that occurs.
fn means_of(rows: &[f32], width: usize, of_row: &[usize], outputs: usize) -> Vec<Option<Vec<f64>>> {
    let mut sums = vec![(0usize, vec![0.0f64; width]); outputs];
    for (row, output) in rows.chunks_exact(width.max(1)).zip(of_row) {
        let (count, sum) = &mut sums[*output];
        *count += 1;
        sum.iter_mut()
            .zip(row)
            .for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.into_iter()
        .map(|(count, sum)| (count > 0).then(|| sum.iter().map(|sum| sum / count as f64).collect()))
        .collect()
}

/// A speaker needs this many classes to show how the classes differ.
const FEWEST_CLASSES: usize = 3;

/// Return the mean residual of each class of each speaker.
fn speaker_cells<'a>(
    examples: &[AdaptiveExample<'a>],
    residual_of: &dyn Fn(usize) -> Vec<f64>,
) -> BTreeMap<&'a str, Vec<Vec<f64>>> {
    let mut clips: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
    for (index, example) in examples.iter().enumerate() {
        let cell = (example.speaker, example.output);
        clips.entry(cell).or_default().push(index);
    }
    let mut cells: BTreeMap<&str, Vec<Vec<f64>>> = BTreeMap::new();
    for ((speaker, _), clips) in clips {
        let residuals: Vec<Vec<f64>> = clips.into_iter().map(residual_of).collect();
        cells.entry(speaker).or_default().push(mean_of(&residuals));
    }
    cells
}

/// Return rows whose products add up to the mean over the speakers of the covariance of their
/// classes' residuals about the speaker's offset.
fn speaker_interaction(
    cells: &BTreeMap<&str, Vec<Vec<f64>>>,
    offsets: &BTreeMap<&str, Vec<f64>>,
    device: &Device,
) -> Option<Tensor<2>> {
    let several = cells
        .iter()
        .filter(|(_, cells)| cells.len() >= FEWEST_CLASSES);
    let speakers = several.clone().count() as f64;
    let mut rows: Vec<f32> = Vec::new();
    let mut count = 0;
    for (speaker, cells) in several {
        let scale = 1.0 / (speakers * (cells.len() as f64 - 1.0)).sqrt();
        for cell in cells {
            let pairs = cell.iter().zip(&offsets[speaker]);
            rows.extend(pairs.map(|(value, offset)| (scale * (value - offset)) as f32));
            count += 1;
        }
    }
    let width = rows.len().checked_div(count)?;
    Some(Tensor::from_data(
        TensorData::new(rows, [count, width]),
        device,
    ))
}
