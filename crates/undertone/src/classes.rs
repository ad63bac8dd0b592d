//! The classes of which answers speak: the model's own, or coarser ones that sum them up.

use std::collections::BTreeSet;

use anyhow::bail;
use undertone_corpus::{Emotion, LabelScheme};
use undertone_metrics::{coarser, sums};
use undertone_models::Classifier;

/// The classes of answers.
#[derive(Debug, Clone)]
pub(crate) struct Classes {
    labels: Vec<String>,
    /// What the labels mean, if that is known.
    scheme: Option<LabelScheme>,
    /// The class to which each class that is summed up belongs; `None` if nothing is summed up.
    class_of: Option<Vec<usize>>,
    /// Whether the probabilities are added up. If not, coarser classes are equally probable before
    /// anything is heard, however many classes they sum up.
    added: bool,
}

impl Classes {
    /// Return the classes of a label scheme, or the model's own.
    pub(crate) fn of(
        classifier: &Classifier,
        scheme: Option<&LabelScheme>,
    ) -> anyhow::Result<Self> {
        let config = classifier.config();
        let known = config.map(|config| config.label_scheme.clone());
        let own = Self {
            labels: classifier.labels().to_vec(),
            scheme: known.or_else(|| scheme_of(classifier.labels())),
            class_of: None,
            added: false,
        };
        let Some(scheme) = scheme else {
            return Ok(own);
        };
        if let Some(classes) = own.summed_to(scheme) {
            return Ok(classes);
        }
        let known: Vec<String> = LabelScheme::ALL
            .iter()
            .filter(|scheme| own.summed_to(scheme).is_some())
            .map(ToString::to_string)
            .collect();
        let known = match &known[..] {
            [] => "leave --scheme out".to_owned(),
            known => format!("--scheme can be {}", known.join(" or ")),
        };
        let labels = own.labels.join(", ");
        bail!("the classes of this model ({labels}) cannot be summed to {scheme}: {known}");
    }

    /// Return the sums of these classes that are negative, neutral and positive. `None` if they
    /// cannot be summed to them, or are they.
    pub(crate) fn sentiments(&self) -> Option<Self> {
        let sums = self.summed_to(&LabelScheme::Sentiment3)?;
        sums.class_of.is_some().then_some(Self {
            added: true,
            ..sums
        })
    }

    /// Return these classes summed to those of a scheme, or as they are if they are those. `None` if
    /// they cannot be summed to them, or one of them would sum up nothing.
    fn summed_to(&self, scheme: &LabelScheme) -> Option<Self> {
        let labels: BTreeSet<&str> = scheme.labels().iter().copied().collect();
        if labels == self.labels.iter().map(String::as_str).collect() {
            return Some(Self {
                class_of: None,
                ..self.clone()
            });
        }
        let class_of = self.scheme.as_ref()?.classes_in(scheme)?;
        let used: BTreeSet<usize> = class_of.iter().copied().collect();
        (used.len() == labels.len()).then(|| Self {
            labels: scheme.labels().iter().map(|it| (*it).to_owned()).collect(),
            scheme: Some(scheme.clone()),
            class_of: Some(class_of),
            added: false,
        })
    }

    /// Return the names of the classes.
    pub(crate) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Return the probabilities of the classes from those of the classes that they sum up.
    pub(crate) fn probabilities(&self, own: &[f32]) -> Vec<f32> {
        match &self.class_of {
            None => own.to_vec(),
            Some(class_of) if self.added => sums(own, class_of, self.labels.len()),
            Some(class_of) => coarser(own, class_of, self.labels.len()),
        }
    }

    /// Return whether these classes sum up others.
    #[cfg(feature = "serve")]
    pub(crate) fn sum_up(&self) -> bool {
        self.class_of.is_some()
    }

    /// Return the classes that a class sums up; only itself if nothing is summed up.
    #[cfg(feature = "serve")]
    pub(crate) fn members(&self, class: usize) -> Vec<usize> {
        match &self.class_of {
            None => vec![class],
            Some(class_of) => {
                let members = class_of.iter().enumerate();
                let members = members.filter(|(_, of)| **of == class);
                members.map(|(member, _)| member).collect()
            }
        }
    }
}

/// Return the scheme of labels that are names of emotions, for a model that others trained.
fn scheme_of(labels: &[String]) -> Option<LabelScheme> {
    let classes = labels
        .iter()
        .map(|label| Some((label.as_str(), vec![label.parse::<Emotion>().ok()?])));
    LabelScheme::own("labels", classes.collect::<Option<Vec<_>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(labels: &[&str]) -> Classes {
        let labels: Vec<String> = labels.iter().map(|it| (*it).to_owned()).collect();
        Classes {
            scheme: scheme_of(&labels),
            labels,
            class_of: None,
            added: false,
        }
    }

    #[test]
    fn emotions_sum_to_sentiments() {
        let sums = classes(&["ang", "joy", "calm", "sadness"])
            .sentiments()
            .unwrap();
        assert_eq!(sums.labels(), ["negative", "neutral", "positive"]);
        assert_eq!(sums.probabilities(&[0.25; 4]), [0.5, 0.25, 0.25]);
        assert!(sums.sentiments().is_none(), "they are the sums");
        let coarse = classes(&["ang", "joy", "calm", "sadness"]);
        let coarse = coarse.summed_to(&LabelScheme::Sentiment3).unwrap();
        assert_eq!(coarse.probabilities(&[0.25; 4]), [1.0 / 3.0; 3]);
        let sums = sums.probabilities(&[0.0, 1.0, 0.0, 0.0]);
        assert_eq!(sums, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn other_labels_have_no_sums() {
        for labels in [
            &["angry", "sad"][..],
            &["angry", "bored", "happy", "neutral"],
            &["LABEL_0", "LABEL_1", "LABEL_2"],
            &["negative", "neutral", "positive"],
        ] {
            assert!(classes(labels).sentiments().is_none(), "{labels:?}");
        }
    }

    #[test]
    fn classes_may_stand_in_any_order() {
        let own = classes(&["positive", "neutral", "negative"]);
        let same = own.summed_to(&LabelScheme::Sentiment3).unwrap();
        assert_eq!(same.labels(), own.labels());
        assert_eq!(same.probabilities(&[0.1, 0.2, 0.7]), [0.1, 0.2, 0.7]);
    }
}
