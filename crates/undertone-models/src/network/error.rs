//! Why a network cannot be built.

use thiserror::Error;

/// No size of a network may be larger, so that a mistyped size is an error and does not exhaust the
/// memory.
pub(super) const LARGEST_SIZE: usize = 8192;

/// A network that cannot be built.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum NetworkError {
    /// A size that must be at least 1 is 0.
    #[error("network: `{0}` must be at least 1")]
    Zero(&'static str),
    /// A size above its limit.
    #[error("network: `{name}` must be at most {largest}, found {size}")]
    TooLarge {
        /// The option.
        name: &'static str,
        /// Its value.
        size: usize,
        /// Its limit.
        largest: usize,
    },
    /// An even kernel size would shift the output.
    #[error("network: kernel_size must be odd, found {0}")]
    EvenKernel(usize),
    /// A dropout outside 0..1.
    #[error("network: `{field}` must be at least 0 and below 1, found {value}")]
    Dropout {
        /// The option.
        field: &'static str,
        /// Its value.
        value: f64,
    },
    /// An activation without the layer whose outputs it would change.
    #[error("network: `activation` needs `projection`")]
    ActivationAlone,
    /// Pooling leaves no frames.
    #[error("network: pooling by {pooled} in all leaves nothing of {frames} frames")]
    NoFramesLeft {
        /// Product of the pooling factors.
        pooled: usize,
        /// Frames of the input.
        frames: usize,
    },
    /// Fewer encoders than can be joined.
    #[error(
        "network: `encoders` needs two encoders or more, found {0}; a network of one has \
         `architecture = \"pretrained\"`"
    )]
    TooFewEncoders(usize),
    /// More or fewer encoders are there than the network reads.
    #[error("network: it reads {expected} encoders, but {found} are there")]
    OtherEncoders {
        /// The encoders in `encoders`.
        expected: usize,
        /// The encoders that are there.
        found: usize,
    },
    /// Two joined encoders are the same one.
    #[error("network: `encoders` lists {0} twice")]
    SameEncoder(String),
    /// An option of an encoder that only a network with one encoder has.
    #[error(
        "network: an encoder beside others cannot have `{0}`: they stay frozen, and [head] fits \
         one linear layer to all of them"
    )]
    NotForJoined(&'static str),
    /// Joined encoders read different features.
    #[error(
        "network: all encoders must read the same features, but {first} needs front_end.{field} = \
         {needed} and {other} needs {found}"
    )]
    DifferentInputs {
        /// The field of the front end.
        field: &'static str,
        /// The first encoder.
        first: Box<str>,
        /// What the first encoder needs.
        needed: Box<str>,
        /// Another encoder.
        other: Box<str>,
        /// What the other encoder needs.
        found: Box<str>,
    },
    /// Pooling leaves no bands.
    #[error("network: pooling by {pooled} in all leaves nothing of {bands} bands")]
    NoBandsLeft {
        /// Product of the pooling factors.
        pooled: usize,
        /// Bands of the input.
        bands: usize,
    },
    /// A convolution over bands behind one whose channels they are.
    #[error(
        "network: a convolution with `bands` must come before those without, which read each band \
         as a channel"
    )]
    BandsAfterChannels,
    /// A pretrained encoder cannot have random weights.
    #[error("network: a pretrained encoder is loaded, not drawn")]
    NeedsEncoder,
    /// A window is longer than the encoder has positions for.
    #[error(
        "front_end.duration is {frames} frames, the encoder reads {longest} at most: shorten it, \
         longer recordings are read in windows"
    )]
    WindowTooLong {
        /// Frames of the front end's window.
        frames: usize,
        /// The longest input of the encoder, in frames.
        longest: usize,
    },
    /// The encoder does not have such a hidden state.
    #[error(
        "network: hidden state {state} was asked for, the encoder's first layers give 0 to {last}"
    )]
    NoSuchState {
        /// The state.
        state: usize,
        /// The last state of the encoder.
        last: usize,
    },
}

impl NetworkError {
    /// Check that the option `name` is at least 1.
    pub(super) fn unless_positive(name: &'static str, size: usize) -> Result<(), Self> {
        match size {
            0 => Err(Self::Zero(name)),
            _ => Ok(()),
        }
    }

    /// Check that the option `name` is at most `largest`.
    pub(super) fn if_above(largest: usize, name: &'static str, size: usize) -> Result<(), Self> {
        if size > largest {
            return Err(Self::TooLarge {
                name,
                size,
                largest,
            });
        }
        Ok(())
    }

    /// Check that a dropout is at least 0 and below 1.
    pub(super) fn unless_share(field: &'static str, value: f64) -> Result<(), Self> {
        if !(0.0..1.0).contains(&value) {
            return Err(Self::Dropout { field, value });
        }
        Ok(())
    }
}
