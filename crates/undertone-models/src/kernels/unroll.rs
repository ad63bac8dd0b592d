//! Loops whose variables stay in registers.

/// Repeat a block with constant indices, so that the compiler keeps what they index in registers.
macro_rules! unroll {
    ($index:ident in $($value:literal)* $body:block) => {
        $({
            const $index: usize = $value;
            $body
        })*
    };
}

pub(super) use unroll;
