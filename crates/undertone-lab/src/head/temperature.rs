//! The factor of scores that makes their softmax calibrated.

/// The scores of a clip that was held out.
pub(super) struct Scored<'a> {
    pub(super) output: usize,
    pub(super) scores: &'a [f64],
    pub(super) weight: f64,
}

/// Return the factor of the scores with the lowest weighted cross-entropy (temperature scaling, Guo
/// et al. 2017). It is the minimum of a convex function, found by ternary search; 1 without clips.
pub(super) fn temperature<'a>(clips: impl Iterator<Item = Scored<'a>> + Clone) -> f64 {
    if clips.clone().next().is_none() {
        return 1.0;
    }
    let entropy = |factor: f64| -> f64 {
        let of = |clip: Scored<'_>| {
            let scores = clip.scores.iter().map(|score| factor * score);
            let most = scores.clone().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.map(|score| (score - most).exp()).sum();
            let own = factor * clip.scores[clip.output];
            (most + sum.ln() - own) * clip.weight
        };
        clips.clone().map(of).sum()
    };
    let (mut low, mut high) = (0.01f64, 10.0f64);
    while high / low > 1.001 {
        // A third of the interval, on a logarithmic scale.
        let third = (high / low).cbrt();
        if entropy(low * third) < entropy(high / third) {
            high /= third;
        } else {
            low *= third;
        }
    }
    (low * high).sqrt()
}
