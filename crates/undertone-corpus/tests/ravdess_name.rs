//! RAVDESS names: what they say, and what is wrong with those that break the code book.

use undertone_corpus::{
    Emotion, Gender, Intensity, Modality, RavdessField, RavdessName, RavdessNameError, Statement,
    VocalChannel,
};

fn error(name: &str) -> RavdessNameError {
    name.parse::<RavdessName>().expect_err(name)
}

#[test]
fn every_field_is_read() {
    let name: RavdessName = "03-01-06-02-01-02-11.WAV".parse().unwrap();
    assert_eq!(name.modality(), Modality::AudioOnly);
    assert_eq!(name.channel(), VocalChannel::Speech);
    assert_eq!(name.emotion(), Emotion::Fearful);
    assert_eq!(name.intensity(), Intensity::Strong);
    assert_eq!(name.statement(), Statement::Kids);
    assert_eq!(name.repetition(), 2);
    assert_eq!(name.actor(), 11);
    assert_eq!(name.speaker(), "11");
    assert_eq!(name.gender(), Gender::Male);
}

#[test]
fn there_are_1440_spoken_clips_and_their_names_parse_back() {
    let names: Vec<RavdessName> = RavdessName::all_speech().collect();
    assert_eq!(names.len(), 1440);
    assert!(names.is_sorted());
    for name in names {
        assert_eq!(format!("{name}.flac").parse(), Ok(name));
    }
}

#[test]
fn each_violation_has_its_reason() {
    use RavdessField::{Actor, Channel, Emotion as EmotionField, Intensity, Modality, Repetition};
    let code = |field, code| RavdessNameError::Code { field, code };
    assert_eq!(error("notes.wav"), RavdessNameError::Parts { found: 1 });
    assert_eq!(
        error("03-01-06-01-02-01"),
        RavdessNameError::Parts { found: 6 }
    );
    assert_eq!(
        error("03-01-06-01-02-01-12-01"),
        RavdessNameError::Parts { found: 8 }
    );
    assert_eq!(error("04-01-06-01-02-01-12"), code(Modality, 4));
    assert_eq!(error("03-03-06-01-02-01-12"), code(Channel, 3));
    assert_eq!(error("03-01-09-01-02-01-12"), code(EmotionField, 9));
    assert_eq!(error("03-01-00-01-02-01-12"), code(EmotionField, 0));
    assert_eq!(error("03-01-06-03-02-01-12"), code(Intensity, 3));
    assert_eq!(error("03-01-06-01-02-03-12"), code(Repetition, 3));
    assert_eq!(error("03-01-06-01-02-01-25"), code(Actor, 25));
    assert_eq!(
        error("03-01-01-02-02-01-12"),
        RavdessNameError::StrongNeutral
    );
    assert_eq!(
        error("03-02-07-01-02-01-12"),
        RavdessNameError::Sung {
            emotion: Emotion::Disgust
        }
    );
}

#[test]
fn codes_are_exactly_two_ascii_digits() {
    for name in [
        "3-01-06-01-02-01-12",
        "+3-01-06-01-02-01-12",
        "٠٣-01-06-01-02-01-12",
        "-01-06-01-02-01-12",
    ] {
        let error = error(name);
        assert!(
            matches!(
                &error,
                RavdessNameError::Digits {
                    field: RavdessField::Modality,
                    ..
                }
            ),
            "{name}: {error}"
        );
    }
    // What file managers call a second copy, and an extension that holds no plain audio.
    for name in ["03-01-06-01-02-01-12 (1).wav", "03-01-06-01-02-01-12.mp4"] {
        assert!(
            matches!(
                error(name),
                RavdessNameError::Digits {
                    field: RavdessField::Actor,
                    ..
                }
            ),
            "{name}"
        );
    }
}

#[test]
fn the_constructor_checks_the_code_book_too() {
    let name = |emotion, intensity, repetition, actor| {
        RavdessName::new(
            Modality::AudioOnly,
            VocalChannel::Speech,
            emotion,
            intensity,
            Statement::Dogs,
            repetition,
            actor,
        )
    };
    assert!(name(Emotion::Calm, Intensity::Strong, 1, 24).is_ok());
    assert!(name(Emotion::Neutral, Intensity::Strong, 1, 24).is_err());
    assert!(name(Emotion::Calm, Intensity::Strong, 0, 24).is_err());
    assert!(name(Emotion::Calm, Intensity::Strong, 1, 0).is_err());
}
