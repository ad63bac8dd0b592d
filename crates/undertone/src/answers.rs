//! Turn the predictions of a model into answers.

use anyhow::bail;
use undertone_answer::{Answers, Classes, ModelIdentity};
use undertone_corpus::LabelScheme;
use undertone_models::Classifier;

use crate::model::ModelSource;

/// Return what answers in the classes of a scheme, or in the model's own.
pub(crate) fn answers(
    classifier: &Classifier,
    source: &ModelSource,
    scheme: Option<&LabelScheme>,
) -> anyhow::Result<Answers> {
    let model = identity(source, || classifier.identity());
    let own = classifier.answers_of(model);
    let Some(scheme) = scheme else {
        return Ok(own);
    };
    match own.in_scheme(scheme) {
        Some(answers) => Ok(answers),
        None => bail!(refusal(own.own(), scheme)),
    }
}

/// Return the name and the version of the model: on the Hub, or its own.
pub(crate) fn identity(source: &ModelSource, own: impl FnOnce() -> ModelIdentity) -> ModelIdentity {
    source.identity().unwrap_or_else(own)
}

/// Say that classes cannot be summed to those of a scheme, and to which they can.
pub(crate) fn refusal(classes: &Classes, scheme: &LabelScheme) -> String {
    let known: Vec<String> = classes.schemes().iter().map(ToString::to_string).collect();
    let known = match &known[..] {
        [] => "leave --scheme out".to_owned(),
        known => format!("--scheme can be {}", known.join(" or ")),
    };
    let labels = classes.labels().join(", ");
    format!("the classes of this model ({labels}) cannot be summed to {scheme}: {known}")
}
