//! The free-standing values of a text file of Praat.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::SegmentFault;
use crate::error::Fault;

/// A value. Everything else in such a file (`xmin =`, `intervals [1]:`) is for people.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// `<exists>`, without its brackets.
    Flag(String),
}

/// The values one after the other, each with its line.
pub(super) struct Tokens<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    line: u64,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            chars: text.char_indices().peekable(),
            line: 1,
        }
    }

    /// Return the line that is read.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Return the next value.
    pub(super) fn next(&mut self) -> Result<Option<Token>, Fault> {
        while let Some((start, char)) = self.step() {
            match char {
                '"' => return self.quoted().map(|text| Some(Token::Text(text))),
                '!' => while self.step().is_some_and(|(_, char)| char != '\n') {},
                char if char.is_whitespace() => {}
                _ => {
                    let word = self.word(start);
                    let flag = word
                        .strip_prefix('<')
                        .and_then(|word| word.strip_suffix('>'));
                    if let Some(flag) = flag {
                        return Ok(Some(Token::Flag(flag.to_owned())));
                    }
                    if let Some(number) = number(word) {
                        return Ok(Some(Token::Number(number)));
                    }
                }
            }
        }
        Ok(None)
    }

    fn step(&mut self) -> Option<(usize, char)> {
        let next = self.chars.next();
        if let Some((_, '\n')) = next {
            self.line += 1;
        }
        next
    }

    /// Return the word that begins at `start`.
    fn word(&mut self, start: usize) -> &'a str {
        while self
            .chars
            .peek()
            .is_some_and(|(_, char)| !char.is_whitespace())
        {
            self.step();
        }
        let end = self.chars.peek().map_or(self.text.len(), |&(end, _)| end);
        &self.text[start..end]
    }

    /// Return a text, after its opening quote. Two quotes stand for one.
    fn quoted(&mut self) -> Result<String, Fault> {
        let line = self.line;
        let mut text = String::new();
        while let Some((_, char)) = self.step() {
            if char != '"' {
                text.push(char);
                continue;
            }
            if self.chars.peek().is_none_or(|&(_, next)| next != '"') {
                return Ok(text);
            }
            self.step();
            text.push('"');
        }
        Err(SegmentFault::Truncated {
            expected: "the quote that closes a text",
        }
        .at(line))
    }
}

/// Return a number. Praat writes percentages too, but not as times.
fn number(word: &str) -> Option<f64> {
    let first = word.as_bytes().first()?;
    let begins = first.is_ascii_digit() || b"+-.".contains(first);
    begins.then(|| word.parse().ok()).flatten()
}
