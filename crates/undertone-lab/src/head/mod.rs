//! The head of a frozen encoder: linear discriminant analysis for classes, ridge regression for
//! dimensions.

mod adaptive;
mod covariance;
mod fit_lda;
mod held_out_groups;
mod lda;
mod ridge;
mod temperature;

pub(crate) use adaptive::{AdaptiveExample, AdaptiveOptions, FittedAdaptive, fit_adaptive};
pub(crate) use fit_lda::fit;
pub(crate) use lda::Example;
pub(crate) use ridge::{RegressionExample, fit_ridge};
