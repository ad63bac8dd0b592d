//! Mutated recipes are refused or read (`UNDERTONE_FUZZ`: see undertone-fuzz).

use undertone_fuzz::{Fuzz, PeakAlloc};
use undertone_lab::Recipe;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const TOKENS: [&str; 24] = [
    "\n",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ".",
    "\"",
    "'''",
    "#",
    "true",
    "[network]",
    "[training]",
    "[front_end]",
    "[protocol]",
    "epochs = ",
    "batch_size = ",
    "lstm",
    "conv",
    "label_scheme = ",
    "1979-05-27T07:32:00Z",
    "0x7fffffffffffffff",
    "\\u0000",
];

#[test]
fn recipes() {
    let seeds = Recipe::built_in().map(|(_, text)| text.into()).collect();
    let fuzz = Fuzz {
        tokens: &TOKENS,
        // A document of TOML, its spans and its errors.
        allowance: 1 << 20,
        max_len: 16 << 10,
        ..Fuzz::new("recipes", seeds)
    };
    fuzz.run(&ALLOCATOR, |input| {
        let Ok(text) = std::str::from_utf8(input) else {
            return false;
        };
        let Ok(recipe) = Recipe::parse(text, "recipe.toml", &[]) else {
            return false;
        };
        // What a run folder keeps can be read again.
        let kept = recipe.to_toml().unwrap();
        assert_eq!(
            Recipe::parse(&kept, "kept", &[])
                .unwrap()
                .to_toml()
                .unwrap(),
            kept
        );
        true
    });
}

#[test]
fn overrides() {
    let (_, text) = Recipe::built_in().next().unwrap();
    let seeds = [
        "training.epochs=10",
        "protocol.name=speakers",
        "balance=[{step=\"undersample\"}]",
    ];
    let fuzz = Fuzz {
        tokens: &TOKENS,
        allowance: 1 << 20,
        max_len: 4 << 10,
        ..Fuzz::new("overrides of recipes", seeds.map(Vec::from).into())
    };
    fuzz.run(&ALLOCATOR, |input| {
        let words = String::from_utf8_lossy(input).into_owned();
        Recipe::parse(text, "recipe.toml", &[words]).is_ok()
    });
}
