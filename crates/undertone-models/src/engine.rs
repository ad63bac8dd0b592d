//! A network with its front end: from a recording to one prediction per window.

use burn::module::Module;
use burn::tensor::Device;
use rayon::prelude::*;
use thiserror::Error;
use undertone_audio::{FeatureMatrix, FrontEnd, FrontEndError, Recording};

use crate::infer::{Inference, OVERLAP, mean};
use crate::network::{BandStatistics, Network};
use crate::outputs::Outputs;
use crate::precision::{Precision, PrecisionError};

/// A recording that cannot be predicted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClassifyError {
    /// The front end rejected it.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    /// It is too long to be explained.
    #[error("the recording lasts {seconds:.1} s: only up to 30 s can be explained")]
    TooLongToExplain {
        /// Its length in seconds.
        seconds: f64,
    },
    /// The output of the network is not finite, which only broken weights cause.
    #[error("the network's output is not finite: the model is broken")]
    NotFinite,
}

/// A network with its front end. Threads can share it by reference.
#[derive(Debug)]
pub(crate) struct Engine {
    front_end: FrontEnd,
    statistics: Option<BandStatistics>,
    network: Network,
    outputs: Outputs,
    device: Device,
}

/// Start and end of each window in seconds, and the features of each.
type Read = (Vec<(f64, f64)>, Vec<FeatureMatrix>);

/// The predictions for the windows of a recording, in order of time.
pub(crate) struct Windows {
    /// Start and end of each window in seconds.
    pub(crate) spans: Vec<(f64, f64)>,
    /// A row for each window. All values are finite.
    pub(crate) rows: Vec<Vec<f32>>,
    /// The network's outputs for each window.
    pub(crate) scores: Vec<Vec<f32>>,
}

impl Engine {
    pub(crate) fn new(
        network: Network,
        front_end: FrontEnd,
        statistics: Option<BandStatistics>,
        outputs: Outputs,
        device: &Device,
    ) -> Self {
        Self {
            front_end,
            statistics,
            network: network.valid().for_inference(device),
            outputs,
            device: device.clone(),
        }
    }

    /// Compute with this precision: see [`Network::with_precision`].
    pub(crate) fn with_precision(mut self, precision: Precision) -> Result<Self, PrecisionError> {
        self.network = self.network.with_precision(precision)?;
        Ok(self)
    }

    pub(crate) fn front_end(&self) -> &FrontEnd {
        &self.front_end
    }

    /// Predict the windows of one recording.
    pub(crate) fn predict(&self, recording: &Recording) -> Result<Windows, ClassifyError> {
        let (spans, features) = self.features(recording)?;
        self.windows(spans, self.inference().scores(features))
    }

    /// Predict the windows of many recordings, which share batches.
    pub(crate) fn predict_batch(
        &self,
        recordings: &[&Recording],
    ) -> Vec<Result<Windows, ClassifyError>> {
        let mut features = Vec::new();
        let spans: Vec<Result<Vec<(f64, f64)>, ClassifyError>> = recordings
            .iter()
            .map(|recording| {
                let (spans, own) = self.features(recording)?;
                features.extend(own);
                Ok(spans)
            })
            .collect();
        let mut scores = self.inference().scores(features).into_iter();
        spans
            .into_iter()
            .map(|spans| {
                let spans = spans?;
                let own = scores.by_ref().take(spans.len()).collect();
                self.windows(spans, own)
            })
            .collect()
    }

    /// Compute the network's outputs for windows of prepared samples, in order, on all cores.
    pub(crate) fn scores(&self, windows: &[Vec<f32>]) -> Vec<Vec<f32>> {
        windows
            .par_chunks(self.parallel_batch())
            .flat_map_iter(|windows| {
                let features = windows.iter().map(|it| self.front_end.features(it));
                self.inference().scores(features)
            })
            .collect()
    }

    /// Return how many windows pass through the network together where all cores work. It does not
    /// depend on their number, so neither do the results.
    ///
    /// On the CPU it is one: batches of 2 to 8 take as long or longer, and more memory for each
    /// core.
    pub(crate) fn parallel_batch(&self) -> usize {
        match self.device == Device::flex() {
            true => 1,
            false => self.network.batch_size(),
        }
    }

    /// Compute the embedding of a recording, the mean over its windows.
    pub(crate) fn embed(&self, recording: &Recording) -> Result<Vec<f32>, ClassifyError> {
        let (_, features) = self.features(recording)?;
        let embedding = mean(&self.inference().embeddings(features));
        match embedding.iter().all(|value| value.is_finite()) {
            true => Ok(embedding),
            false => Err(ClassifyError::NotFinite),
        }
    }

    /// Return the spans of a recording's windows and their features.
    fn features(&self, recording: &Recording) -> Result<Read, ClassifyError> {
        let prepared = self.front_end.prepare(recording)?;
        let rate = f64::from(self.front_end.config().sample_rate);
        let windows = self.front_end.windows(prepared.samples.len(), OVERLAP);
        Ok(windows
            .into_iter()
            .map(|range| {
                let span = (
                    prepared.start + range.start as f64 / rate,
                    prepared.start + range.end as f64 / rate,
                );
                (span, self.front_end.features(&prepared.samples[range]))
            })
            .unzip())
    }

    fn inference(&self) -> Inference<'_> {
        Inference {
            network: &self.network,
            statistics: self.statistics.as_ref(),
            outputs: &self.outputs,
            // The classifier leaves out windows without speech itself.
            detects_speech: false,
            device: &self.device,
        }
    }

    /// Return the windows, unless a value is not finite.
    fn windows(
        &self,
        spans: Vec<(f64, f64)>,
        scores: Vec<Vec<f32>>,
    ) -> Result<Windows, ClassifyError> {
        let rows: Vec<Vec<f32>> = scores.iter().map(|it| self.outputs.row(it)).collect();
        let mut values = rows.iter().chain(&scores).flatten();
        match values.all(|value| value.is_finite()) {
            true => Ok(Windows {
                spans,
                rows,
                scores,
            }),
            false => Err(ClassifyError::NotFinite),
        }
    }

    pub(crate) fn outputs(&self) -> &Outputs {
        &self.outputs
    }
}
