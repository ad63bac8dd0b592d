//! Queries, keys and values that a checkpoint keeps in one tensor, one below the other.

/// The part of the name of the tensor that holds all three.
const FUSED: &str = ".qkv.";
/// The parts of the names of our parameters, in the order of the rows of that tensor.
const PARTS: [&str; 3] = [".q_proj.", ".k_proj.", ".v_proj."];

/// The number of parameters in a fused tensor.
pub(super) const COUNT: usize = PARTS.len();

/// Return the name of the tensor that would hold a parameter together with two others, and the
/// index of the parameter in it.
pub(super) fn whole(name: &str) -> Option<(String, usize)> {
    PARTS.iter().enumerate().find_map(|(index, part)| {
        let (start, end) = name.rsplit_once(part)?;
        Some((format!("{start}{FUSED}{end}"), index))
    })
}
