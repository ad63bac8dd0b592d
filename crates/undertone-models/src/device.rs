//! The device on which a network computes.

use std::fmt;
use std::str::FromStr;

use burn::tensor::{Device, Tensor};
use thiserror::Error;

/// The kinds of device that a build may support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceKind {
    /// The CPU, which is always available.
    #[default]
    Cpu,
    /// An NVIDIA GPU (cargo feature `cuda`).
    Cuda,
    /// Any GPU with Vulkan, Metal or DirectX 12 (cargo feature `wgpu`).
    Wgpu,
}

/// A device that cannot be used.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DeviceError {
    /// An unknown name.
    #[error("unknown device `{0}`: expected cpu, cuda or wgpu")]
    Unknown(String),
    /// This build has no support for the device.
    #[error(
        "this build has no support for `{0}`: build it with `cargo build --release --features {0}`"
    )]
    NotBuilt(DeviceKind),
    /// The build supports the device, but the machine does not have it.
    #[error("no {kind} device could be opened: {reason}")]
    NotAvailable {
        /// The kind of device.
        kind: DeviceKind,
        /// The error of the driver.
        reason: String,
    },
}

impl DeviceKind {
    /// Open the device and run one small operation on it.
    ///
    /// # Errors
    /// [`DeviceError::NotBuilt`] and [`DeviceError::NotAvailable`].
    pub fn open(self) -> Result<Device, DeviceError> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Cuda => probe(self, || Device::cuda(0)),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => probe(self, || Device::wgpu(Default::default())),
            #[allow(unreachable_patterns)] // reachable unless every GPU feature is on
            kind => Err(DeviceError::NotBuilt(kind)),
        }
    }
}

/// Open a GPU. The GPU runtimes of Burn panic if there is no driver, and only when they are used.
#[cfg_attr(not(any(feature = "cuda", feature = "wgpu")), allow(dead_code))]
fn probe(
    kind: DeviceKind,
    open: impl FnOnce() -> Device + std::panic::UnwindSafe,
) -> Result<Device, DeviceError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let opened = std::panic::catch_unwind(|| {
        let device = open();
        Tensor::<1>::ones([4], &device).sum().into_data();
        device
    });
    std::panic::set_hook(hook);
    opened.map_err(|panic| {
        let reason = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("its driver is missing or failed");
        DeviceError::NotAvailable {
            kind,
            reason: reason.to_owned(),
        }
    })
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Wgpu => "wgpu",
        })
    }
}

impl FromStr for DeviceKind {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            "wgpu" => Ok(Self::Wgpu),
            _ => Err(DeviceError::Unknown(name.to_owned())),
        }
    }
}
