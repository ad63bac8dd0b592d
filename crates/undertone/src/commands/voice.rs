//! `undertone voice`

use std::path::Path;

use anyhow::bail;
use undertone_audio::DecodeOptions;
use undertone_models::Precision;

use super::hear::hear;
use crate::cli::VoiceArgs;
use crate::exit::Exit;
use crate::inputs::{self, Input};
use crate::model::ModelSource;
use crate::{corpora, output, voice_profile};

pub(crate) fn voice(args: &VoiceArgs) -> anyhow::Result<Exit> {
    let out = args.out.display();
    let inputs = inputs::find(&args.inputs);
    let is_out =
        |input: &Input| matches!(input, Input::File(path) if corpora::same_file(path, &args.out));
    if inputs.iter().any(is_out) {
        bail!("{out}: this is one of the recordings; choose another --out");
    }
    if args.out.exists() && !args.add && !args.force {
        bail!("{out}: the file exists; --force replaces it, and --add adds to the profile");
    }
    // Before the work, which may be long.
    if let Some(folder) = args.out.parent()
        && folder != Path::new("")
        && !folder.is_dir()
    {
        bail!("{out}: there is no folder {}", folder.display());
    }
    let source = ModelSource::find(args.model.as_deref())?;
    let classifier = source.classifier(args.device.device, Precision::F32)?;
    let mut voice = match args.add {
        true => voice_profile::read(&args.out, &classifier)?,
        false => voice_profile::new(&classifier)?,
    };
    let options = DecodeOptions {
        max_seconds: args.max_seconds,
    };
    let before = voice.recordings();
    let heard = hear(&classifier, &mut voice, inputs.into(), &options)?;
    if voice.recordings() == before {
        output::error(&format!("no speech was heard: {out} is not written"));
        return Ok(Exit::Nothing);
    }
    voice_profile::write(&args.out, &voice)?;
    let extent = voice_profile::in_words(voice.recordings(), voice.seconds());
    output::line(format_args!("{out}: {extent}"))?;
    if voice_profile::is_little(&voice) {
        output::warning("fewer than 3 recordings: adapting to this voice changes little");
    }
    Ok(Exit::of(1, heard.failed))
}
