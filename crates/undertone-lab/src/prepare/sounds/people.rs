//! Sounds that people make without speaking: a source, of pulses and noise, through the resonances
//! of a mouth.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::signal::{Kind, resonant, white};

/// Sounds of each kind.
pub(super) const OF_KIND: usize = 32;

pub(super) const KINDS: [Kind; 9] = [
    ("laugh", |_, rate, _, rng| laugh(&mut Throat { rate, rng })),
    ("cry", |_, rate, _, rng| cry(&mut Throat { rate, rng })),
    ("moan", |_, rate, _, rng| moan(&mut Throat { rate, rng })),
    ("cough", |_, rate, _, rng| cough(&mut Throat { rate, rng })),
    ("throat", |_, rate, _, rng| clear(&mut Throat { rate, rng })),
    ("sneeze", |_, rate, _, rng| {
        sneeze(&mut Throat { rate, rng })
    }),
    ("scream", |_, rate, _, rng| {
        scream(&mut Throat { rate, rng })
    }),
    ("breath", |_, rate, _, rng| {
        breathe(&mut Throat { rate, rng })
    }),
    ("smack", |_, rate, _, rng| smack(&mut Throat { rate, rng })),
];

/// Center and width of each resonance, in Hz.
type Mouth = Vec<(f64, f64)>;

/// How the amplitude of a segment runs.
#[derive(Clone, Copy)]
enum Shape {
    Flat,
    Burst,
    Swell,
    Rise,
}

/// A part of a sound.
struct Segment {
    seconds: f64,
    /// The share of pulses in the power, at the start and at the end. The rest is noise.
    voicing: [f64; 2],
    /// Pulses per second, at the start and at the end.
    pitch: [f64; 2],
    amplitude: [f64; 2],
    shape: Shape,
    /// How irregular the pulses are.
    jitter: f64,
    /// Depth of the trembling of the pitch, and how often per second.
    tremor: [f64; 2],
    /// How much the pitch rises in the middle.
    arch: f64,
    /// The resonances at the start and at the end.
    mouths: [Mouth; 2],
    /// How often per second the amplitude swells and ebbs, and by what share.
    flutter: [f64; 2],
}

/// Makes segments.
struct Throat<'a> {
    rate: f64,
    rng: &'a mut ChaCha8Rng,
}

