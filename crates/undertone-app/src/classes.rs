//! The classes of which an answer speaks: the model's own, or coarser ones that sum them up.

use undertone_corpus::LabelScheme;

use crate::problem::{Kind, Problem};
use crate::recognizer::{CoarseClass, ModelDescription};

/// The classes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Classes {
    /// The model's own.
    #[default]
    Own,
    /// Those of [`ModelDescription::sums`], with the sums of the probabilities of their classes.
    Sums,
    /// The same classes, which are equally probable before anything is heard, however many classes
    /// they sum up: what `scheme` asks for.
    Coarse,
}

impl Classes {
    /// Return the classes of a label scheme, or an error if the model does not have them.
    pub(crate) fn of_scheme(name: &str, description: &ModelDescription) -> Result<Self, Problem> {
        let has = |scheme: &LabelScheme, classes: Self| {
            let labels = classes.labels(description);
            let mut own = scheme.labels().iter();
            labels.len() == own.len() && own.all(|label| labels.contains(label))
        };
        let scheme = LabelScheme::ALL
            .into_iter()
            .find(|scheme| scheme.name() == name);
        let both = [Self::Own, Self::Coarse];
        let found = scheme.and_then(|scheme| both.into_iter().find(|it| has(&scheme, *it)));
        found.ok_or_else(|| {
            let known: Vec<String> = LabelScheme::ALL
                .iter()
                .filter(|scheme| both.iter().any(|classes| has(scheme, *classes)))
                .map(|scheme| format!("`{scheme}`"))
                .collect();
            let known = if known.is_empty() {
                "leave it out, since this model has classes of its own".to_owned()
            } else {
                format!("this model has {}", known.join(" and "))
            };
            Problem::new(
                Kind::BadRequest,
                format!("`scheme` is not one that this model can use: {known}"),
            )
        })
    }

    /// Return the names of the classes.
    pub(crate) fn labels(self, description: &ModelDescription) -> Vec<&str> {
        match self {
            Self::Own => description.labels.iter().map(String::as_str).collect(),
            Self::Sums | Self::Coarse => {
                let sums = description.sums.iter();
                sums.map(|class| class.label.as_str()).collect()
            }
        }
    }

    /// Return the probabilities of the classes from those of the model's own.
    pub(crate) fn probabilities(
        self,
        description: &ModelDescription,
        probabilities: &[f32],
    ) -> Vec<f32> {
        let combine = match self {
            Self::Own => return probabilities.to_vec(),
            Self::Sums => undertone_metrics::sums,
            Self::Coarse => undertone_metrics::coarser,
        };
        let (class_of, count) = class_of(&description.sums, probabilities.len());
        combine(probabilities, &class_of, count)
    }
}

/// Return the coarse class of each of the model's classes, and the number of coarse classes. A
/// class that belongs to none gets that number.
fn class_of(classes: &[CoarseClass], own: usize) -> (Vec<usize>, usize) {
    let of = |index| {
        let found = classes
            .iter()
            .position(|class| class.classes.contains(&index));
        found.unwrap_or(classes.len())
    };
    ((0..own).map(of).collect(), classes.len())
}

/// Return whether the model may be called very sure: the highest sum, or the highest probability if
/// there are no sums, is at least [`ModelDescription::sure`].
pub(crate) fn is_sure(description: &ModelDescription, probabilities: &[f32]) -> bool {
    let classes = match description.sums.is_empty() {
        true => Classes::Own,
        false => Classes::Sums,
    };
    let values = classes.probabilities(description, probabilities);
    let highest = values.into_iter().fold(0.0, f32::max);
    description.sure.is_some_and(|least| highest >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(labels: &[&str], sums: &[(&str, &[usize])]) -> ModelDescription {
        ModelDescription {
            name: "test".to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            window_seconds: 2.0,
            sample_rate: 16_000,
            card: None,
            adapts: false,
            voice: None,
            sure: Some(0.8),
            sums: sums
                .iter()
                .map(|(label, classes)| CoarseClass {
                    label: (*label).to_owned(),
                    classes: classes.to_vec(),
                })
                .collect(),
        }
    }

    fn four() -> ModelDescription {
        model(
            &["angry", "happy", "neutral", "sad"],
            &[("negative", &[0, 3]), ("neutral", &[2]), ("positive", &[1])],
        )
    }

    #[test]
    fn coarse_classes_of_many_classes_are_not_favored() {
        let uniform = [0.25; 4];
        let of = |classes: Classes, own: &[f32]| classes.probabilities(&four(), own);
        assert_eq!(of(Classes::Coarse, &uniform), [1.0 / 3.0; 3]);
        assert_eq!(of(Classes::Sums, &uniform), [0.5, 0.25, 0.25]);
        let coarse = of(Classes::Coarse, &[0.6, 0.1, 0.1, 0.2]);
        for (found, expected) in coarse.iter().zip([0.4 / 0.6, 0.1 / 0.6, 0.1 / 0.6]) {
            assert!((found - expected).abs() < 1e-6, "{coarse:?}");
        }
        assert_eq!(of(Classes::Coarse, &[0.0; 4]), [0.0; 3]);
    }

    #[test]
    fn very_sure_is_said_of_the_sum() {
        assert!(is_sure(&four(), &[0.45, 0.05, 0.05, 0.45]));
        assert!(!is_sure(&four(), &[0.1, 0.7, 0.1, 0.1]));
        let spread = [0.375, 0.125, 0.125, 0.375];
        assert!(!is_sure(&four(), &spread), "0.75");
        let three = model(&["negative", "neutral", "positive"], &[]);
        assert!(is_sure(&three, &[0.1, 0.1, 0.8]));
        let never = ModelDescription {
            sure: None,
            ..three
        };
        assert!(!is_sure(&never, &[0.0, 0.0, 1.0]));
    }

    #[test]
    fn a_scheme_names_classes_that_the_model_has() {
        let of = |name| Classes::of_scheme(name, &four());
        assert_eq!(of("emotion4"), Ok(Classes::Own));
        assert_eq!(of("sentiment3"), Ok(Classes::Coarse));
        for name in ["emotion7", "Emotion4", "corpus", ""] {
            let problem = of(name).unwrap_err();
            assert_eq!(problem.kind, Kind::BadRequest);
            let known = "this model has `emotion4` and `sentiment3`";
            assert!(problem.detail.ends_with(known), "{}", problem.detail);
        }
        let other = Classes::of_scheme("emotion4", &model(&["calm", "stressed"], &[]));
        assert!(other.unwrap_err().detail.contains("classes of its own"));
    }
}
