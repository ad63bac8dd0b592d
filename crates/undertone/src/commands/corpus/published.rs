//! Facts about each corpus, and how its counts differ from the official ones.

use serde::Serialize;
use undertone_corpus::{CodeBook, CorpusInfo, CountDifference, Terms};

use super::counts::{Counts, counts};
use crate::output;

/// One corpus, as `--json` shows it.
#[derive(Serialize)]
pub(super) struct Published {
    name: String,
    format: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commercial: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redistribution: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    train: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    citation: Option<&'static str>,
    /// Notes about the corpus for its users.
    about: &'static [String],
    recordings: usize,
    clips: usize,
    speakers: usize,
    emotions: Counts,
    /// Whether the publishers state counts.
    counted: bool,
    /// The counts that are not the official ones.
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    what: &'static str,
    found: usize,
    official: usize,
}

impl Published {
    pub(super) fn new(info: &CorpusInfo) -> Self {
        let book = info.book();
        let terms = book.map(|book| &book.terms);
        let paths: Vec<String> = info
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        Self {
            name: info.name.clone(),
            format: info.format.id(),
            path: paths.join(", "),
            title: book.map(|book| book.title.as_str()),
            language: info.language.clone(),
            kind: book.map(|book| book.kind.name()),
            license: info.license.clone(),
            commercial: terms.map(|terms| terms.commercial),
            redistribution: terms.map(|terms| terms.redistribution),
            train: terms.map(|terms| terms.train),
            source: info.source.clone(),
            citation: book.map(|book| book.citation.as_str()),
            about: book.map_or(&[], |book| &book.notes),
            recordings: info.recordings,
            clips: info.found.clips,
            speakers: info.found.speakers,
            emotions: counts(
                info.found
                    .emotions
                    .iter()
                    .map(|(name, &count)| (name, count)),
            ),
            counted: info
                .official
                .as_ref()
                .is_some_and(|official| official.clips.is_some()),
            differences: info
                .differences()
                .into_iter()
                .map(
                    |CountDifference {
                         what,
                         found,
                         official,
                     }| Difference {
                        what,
                        found,
                        official,
                    },
                )
                .collect(),
        }
    }

    /// Return whether all clips of the official count are there.
    pub(super) fn is_complete(&self) -> bool {
        let speakers = |difference: &Difference| difference.what == "speakers";
        self.differences.iter().all(speakers)
    }

    pub(super) fn print(&self) -> anyhow::Result<()> {
        output::line(format_args!(
            "\n{} ({}:{}), {} clips of {} speakers",
            self.name, self.format, self.path, self.clips, self.speakers
        ))?;
        let line = |name: &str, text: &str| output::line(format_args!("  {name:10}{text}"));
        if let Some(title) = self.title {
            line("title", title)?;
        }
        if let Some(language) = &self.language {
            match self.kind {
                Some(kind) => line("language", &format!("{language}, {kind} speech"))?,
                None => line("language", language)?,
            }
        }
        if let Some(license) = &self.license {
            let allowed = match (self.commercial, self.redistribution, self.train) {
                (Some(commercial), Some(redistribution), Some(train)) => {
                    format!("; {}", allows(commercial, redistribution, train))
                }
                _ => String::new(),
            };
            line("license", &format!("{license}{allowed}"))?;
        }
        if let Some(source) = &self.source {
            line("source", source)?;
        }
        if let Some(citation) = self.citation {
            line("cite", citation)?;
        }
        for sentence in self.about {
            line("note", sentence)?;
        }
        match &self.differences[..] {
            [] if self.counted => line("counts", "as published"),
            [] => Ok(()),
            differences => {
                let words: Vec<String> = differences
                    .iter()
                    .map(|difference| {
                        let Difference {
                            what,
                            found,
                            official,
                        } = difference;
                        format!("{what} {found} of {official}")
                    })
                    .collect();
                line("counts", &format!("not as published: {}", words.join(", ")))
            }
        }
    }
}

/// Say what the terms of a code book allow.
pub(super) fn terms_in_words(
    Terms {
        commercial,
        redistribution,
        train,
        ..
    }: &Terms,
) -> String {
    allows(*commercial, *redistribution, *train)
}

fn allows(commercial: bool, redistribution: bool, train: bool) -> String {
    let commercial = match commercial {
        true => "commercial use allowed",
        false => "no commercial use",
    };
    let redistribution = match redistribution {
        true => "may be passed on",
        false => "not to be passed on",
    };
    let train = match train {
        true => "",
        false => ", only to judge",
    };
    format!("{commercial}, {redistribution}{train}")
}

/// Return the official number of clips in words.
pub(super) fn official_clips(book: &CodeBook) -> String {
    let clips = book.official.clips;
    clips.map_or_else(|| "unknown".to_owned(), |clips| clips.to_string())
}