impl Throat<'_> {
    fn draw(&mut self, low: f64, high: f64) -> f64 {
        self.rng.random_range(low..high)
    }

    fn count(&mut self, low: usize, high: usize) -> usize {
        self.rng.random_range(low..high)
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.draw(0.0, 1.0) < probability
    }

    /// Draw an amplitude between two levels in dB.
    fn level(&mut self, low: f64, high: f64) -> f64 {
        10f64.powf(self.draw(low, high) / 20.0)
    }

    /// Draw the resonances of a vowel.
    fn vowel(&mut self) -> Mouth {
        vec![
            (self.draw(250.0, 950.0), self.draw(60.0, 200.0)),
            (self.draw(900.0, 2500.0), self.draw(80.0, 300.0)),
            (self.draw(2400.0, 3300.0), self.draw(120.0, 400.0)),
            (self.draw(3300.0, 4500.0), 400.0),
        ]
    }

    /// Draw the resonances of a hiss.
    fn hiss(&mut self) -> Mouth {
        vec![
            (self.draw(600.0, 6000.0), self.draw(300.0, 2500.0)),
            (self.draw(300.0, 7000.0), self.draw(300.0, 2500.0)),
        ]
    }

    fn vowels(&mut self, changing: f64) -> [Mouth; 2] {
        let first = self.vowel();
        match self.chance(changing) {
            true => [first, self.vowel()],
            false => [first.clone(), first],
        }
    }

    fn noise(&mut self, seconds: f64, amplitude: [f64; 2], shape: Shape, mouth: &Mouth) -> Segment {
        Segment {
            seconds,
            voicing: [0.0; 2],
            pitch: [150.0; 2],
            amplitude,
            shape,
            jitter: 0.02,
            tremor: [0.0, 6.0],
            arch: 0.0,
            mouths: [mouth.clone(), mouth.clone()],
            flutter: [0.0; 2],
        }
    }

    fn silence(&self, seconds: f64) -> Vec<f64> {
        vec![0.0; (seconds.max(0.0) * self.rate) as usize]
    }

    /// Draw one of two shapes.
    fn either(&mut self, one: Shape, other: Shape) -> Shape {
        match self.chance(0.5) {
            true => one,
            false => other,
        }
    }

    fn make(&mut self, segment: &Segment) -> Vec<f64> {
        let n = ((segment.seconds * self.rate) as usize).max(80);
        let pulses = self.pulses(n, segment);
        let noise = white(n, self.rng);
        let along = |pair: [f64; 2], at: f64| pair[0] + (pair[1] - pair[0]) * at;
        let source: Vec<f64> = (0..n)
            .map(|index| {
                let voicing = along(segment.voicing, index as f64 / n as f64);
                voicing.sqrt() * pulses[index] + (1.0 - voicing).sqrt() * 1.7 * noise[index]
            })
            .collect();
        let [first, last] = &segment.mouths;
        let first_filtered = leveled(&through(&source, self.rate, first));
        let last_filtered = match first == last {
            true => first_filtered.clone(),
            false => leveled(&through(&source, self.rate, last)),
        };
        let phase = self.draw(0.0, TAU);
        (0..n)
            .map(|index| {
                let at = index as f64 / n as f64;
                let seconds = index as f64 / self.rate;
                let sample = (1.0 - at) * first_filtered[index] + at * last_filtered[index];
                let [from, to] = segment.amplitude;
                let gain = from * (to / from).powf(at) * segment.shape.gain(at, seconds);
                let [pace, depth] = segment.flutter;
                sample * gain * (1.0 + depth * (TAU * pace * seconds + phase).sin())
            })
            .collect()
    }

    /// Make pulses of unit power at the segment's pitch.
    fn pulses(&mut self, n: usize, segment: &Segment) -> Vec<f64> {
        let [depth, pace] = segment.tremor;
        let (mut phase, mut walk) = (0.0, 0.0);
        let mut pulses = vec![0.0; n];
        for (index, pulse) in pulses.iter_mut().enumerate() {
            let at = index as f64 / n as f64;
            let seconds = index as f64 / self.rate;
            walk = 0.995 * walk + 0.1 * self.draw(-1.0, 1.0);
            let trembling = 1.0 + depth * (TAU * pace * seconds).sin();
            let [from, to] = segment.pitch;
            let arch = 1.0 + segment.arch * (TAU * at / 2.0).sin();
            let drift = (2.0 * segment.jitter * walk).exp();
            let pitch = ((from + (to - from) * at) * arch * trembling * drift).max(30.0);
            phase += pitch / self.rate;
            if phase >= 1.0 {
                phase -= 1.0;
                let unevenness = 1.0 + segment.jitter * self.draw(-0.5, 0.5);
                *pulse = unevenness * (self.rate / pitch).sqrt();
            }
        }
        pulses
    }
}

impl Shape {
    /// Return the amplitude at a share of the segment and at its seconds.
    fn gain(self, at: f64, seconds: f64) -> f64 {
        match self {
            Self::Flat => (8.0 * at.min(1.0 - at)).min(1.0),
            Self::Burst => (seconds / 0.006).min(1.0) * (8.0 * (1.0 - at)).min(1.0),
            Self::Swell => (TAU * at / 2.0).sin(),
            Self::Rise => at * at * (12.0 * (1.0 - at)).min(1.0),
        }
    }
}

fn through(source: &[f64], rate: f64, mouth: &Mouth) -> Vec<f64> {
    // One resonance after the other, as in a tube.
    let mut sound = source.to_vec();
    for (center, width) in mouth {
        sound = resonant(&sound, rate, center.min(0.45 * rate), *width);
    }
    sound
}

fn leveled(samples: &[f64]) -> Vec<f64> {
    let power = samples.iter().map(|it| it * it).sum::<f64>() / samples.len().max(1) as f64;
    let factor = 1.0 / power.sqrt().max(1e-9);
    samples.iter().map(|it| it * factor).collect()
}

