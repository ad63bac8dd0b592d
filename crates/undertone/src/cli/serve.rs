//! Arguments of `undertone serve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use undertone_corpus::LabelScheme;

use super::values::{DeviceArgs, PrecisionArgs, class_scheme, seconds};

/// Serve the web page, a REST interface, and Gradio clients.
///
/// Recordings stay in memory while they are analyzed and are never written to disk. Only this
/// machine can connect, unless --host is given. Ctrl-C (or SIGTERM) finishes all accepted requests
/// and stops. A second one stops at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  undertone serve                                  then open http://localhost:7860
  undertone serve --model runs/optimized --port 8000
  undertone serve --voice anna.json                for one person: see `undertone voice`
  UNDERTONE_TOKEN=$(openssl rand -hex 16) undertone serve --host 0.0.0.0
  curl --data-binary @clip.wav http://localhost:7860/api/predict
  python -c \"from gradio_client import Client, handle_file
print(Client('http://localhost:7860').predict(handle_file('clip.wav'), api_name='/predict'))\"")]
pub(crate) struct ServeArgs {
    /// A model folder, a run that contains a model, or hf:OWNER/NAME [default: the built-in model].
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// The classes to answer with, if those of the model can be summed to them [default: the
    /// model's own].
    #[arg(long, value_name = "S", value_parser = class_scheme())]
    pub(crate) scheme: Option<LabelScheme>,
    /// A profile that `undertone voice` wrote. Every request and live connection starts from this
    /// voice.
    #[arg(long, value_name = "VOICE.json")]
    pub(crate) voice: Option<PathBuf>,
    /// The address to listen on; 0.0.0.0 for all addresses of this machine.
    #[arg(long, value_name = "H", default_value = "127.0.0.1")]
    pub(crate) host: String,
    /// The port to listen on; 0 for any free port.
    #[arg(long, value_name = "N", default_value_t = 7860)]
    pub(crate) port: u16,
    /// Require this bearer token. Set it in the environment: all users of a machine can see
    /// arguments.
    #[arg(
        long,
        value_name = "T",
        env = "UNDERTONE_TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
    /// Allow requests from pages of this origin (https://example.org). Can be repeated.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(crate) cors: Vec<String>,
    /// Accept this host name, for example behind a proxy on this machine. Can be repeated. With
    /// --host, all names are accepted unless this option is given.
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    pub(crate) allow_host: Vec<String>,
    /// Allow pages of this origin to show the page in a frame. Can be repeated.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(crate) frame_ancestor: Vec<String>,
    /// All connections come from a proxy that puts its client's address last in X-Forwarded-For.
    /// Limits per client use that address.
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// Refuse recordings longer than this many seconds.
    #[arg(long, value_name = "N", default_value_t = 21_600.0, value_parser = seconds)]
    pub(crate) max_seconds: f64,
    /// Refuse uploads larger than this many MiB.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) max_mb: u32,
    /// The number of requests that may wait for the model, half of them from one address. Further
    /// requests get status 503 or 429.
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) queue: u32,
    /// The number of threads that run the model [default: one per processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) workers: Option<u32>,
    /// What to log to stderr.
    #[arg(long, value_name = "L", default_value = "quiet")]
    pub(crate) log: LogFormat,
    /// Print one JSON object when the server is ready.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) precision: PrecisionArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Only warnings and errors.
    Quiet,
    /// One line per request, without file names or contents.
    Text,
    /// The same lines as JSON.
    Json,
}

fn origin(word: &str) -> Result<String, String> {
    let authority = ["http://", "https://"]
        .iter()
        .find_map(|scheme| word.strip_prefix(scheme));
    match authority {
        Some(authority) if is_authority(authority) => Ok(word.to_ascii_lowercase()),
        _ => Err("expected an origin, such as https://example.org".to_owned()),
    }
}

fn host_name(word: &str) -> Result<String, String> {
    if is_authority(word) && !word.contains(':') {
        Ok(word.to_owned())
    } else {
        Err("expected a host name, such as example.org".to_owned())
    }
}

fn is_authority(word: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !word.is_empty() && word.bytes().all(known)
}
