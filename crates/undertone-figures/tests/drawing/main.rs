//! What every figure and every page must keep, whatever the data.

mod figures;
mod page;
mod samples;