/// The same short syllable again and again, ever softer.
fn laugh(throat: &mut Throat<'_>) -> Vec<f64> {
    let (syllables, period) = (throat.count(3, 11), 1.0 / throat.draw(3.0, 7.0));
    let (decay, fall) = (throat.draw(0.75, 1.0), throat.draw(0.94, 1.02));
    let (breath, voicing) = (throat.draw(0.2, 0.6), throat.draw(0.3, 1.0));
    let mut pitch = throat.draw(110.0, 550.0);
    let mouths = throat.vowels(0.0);
    let hiss = match throat.chance(0.5) {
        true => mouths[0].clone(),
        false => throat.hiss(),
    };
    let loudness = throat.level(-26.0, -6.0);
    let mut sound = Vec::new();
    for syllable in 0..syllables {
        let length = period * throat.draw(0.85, 1.15);
        let gain = decay.powi(syllable as i32);
        let h = throat.noise(
            length * breath,
            [gain * loudness * 0.5, gain * loudness],
            Shape::Flat,
            &hiss,
        );
        sound.extend(throat.make(&h));
        let a = Segment {
            voicing: [voicing, voicing * throat.draw(0.4, 1.0)],
            pitch: [
                pitch * throat.draw(0.95, 1.1),
                pitch * throat.draw(0.7, 1.0),
            ],
            jitter: 0.03,
            mouths: mouths.clone(),
            ..throat.noise(
                length * (1.0 - breath) * 0.75,
                [gain, gain * 0.4],
                Shape::Flat,
                &hiss,
            )
        };
        sound.extend(throat.make(&a));
        let gap = length * (1.0 - breath) * throat.draw(0.0, 0.2);
        sound.extend(throat.silence(gap));
        pitch *= fall;
    }
    sound
}

/// Long trembling vowels, with sobs between them.
fn cry(throat: &mut Throat<'_>) -> Vec<f64> {
    let pitch = throat.draw(180.0, 650.0);
    let mut sound = Vec::new();
    for _ in 0..throat.count(1, 5) {
        let voicing = throat.draw(0.4, 1.0);
        let mouths = throat.vowels(0.5);
        let wail = Segment {
            seconds: throat.draw(0.25, 1.2),
            voicing: [voicing, voicing * throat.draw(0.3, 1.0)],
            pitch: [pitch * throat.draw(0.8, 1.2), pitch * throat.draw(0.6, 1.1)],
            amplitude: [1.0, throat.level(-12.0, 0.0)],
            shape: throat.either(Shape::Flat, Shape::Swell),
            jitter: 0.03,
            tremor: [throat.draw(0.01, 0.06), throat.draw(4.0, 10.0)],
            arch: throat.draw(-0.1, 0.4),
            flutter: [throat.draw(4.0, 10.0), throat.draw(0.0, 0.5)],
            mouths,
        };
        sound.extend(throat.make(&wail));
        if throat.chance(0.6) {
            let gap = throat.draw(0.0, 0.2);
            sound.extend(throat.silence(gap));
            let (hiss, loudness) = (throat.hiss(), throat.level(-24.0, -8.0));
            let length = throat.draw(0.1, 0.4);
            let sob = Segment {
                voicing: [0.0, throat.draw(0.0, 0.5)],
                pitch: [1.3 * pitch, 1.6 * pitch],
                ..throat.noise(length, [loudness; 2], Shape::Rise, &hiss)
            };
            sound.extend(throat.make(&sob));
        }
        let gap = throat.draw(0.0, 0.3);
        sound.extend(throat.silence(gap));
    }
    sound
}

/// A long vowel that falls: a moan, a sigh or a yawn.
fn moan(throat: &mut Throat<'_>) -> Vec<f64> {
    let (pitch, voicing) = (throat.draw(75.0, 380.0), throat.draw(0.5, 1.0));
    let mouths = throat.vowels(0.6);
    let mut sound = Vec::new();
    if throat.chance(0.35) {
        let (hiss, loudness) = (throat.hiss(), throat.level(-25.0, -8.0));
        let (length, shape) = (
            throat.draw(0.4, 1.2),
            throat.either(Shape::Swell, Shape::Rise),
        );
        let breath = throat.noise(length, [loudness; 2], shape, &hiss);
        sound.extend(throat.make(&breath));
        let gap = throat.draw(0.0, 0.3);
        sound.extend(throat.silence(gap));
    }
    for _ in 0..throat.count(1, 3) {
        let vowel = Segment {
            seconds: throat.draw(0.5, 2.2),
            voicing: [voicing, voicing * throat.draw(0.0, 1.0)],
            pitch: [pitch, pitch * throat.draw(0.5, 1.15)],
            amplitude: [1.0, throat.level(-14.0, 0.0)],
            shape: throat.either(Shape::Flat, Shape::Swell),
            jitter: throat.draw(0.01, 0.06),
            tremor: [throat.draw(0.0, 0.02), throat.draw(3.0, 7.0)],
            arch: throat.draw(-0.2, 0.4),
            mouths: mouths.clone(),
            flutter: [0.0; 2],
        };
        sound.extend(throat.make(&vowel));
        let gap = throat.draw(0.0, 0.4);
        sound.extend(throat.silence(gap));
    }
    sound
}

