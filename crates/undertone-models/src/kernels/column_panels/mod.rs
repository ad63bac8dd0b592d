//! Matrices in panels of columns, and their products.

#[cfg(target_arch = "x86_64")]
mod cpu;
mod element;
mod int8;
mod int8_block;
mod matrix;
mod product;
#[cfg(target_arch = "x86_64")]
mod product_avx2;
#[cfg(target_arch = "x86_64")]
mod product_avx_vnni;
mod product_int8;
#[cfg(target_arch = "x86_64")]
mod product_vnni;
mod rounding;
mod weight;
#[cfg(target_arch = "x86_64")]
mod wide;

pub(crate) use element::keeps_halves;
pub(crate) use int8::Int8Rows;
pub(crate) use matrix::{Operand, Panels, WIDTH, row_blocks};
pub(crate) use product::{Added, is_fast, multiply};
pub(crate) use product_int8::multiply_int8;
pub(crate) use weight::{Weight, WeightSource};
