//! The head of a frozen encoder: linear discriminant analysis.

mod fit_lda;
mod lda;

pub(crate) use fit_lda::fit;
pub(crate) use lda::Example;