/// Bursts of noise, each with a rest of a vowel.
fn cough(throat: &mut Throat<'_>) -> Vec<f64> {
    let hiss = throat.hiss();
    let mouths = match throat.chance(0.6) {
        true => [hiss.clone(), throat.vowel()],
        false => [hiss.clone(), hiss.clone()],
    };
    let pitch = throat.draw(70.0, 350.0);
    let mut sound = Vec::new();
    for _ in 0..throat.count(1, 5) {
        let voicing = throat.draw(0.0, 0.8);
        let (length, end) = (throat.draw(0.02, 0.09), throat.level(-8.0, 0.0));
        let burst = throat.noise(length, [1.0, end], Shape::Burst, &hiss);
        sound.extend(throat.make(&burst));
        let rest = Segment {
            seconds: throat.draw(0.06, 0.35),
            voicing: [voicing, 0.3 * voicing],
            pitch: [pitch, pitch * throat.draw(0.6, 1.2)],
            amplitude: [throat.level(-6.0, 2.0), throat.level(-35.0, -15.0)],
            shape: Shape::Burst,
            jitter: throat.draw(0.05, 0.3),
            tremor: [0.0, 6.0],
            arch: 0.0,
            mouths: mouths.clone(),
            flutter: [0.0; 2],
        };
        sound.extend(throat.make(&rest));
        let gap = throat.draw(0.05, 0.5);
        sound.extend(throat.silence(gap));
    }
    sound
}

/// A rough, fluttering voice.
fn clear(throat: &mut Throat<'_>) -> Vec<f64> {
    let (pitch, voicing) = (throat.draw(50.0, 220.0), throat.draw(0.1, 0.9));
    let mouths = throat.vowels(1.0);
    let mut sound = Vec::new();
    for _ in 0..throat.count(1, 4) {
        let shape = throat.either(Shape::Burst, Shape::Swell);
        let rasp = Segment {
            seconds: throat.draw(0.15, 0.8),
            voicing: [voicing, voicing * throat.draw(0.3, 1.0)],
            pitch: [pitch * throat.draw(0.8, 1.2), pitch * throat.draw(0.6, 1.3)],
            amplitude: [throat.level(-8.0, 0.0), throat.level(-15.0, 0.0)],
            shape: throat.either(Shape::Flat, shape),
            jitter: throat.draw(0.08, 0.4),
            tremor: [0.0, 6.0],
            arch: 0.0,
            mouths: mouths.clone(),
            flutter: [throat.draw(15.0, 45.0), throat.draw(0.2, 0.9)],
        };
        sound.extend(throat.make(&rasp));
        let gap = throat.draw(0.02, 0.3);
        sound.extend(throat.silence(gap));
    }
    sound
}

