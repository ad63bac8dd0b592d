//! The engine as JavaScript sees it.

#![allow(unsafe_code)] // wasm-bindgen generates it

use burn::tensor::Device;
use js_sys::Function;
use undertone_app::{Listening, LocalEngine, LocalRequest, Problem};
use undertone_models::Classifier;
use undertone_recognizer::ServedClassifier;
use wasm_bindgen::prelude::*;

use crate::packed_model::unpack;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// A model that answers as the server does: every text is the JSON of its interface. A failure is
/// the JSON of a problem, or words if the model cannot be loaded.
#[wasm_bindgen]
pub struct Engine {
    engine: LocalEngine,
    listening: Option<Listening>,
}

#[wasm_bindgen]
impl Engine {
    /// Load a model from its packed file, without gzip.
    ///
    /// # Errors
    /// If the file is damaged, or the model does not load.
    #[wasm_bindgen(constructor)]
    pub fn new(packed: &[u8]) -> Result<Engine, String> {
        let files = unpack(packed).map_err(|error| error.to_string())?;
        // A page has one model for as long as it is open.
        let in_memory = files.into_iter().map(|(name, content)| {
            let (name, content): (&'static str, &'static [u8]) = (name.leak(), content.leak());
            (name, content)
        });
        let in_memory: &'static [_] = in_memory.collect::<Vec<_>>().leak();
        let classifier = Classifier::from_files("model", in_memory, &Device::flex())
            .map_err(|error| error.to_string())?;
        let classes = classifier.answers().own().clone();
        let model = classifier.identity();
        let served = ServedClassifier::new(classifier, classes, None, model, None);
        Ok(Self {
            engine: LocalEngine::new(served, now),
            listening: None,
        })
    }

    /// Analyze a file, as `POST /api/predict` does. `voice` is the profile of the voice to adapt
    /// to, empty for a new one. `progress(seconds, total)` hears of a long recording.
    ///
    /// # Errors
    /// If the file is no recording, or the voice is not one of this model.
    pub fn predict(
        &self,
        file: Vec<u8>,
        name: Option<String>,
        detail: bool,
        why: bool,
        voice: Option<String>,
        progress: &Function,
    ) -> Result<String, String> {
        let request = LocalRequest {
            name: name.as_deref(),
            detail,
            why,
            voice: voice.as_deref().map(str::as_bytes),
        };
        let mut told = |reached: undertone_app::Progress| {
            let total = reached.total.map_or(JsValue::NULL, JsValue::from_f64);
            // Whoever listens may fail without harm.
            let _ = progress.call2(&JsValue::NULL, &JsValue::from_f64(reached.seconds), &total);
        };
        let answer = self.engine.predict(file, &request, &mut told);
        answer.map_err(|problem| text(&problem))
    }

    /// Analyze mono samples between -1 and 1.
    ///
    /// # Errors
    /// If the samples cannot be used.
    pub fn classify(&self, samples: Vec<f32>, sample_rate: u32) -> Result<String, String> {
        let answer = self.engine.classify(samples, sample_rate);
        answer.map_err(|problem| text(&problem))
    }

    /// Write the timeline of an answer in the format of an annotation tool, as
    /// `POST /api/segments` does.
    ///
    /// # Errors
    /// If there is no such format, or the answer has no timeline.
    pub fn timeline(&self, format: &str, answer: &str) -> Result<String, String> {
        let written = self.engine.timeline(format, answer);
        written.map_err(|problem| text(&problem))
    }

    /// Begin to listen: the first message of a live connection.
    ///
    /// # Errors
    /// If it is not one.
    pub fn listen(&mut self, hello: &str) -> Result<(), String> {
        let listening = self.engine.listen(hello);
        self.listening = Some(listening.map_err(|problem| text(&problem))?);
        Ok(())
    }

    /// Do what a later text message of a live connection asks for.
    ///
    /// # Errors
    /// If it is none.
    pub fn control(&mut self, message: &str) -> Result<(), String> {
        let Some(listening) = &mut self.listening else {
            return Ok(());
        };
        let done = self.engine.control(listening, message);
        done.map_err(|problem| text(&problem))
    }

    /// Hear 16-bit samples of a live connection.
    ///
    /// # Errors
    /// If half a sample comes.
    pub fn hear(&mut self, pcm: &[u8]) -> Result<(), String> {
        let Some(listening) = &mut self.listening else {
            return Ok(());
        };
        listening.push(pcm).map_err(|problem| text(&problem))
    }

    /// Return the message about what was heard, if there is something new.
    ///
    /// # Errors
    /// If the model fails.
    pub fn heard(&mut self) -> Result<Option<String>, String> {
        let Some(listening) = &mut self.listening else {
            return Ok(None);
        };
        let heard = self.engine.heard(listening);
        heard.map_err(|problem| text(&problem))
    }

    /// Stop to listen.
    pub fn stop(&mut self) {
        self.listening = None;
    }
}

fn text(problem: &Problem) -> String {
    serde_json::to_string(problem).unwrap_or_default()
}
