//! The classes of which answers speak: a model's own, or coarser ones that sum them up.

use std::collections::BTreeSet;
use std::sync::Arc;

use undertone_corpus::{Emotion, LabelScheme};
use undertone_metrics::{coarser, sums};

/// The classes of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    labels: Arc<[String]>,
    /// What the labels mean, if that is known.
    scheme: Option<LabelScheme>,
    /// The class to which each class that is summed up belongs; `None` if nothing is summed up.
    class_of: Option<Vec<usize>>,
    /// Whether the probabilities are added up. If not, coarser classes are equally probable before
    /// anything is heard, however many classes they sum up.
    added: bool,
}

impl Classes {
    /// Return the classes with these labels. `scheme` says what the labels mean; without one,
    /// labels that are names of emotions say it themselves.
    pub fn new(labels: impl Into<Vec<String>>, scheme: Option<LabelScheme>) -> Self {
        let labels = labels.into();
        Self {
            scheme: scheme.or_else(|| scheme_of(&labels)),
            labels: labels.into(),
            class_of: None,
            added: false,
        }
    }

    /// Return these classes summed to those of a scheme, or as they are if they are those. `None`
    /// if they cannot be summed to them, or one of them would sum up nothing.
    pub fn in_scheme(&self, scheme: &LabelScheme) -> Option<Self> {
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

    /// Return the built-in schemes to which [`Classes::in_scheme`] can sum these classes.
    pub fn schemes(&self) -> Vec<LabelScheme> {
        let schemes = LabelScheme::ALL.into_iter();
        schemes
            .filter(|scheme| self.in_scheme(scheme).is_some())
            .collect()
    }

    /// Return the sums of these classes that are negative, neutral and positive. `None` if they
    /// cannot be summed to them, or are they.
    pub fn sentiments(&self) -> Option<Self> {
        let sums = self.in_scheme(&LabelScheme::Sentiment3)?;
        sums.class_of.is_some().then_some(Self {
            added: true,
            ..sums
        })
    }

    /// Return these classes as if they were a model's own.
    pub fn as_own(&self) -> Self {
        Self {
            class_of: None,
            added: false,
            ..self.clone()
        }
    }

    /// Return the names of the classes.
    pub fn labels(&self) -> &Arc<[String]> {
        &self.labels
    }

    /// Return the probabilities of the classes from those of the classes that they sum up.
    pub fn probabilities(&self, own: &[f32]) -> Vec<f32> {
        match &self.class_of {
            None => own.to_vec(),
            Some(class_of) if self.added => sums(own, class_of, self.labels.len()),
            Some(class_of) => coarser(own, class_of, self.labels.len()),
        }
    }

    /// Return whether these classes sum up others.
    pub fn sum_up(&self) -> bool {
        self.class_of.is_some()
    }

    /// Return the classes that a class sums up; only itself if nothing is summed up.
    pub fn members(&self, class: usize) -> Vec<usize> {
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
        Classes::new(labels, None)
    }

    #[test]
    fn emotions_sum_to_sentiments() {
        let own = classes(&["ang", "joy", "calm", "sadness"]);
        let sums = own.sentiments().unwrap();
        assert_eq!(sums.labels()[..], ["negative", "neutral", "positive"]);
        assert_eq!(sums.probabilities(&[0.25; 4]), [0.5, 0.25, 0.25]);
        assert_eq!(sums.members(0), [0, 3]);
        assert!(sums.as_own().sentiments().is_none(), "they are the sums");
        let sums = sums.probabilities(&[0.0, 1.0, 0.0, 0.0]);
        assert_eq!(sums, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn coarse_classes_of_many_classes_are_not_favored() {
        let own = classes(&["angry", "happy", "neutral", "sad"]);
        let coarse = own.in_scheme(&LabelScheme::Sentiment3).unwrap();
        assert_eq!(coarse.probabilities(&[0.25; 4]), [1.0 / 3.0; 3]);
        let found = coarse.probabilities(&[0.6, 0.1, 0.1, 0.2]);
        for (found, expected) in found.iter().zip([0.4 / 0.6, 0.1 / 0.6, 0.1 / 0.6]) {
            assert!((found - expected).abs() < 1e-6, "{found}");
        }
        assert_eq!(coarse.probabilities(&[0.0; 4]), [0.0; 3]);
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
        let same = own.in_scheme(&LabelScheme::Sentiment3).unwrap();
        assert_eq!(same.labels(), own.labels());
        assert_eq!(same.probabilities(&[0.1, 0.2, 0.7]), [0.1, 0.2, 0.7]);
    }

    #[test]
    fn the_schemes_of_classes_are_known() {
        let schemes = classes(&["angry", "happy", "neutral", "sad"]).schemes();
        assert_eq!(schemes, [LabelScheme::Emotion4, LabelScheme::Sentiment3]);
        assert_eq!(classes(&["calm", "stressed"]).schemes(), []);
    }
}
