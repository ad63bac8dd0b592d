//! Properties of every figure and every page, for any data.

mod figures;
mod page;
mod samples;
