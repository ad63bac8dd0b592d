//! The families of encoders, as `transformers` names them.

/// A family of encoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Family {
    /// The `model_type` of its `config.json`.
    pub(super) model_type: &'static str,
    /// The class of `transformers` with a classification head.
    pub(super) architecture: &'static str,
    /// The prefix of the encoder's tensors in that class.
    pub(super) prefix: &'static str,
}

pub(super) const WAV2VEC2: Family = Family {
    model_type: "wav2vec2",
    architecture: "Wav2Vec2ForSequenceClassification",
    prefix: "wav2vec2.",
};
pub(super) const HUBERT: Family = Family {
    model_type: "hubert",
    architecture: "HubertForSequenceClassification",
    prefix: "hubert.",
};
pub(super) const WAVLM: Family = Family {
    model_type: "wavlm",
    architecture: "WavLMForSequenceClassification",
    prefix: "wavlm.",
};
pub(super) const DATA2VEC_AUDIO: Family = Family {
    model_type: "data2vec-audio",
    architecture: "Data2VecAudioForSequenceClassification",
    prefix: "data2vec_audio.",
};
pub(super) const WHISPER: Family = Family {
    model_type: "whisper",
    architecture: "WhisperForAudioClassification",
    prefix: "encoder.",
};

/// All families, in the order in which messages name them.
pub(super) const ALL: [Family; 5] = [WAV2VEC2, HUBERT, WAVLM, DATA2VEC_AUDIO, WHISPER];

/// Classes of published training scripts, which `transformers` does not have: a dense layer, tanh
/// and an output layer on the mean of the last states.
pub(super) const WITH_DENSE_HEAD: [&str; 2] = [
    "Wav2Vec2ForSpeechClassification",
    "HubertForSpeechClassification",
];

/// Return the `model_type` of every family.
pub(super) fn model_types() -> String {
    ALL.map(|family| family.model_type).join(", ")
}

/// Return every class with a supported head.
pub(super) fn architectures() -> String {
    let stock = ALL.iter().map(|family| family.architecture);
    let all: Vec<&str> = stock.chain(WITH_DENSE_HEAD).collect();
    all.join(", ")
}
