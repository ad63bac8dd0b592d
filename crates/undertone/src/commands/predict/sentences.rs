//! The lines of a table about the whole of a long recording, and about half seconds.

use undertone_answer::{Answer, Influence, Summary};

/// Return a line about the shares of a recording's time, such as "41 % negative, mostly 1:50-3:10".
/// `None` without speech.
pub(super) fn shares(summary: &Summary) -> Option<String> {
    let mut shares: Vec<(&String, &f64)> = summary.shares.iter().collect();
    shares.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let words = shares.into_iter().map(|(name, share)| {
        let share = format!("{:.0} % {name}", 100.0 * share);
        match summary.mostly.get(name) {
            Some([start, end]) => format!("{share}, mostly {}-{}", clock(*start), clock(*end)),
            None => share,
        }
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Return seconds as minutes and seconds, and hours if there are any.
fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Smaller changes of the log-odds are not named.
const LEAST: f64 = 0.1;
/// The most half seconds that are named on each side.
const MOST: usize = 3;

/// Return a line about the half seconds that move the answer most. `None` if that was not asked
/// for.
pub(super) fn why(answer: &Answer) -> Option<String> {
    let label = answer.label.as_deref()?;
    let influences = answer.influences.as_ref()?;
    let strongest = |sign: f64| {
        let mut own: Vec<&Influence> = influences
            .iter()
            .filter(|it| sign * it.change >= LEAST)
            .collect();
        own.sort_by(|a, b| (sign * b.change).total_cmp(&(sign * a.change)));
        let spans = own.iter().take(MOST);
        let spans: Vec<String> = spans
            .map(|it| format!("{:.2}-{:.2} s ({:+.1})", it.start, it.end, -it.change))
            .collect();
        match spans.is_empty() {
            true => "nothing".to_owned(),
            false => spans.join(", "),
        }
    };
    Some(format!(
        "for {label}: {}; against: {}",
        strongest(-1.0),
        strongest(1.0)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_named_with_the_largest_first() {
        let summary = Summary {
            speech_seconds: 100.0,
            shares: [("negative", 0.41), ("neutral", 0.59)]
                .map(|(name, share)| (name.to_owned(), share))
                .into(),
            mostly: [("negative".to_owned(), [110.0, 190.4])].into(),
        };
        assert_eq!(
            shares(&summary).as_deref(),
            Some("59 % neutral; 41 % negative, mostly 1:50-3:10")
        );
        assert_eq!(shares(&Summary::default()), None);
        assert_eq!(clock(3725.0), "1:02:05");
    }
}
