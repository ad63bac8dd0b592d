//! `undertone serve`

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::Context;
use serde::Serialize;
use undertone_app::{Access, Limits, ModelDescription, ServeError, Server, Settings, StopHandle};
use undertone_models::DeviceKind;
use undertone_recognizer::ServedClassifier;

use crate::answers::{identity, refusal};
use crate::cli::{LogFormat, ServeArgs};
use crate::exit::Exit;
use crate::model::ModelSource;
use crate::{output, voice_profile};

pub(crate) fn serve(args: ServeArgs) -> anyhow::Result<Exit> {
    start_log(args.log);
    if let Some(token) = &args.token {
        // Checked here, since clap would print the secret.
        undertone_app::check_token(token).context("--token (or UNDERTONE_TOKEN) is refused")?;
    }
    let server = Server::bind(settings(&args)).map_err(|error| match &error {
        ServeError::Listen { source, .. } if source.kind() == ErrorKind::AddrInUse => {
            anyhow::anyhow!("{error}: another program uses this port; choose another --port")
        }
        _ => error.into(),
    })?;
    let address = server.address();
    if !address.ip().is_loopback() && args.token.is_none() {
        output::warning("anyone who can reach this machine can use the server: consider --token");
    }
    stop_on_signals(server.stop_handle())?;
    let (json, kind) = (args.json, args.device.device);
    server.run(
        move || load(&args, kind),
        move |description| announce(address, description, json),
    )?;
    Ok(Exit::Done)
}

fn settings(args: &ServeArgs) -> Settings {
    let standard = Settings::default();
    Settings {
        host: args.host.clone(),
        port: args.port,
        access: Access {
            token: args.token.clone(),
            origins: args.cors.clone(),
            hosts: args.allow_host.clone(),
            frame_ancestors: args.frame_ancestor.clone(),
            behind_proxy: args.behind_proxy,
        },
        limits: Limits {
            max_seconds: args.max_seconds,
            max_bytes: (args.max_mb as usize) << 20,
            queue: args.queue as usize,
            queue_per_address: args.queue.div_ceil(2) as usize,
            ..standard.limits
        },
        workers: args
            .workers
            .map_or(standard.workers, |workers| workers as usize),
        ..standard
    }
}

fn start_log(format: LogFormat) {
    use tracing_subscriber::filter::LevelFilter;

    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(match format {
            LogFormat::Quiet => LevelFilter::WARN,
            LogFormat::Text | LogFormat::Json => LevelFilter::INFO,
        });
    match format {
        LogFormat::Quiet | LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

/// Stop in order on the first signal and at once on the second.
fn stop_on_signals(handle: StopHandle) -> anyhow::Result<()> {
    let mut requested = false;
    ctrlc::set_handler(move || {
        if std::mem::replace(&mut requested, true) {
            std::process::exit(Exit::Interrupted.code().into());
        }
        output::say(
            "finishing all accepted requests before stopping; press Ctrl-C again to stop at once",
        );
        handle.stop();
    })
    .context("cannot listen for Ctrl-C")
}

#[derive(Serialize)]
struct Started<'a> {
    url: String,
    model: &'a str,
    labels: &'a [String],
}

fn announce(address: SocketAddr, description: &ModelDescription, json: bool) {
    // A browser cannot open a wildcard address.
    let url = if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    };
    let name = &description.answers.model().name;
    let told = if json {
        output::json(&Started {
            url,
            model: name,
            labels: description.answers.labels(),
        })
    } else {
        output::line(format_args!("serving {name} at {url} (stop with Ctrl-C)"))
    };
    // A closed stdout is no reason to stop.
    if let Err(error) = told
        && !error.is::<output::Closed>()
    {
        output::error(&output::in_one_line(&error));
    }
}

fn load(args: &ServeArgs, kind: DeviceKind) -> anyhow::Result<ServedClassifier> {
    let source = ModelSource::find(args.model.as_deref())?;
    let classifier = source.classifier(kind, args.precision.precision)?;
    let own = classifier.answers().own().clone();
    let classes = match &args.scheme {
        None => own,
        Some(scheme) => {
            let summed = own.in_scheme(scheme);
            summed.with_context(|| refusal(&own, scheme))?
        }
    };
    let voice = args.voice.as_deref();
    let voice = voice.map(|path| voice_profile::read(path, &classifier));
    let model = identity(&source, || classifier.identity());
    Ok(ServedClassifier::new(
        classifier,
        classes,
        voice.transpose()?,
        model,
        source.card(),
    ))
}
