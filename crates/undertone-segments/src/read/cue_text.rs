//! The text of a subtitle.

use crate::check::filled;

/// The text of a subtitle, and its speaker.
#[derive(Debug, Default, PartialEq)]
pub(super) struct CueText {
    pub(super) text: Option<String>,
    /// The voice, if there is exactly one.
    pub(super) speaker: Option<String>,
}

/// Return the text of a subtitle's lines without its tags. `entities` says whether `&amp;` stands
/// for `&`, as in WebVTT.
pub(super) fn read(lines: &[&str], entities: bool) -> CueText {
    let text = lines.join(" ");
    let mut plain = String::with_capacity(text.len());
    let mut voices = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['<', '{']) {
        let (before, tag) = rest.split_at(at);
        plain.push_str(before);
        let close = match tag.starts_with('<') {
            true => '>',
            false => '}',
        };
        // `{\an8}` places a subtitle. Other braces, and a "<" of a calculation, are text.
        let is_tag = match tag.as_bytes().get(1) {
            Some(b'\\') => tag.starts_with('{'),
            Some(next) => tag.starts_with('<') && (next.is_ascii_alphanumeric() || *next == b'/'),
            None => false,
        };
        match tag.find(close).filter(|_| is_tag) {
            Some(end) => {
                voices.extend(voice(&tag[1..end]));
                rest = &tag[end + 1..];
            }
            None => {
                plain.push_str(&tag[..1]);
                rest = &tag[1..];
            }
        }
    }
    plain.push_str(rest);
    if entities {
        plain = without_entities(&plain);
        voices
            .iter_mut()
            .for_each(|voice| *voice = without_entities(voice));
    }
    voices.dedup();
    let speaker = match &voices[..] {
        [one] => filled(one),
        _ => None,
    };
    let words: Vec<&str> = plain.split_whitespace().collect();
    CueText {
        text: filled(&words.join(" ")),
        speaker,
    }
}

/// Return the name of `v Name` or `v.loud Name`.
fn voice(tag: &str) -> Option<String> {
    let (name, voice) = tag.split_once(char::is_whitespace)?;
    let is_voice = name == "v" || name.starts_with("v.");
    is_voice.then(|| voice.trim().to_owned())
}

fn without_entities(text: &str) -> String {
    // "&amp;" comes last, so that "&amp;lt;" stays "&lt;".
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&lrm;", ""),
        ("&rlm;", ""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn tags_go_and_other_brackets_stay() {
        let cue = read(
            &[
                "<v.loud Anna B>I <i>am</i> {\\an8}here",
                "2 < 3 {sic} &amp;lt;",
            ],
            true,
        );
        assert_eq!(cue.text.as_deref(), Some("I am here 2 < 3 {sic} &lt;"));
        assert_eq!(cue.speaker.as_deref(), Some("Anna B"));
        assert_eq!(read(&["<v A>one</v> <v B>two"], true).speaker, None);
        assert_eq!(
            read(&["a < b", "<", "{"], false).text.as_deref(),
            Some("a < b < {")
        );
    }
}