/// Breath that is drawn in, and a burst.
fn sneeze(throat: &mut Throat<'_>) -> Vec<f64> {
    let pitch = throat.draw(110.0, 420.0);
    let mut sound = Vec::new();
    for _ in 0..throat.count(1, 3) {
        if throat.chance(0.75) {
            let voicing = throat.draw(0.0, 0.8);
            for _ in 0..throat.count(1, 3) {
                let mouths = throat.vowels(0.0);
                let before = Segment {
                    seconds: throat.draw(0.15, 0.6),
                    voicing: [0.3 * voicing, voicing],
                    pitch: [pitch, pitch * throat.draw(1.0, 1.5)],
                    amplitude: [throat.level(-28.0, -14.0), throat.level(-16.0, -6.0)],
                    shape: throat.either(Shape::Rise, Shape::Flat),
                    jitter: 0.03,
                    tremor: [0.0, 6.0],
                    arch: 0.0,
                    mouths,
                    flutter: [0.0; 2],
                };
                sound.extend(throat.make(&before));
                let gap = throat.draw(0.0, 0.2);
                sound.extend(throat.silence(gap));
            }
        }
        let hiss = throat.hiss();
        let (length, end) = (throat.draw(0.04, 0.22), throat.level(-8.0, 0.0));
        let burst = Segment {
            voicing: [0.0, throat.draw(0.0, 0.2)],
            ..throat.noise(length, [1.0, end], Shape::Burst, &hiss)
        };
        sound.extend(throat.make(&burst));
        let voicing = throat.draw(0.0, 0.9);
        let last = match throat.chance(0.5) {
            true => hiss.clone(),
            false => throat.vowel(),
        };
        let rest = Segment {
            seconds: throat.draw(0.08, 0.45),
            voicing: [voicing, 0.4 * voicing],
            pitch: [pitch * throat.draw(0.9, 1.6), pitch * throat.draw(0.5, 1.0)],
            amplitude: [throat.level(-8.0, 2.0), throat.level(-35.0, -12.0)],
            shape: Shape::Burst,
            jitter: throat.draw(0.02, 0.1),
            tremor: [0.0, 6.0],
            arch: 0.0,
            mouths: [hiss, last],
            flutter: [0.0; 2],
        };
        sound.extend(throat.make(&rest));
        let gap = throat.draw(0.1, 0.6);
        sound.extend(throat.silence(gap));
    }
    sound
}

/// One high vowel.
fn scream(throat: &mut Throat<'_>) -> Vec<f64> {
    let (pitch, voicing) = (throat.draw(350.0, 1500.0), throat.draw(0.4, 1.0));
    let mouths = throat.vowels(0.4);
    let vowel = Segment {
        seconds: throat.draw(0.4, 2.2),
        voicing: [voicing, voicing * throat.draw(0.5, 1.0)],
        pitch: [pitch * throat.draw(0.7, 1.0), pitch * throat.draw(0.6, 1.1)],
        amplitude: [1.0, throat.level(-8.0, 0.0)],
        shape: Shape::Flat,
        jitter: throat.draw(0.01, 0.1),
        tremor: [throat.draw(0.0, 0.03), throat.draw(4.0, 9.0)],
        arch: throat.draw(-0.1, 0.3),
        mouths,
        flutter: [0.0; 2],
    };
    throat.make(&vowel)
}

/// Breath in and out: panting, sniffing, a nose that is blown.
fn breathe(throat: &mut Throat<'_>) -> Vec<f64> {
    let (inward, outward) = (throat.hiss(), throat.hiss());
    let (period, share) = (1.0 / throat.draw(0.6, 5.0), throat.draw(0.4, 1.0));
    let soft = throat.level(-20.0, 0.0);
    let breaths = (throat.draw(0.7, 3.0) / period) as usize;
    let mut sound = Vec::new();
    for _ in 0..breaths.max(1) {
        let shape = throat.either(Shape::Swell, Shape::Rise);
        let length = period * share / 2.0 * throat.draw(0.8, 1.2);
        let draw = throat.noise(length, [soft; 2], shape, &inward);
        sound.extend(throat.make(&draw));
        sound.extend(throat.silence(period * (1.0 - share) / 2.0));
        let shape = throat.either(Shape::Swell, Shape::Burst);
        let length = period * share / 2.0 * throat.draw(0.8, 1.2);
        let end = throat.level(-10.0, 0.0);
        let blow = throat.noise(length, [1.0, end], shape, &outward);
        sound.extend(throat.make(&blow));
        sound.extend(throat.silence(period * (1.0 - share) / 2.0));
    }
    sound
}

/// Clicks of lips, tongue and teeth.
fn smack(throat: &mut Throat<'_>) -> Vec<f64> {
    let (hiss, vowel) = (throat.hiss(), throat.vowel());
    let mut sound = throat.silence(0.05);
    for _ in 0..throat.count(2, 9) {
        for _ in 0..throat.count(1, 4) {
            let mouth = match throat.chance(0.6) {
                true => &hiss,
                false => &vowel,
            };
            let ends = [throat.level(-12.0, 0.0), throat.level(-30.0, -10.0)];
            let length = throat.draw(0.005, 0.05);
            let click = throat.noise(length, ends, Shape::Burst, mouth);
            sound.extend(throat.make(&click));
            let gap = throat.draw(0.005, 0.06);
            sound.extend(throat.silence(gap));
        }
        let gap = throat.draw(0.05, 0.5);
        sound.extend(throat.silence(gap));
    }
    sound
}
