//! The names of the files of a model folder, and the version of its format.

/// The file of the configuration.
pub const CONFIG_FILE: &str = "config.json";
/// The file of the weights.
pub const WEIGHTS_FILE: &str = "model.safetensors";
/// The file of the model card.
pub const CARD_FILE: &str = "README.md";
/// The file with the options by which `transformers` prepares recordings for an encoder.
pub const PREPROCESSOR_FILE: &str = "preprocessor_config.json";
/// The version of the folder format that this build reads and writes.
pub const FORMAT: u32 = 1;
/// The file of the configuration of a model in the layout of FunASR.
pub(super) const FUNASR_CONFIG_FILE: &str = "config.yaml";
