//! The numbers that a recipe predicts instead of classes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{RecipeError, range};

/// The numbers that a recipe predicts instead of classes, such as arousal. Each is the name of a
/// column of the corpus ([`Utterance::values`](undertone_corpus::Utterance::values)).
///
/// In a recipe it is a list of names, or a table that states ranges:
///
/// ```
/// # #[derive(serde::Deserialize)]
/// # struct Recipe { dimensions: undertone_lab::Dimensions }
/// # let names: Recipe = toml::from_str(r#"
/// dimensions = ["arousal", "valence"]
/// # "#)?;
/// # let recipe: Recipe = toml::from_str(r#"
/// [dimensions]
/// arousal = { range = [1, 5] }
/// valence = {}
/// # "#)?;
/// # assert_eq!(names.dimensions.names(), recipe.dimensions.names());
/// # assert_eq!(recipe.dimensions.iter().next().unwrap().range, Some([1.0, 5.0]));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "DimensionsForm", into = "DimensionsForm")]
pub struct Dimensions(Vec<DimensionTarget>);

/// One number that a recipe predicts.
#[derive(Debug, Clone, PartialEq)]
pub struct DimensionTarget {
    /// The name of the column.
    pub name: String,
    /// The lowest and the highest value. Clips with others are left out, and predictions stay
    /// inside.
    pub range: Option<[f64; 2]>,
}

/// What the training of dimensions minimizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegressionLoss {
    /// 1 less the concordance correlation coefficient, of the clips of a batch. For a fitted head:
    /// predictions are scaled to the deviation of the truth, measured on held-out speakers, which
    /// raises the CCC and the squared error.
    #[default]
    Ccc,
    /// The mean squared error of the standardized values.
    Mse,
}

#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a list of names, or a table such as arousal = { range = [1, 5] }"
)]
enum DimensionsForm {
    Names(Vec<String>),
    Table(BTreeMap<String, DimensionForm>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DimensionForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<[f64; 2]>,
}

impl From<DimensionsForm> for Dimensions {
    fn from(form: DimensionsForm) -> Self {
        let target = |(name, range)| DimensionTarget { name, range };
        Self(match form {
            DimensionsForm::Names(names) => {
                names.into_iter().map(|name| target((name, None))).collect()
            }
            DimensionsForm::Table(table) => table
                .into_iter()
                .map(|(name, form)| target((name, form.range)))
                .collect(),
        })
    }
}

impl From<Dimensions> for DimensionsForm {
    fn from(Dimensions(targets): Dimensions) -> Self {
        match targets.iter().all(|target| target.range.is_none()) {
            true => Self::Names(targets.into_iter().map(|target| target.name).collect()),
            false => Self::Table(
                targets
                    .into_iter()
                    .map(|DimensionTarget { name, range }| (name, DimensionForm { range }))
                    .collect(),
            ),
        }
    }
}

impl Dimensions {
    /// Return whether there are none: the recipe predicts classes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Return the number of dimensions.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Iterate over the dimensions in the order of the network's outputs.
    pub fn iter(&self) -> impl Iterator<Item = &DimensionTarget> {
        self.0.iter()
    }

    /// Return the names.
    pub fn names(&self) -> Vec<String> {
        self.iter().map(|target| target.name.clone()).collect()
    }

    pub(super) fn check(&self) -> Result<(), RecipeError> {
        for (index, target) in self.0.iter().enumerate() {
            let new = self.0[..index].iter().all(|it| it.name != target.name);
            let named = !target.name.trim().is_empty();
            range(
                new && named,
                "dimensions",
                "different names of columns",
                format!("{:?}", target.name),
            )?;
            if let Some([low, high]) = target.range {
                range(
                    low.is_finite() && high.is_finite() && low < high,
                    "dimensions.*.range",
                    "[low, high] with low below high",
                    format!("[{low}, {high}]"),
                )?;
            }
        }
        Ok(())
    }
}
