//! Protocols as text.

use undertone_corpus::{Protocol, ProtocolConfig};

/// Return the protocol with its options, as reports print it. The name comes first.
pub(crate) fn describe_protocol(
    protocol: &ProtocolConfig,
    fold: Option<usize>,
    seeds: &[u64],
) -> String {
    let options = match protocol.name {
        Protocol::Holdout => {
            let percent = protocol.test_fraction * 100.0;
            let order = if protocol.balance_before_split {
                ", balanced before it was split"
            } else {
                ""
            };
            format!("{percent:.0} % of the clips held out, stratified by label{order}")
        }
        Protocol::Speakers => format!("{} folds, no speaker on both sides", protocol.folds),
        Protocol::Emobox => "EmoBox's six folds of RAVDESS, held-out actors".to_owned(),
        Protocol::Manifest => "the manifest's own split".to_owned(),
        Protocol::Corpora => "leave one corpus out, no corpus on both sides".to_owned(),
        Protocol::Matrix => "each corpus trains alone and is tested on all; of its own speakers a \
                             quarter is tested"
            .to_owned(),
        Protocol::Full => "nothing held out".to_owned(),
        Protocol::All => "every clip is in the test set".to_owned(),
    };
    let fold = fold
        .map(|number| format!(", fold {number} only"))
        .unwrap_or_default();
    let plural = if seeds.len() == 1 { "" } else { "s" };
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    format!(
        "{} ({options}{fold}, seed{plural} {})",
        protocol.name,
        seeds.join(", ")
    )
}
