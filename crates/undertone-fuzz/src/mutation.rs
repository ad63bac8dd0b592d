//! Inputs that are almost valid.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Numbers that texts contain and parsers fall over.
const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "-1",
    "1e308",
    "1e-320",
    "NaN",
    "inf",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "0.0000000000000000000000001",
    "99999999999999999999999999999999999999999",
];

pub(crate) struct Mutation<'a> {
    pub(crate) seeds: &'a [Vec<u8>],
    pub(crate) tokens: &'a [&'a str],
    pub(crate) max_len: usize,
}

impl Mutation<'_> {
    /// Return the input number `index`. The first ones are the seeds as they are.
    pub(crate) fn input(&self, seed: u64, index: u64) -> Vec<u8> {
        if let Some(whole) = self.seeds.get(index as usize) {
            return whole.clone();
        }
        let mut random =
            ChaCha8Rng::seed_from_u64(seed ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut input = self.seeds[random.random_range(0..self.seeds.len())].clone();
        for _ in 0..[1, 1, 1, 2, 2, 4, 8][random.random_range(0..7)] {
            self.mutate(&mut input, &mut random);
        }
        input.truncate(self.max_len);
        input
    }

    fn mutate(&self, input: &mut Vec<u8>, random: &mut ChaCha8Rng) {
        if input.is_empty() {
            input.push(random.random());
            return;
        }
        // The beginning of a file has more of its structure than the rest.
        let end = if random.random_bool(0.4) {
            input.len().min(128)
        } else {
            input.len()
        };
        let at = random.random_range(0..end);
        match random.random_range(0..14) {
            0 | 1 => input[at] ^= 1 << random.random_range(0..8),
            2 => input[at] = random.random(),
            3 => input[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.random_range(0..6)],
            4..=6 => integer(input, at, random),
            7 => input.truncate(at),
            8 => {
                let end = (at + length(input.len(), random)).min(input.len());
                input.drain(at..end);
            }
            9 => {
                let part = input[at..(at + length(input.len(), random)).min(input.len())].to_vec();
                let to = random.random_range(0..=input.len());
                let times = if random.random_bool(0.1) { 64 } else { 1 };
                let room = self.max_len.saturating_sub(input.len());
                let part = part.repeat(times);
                let part = part[..part.len().min(room)].to_vec();
                input.splice(to..to, part);
            }
            10 => {
                let other = &self.seeds[random.random_range(0..self.seeds.len())];
                let from = random.random_range(0..=other.len());
                if random.random_bool(0.5) {
                    input.truncate(at);
                    input.extend_from_slice(&other[from..]);
                } else {
                    let part =
                        other[from..(from + length(input.len(), random)).min(other.len())].to_vec();
                    let end = (at + part.len()).min(input.len());
                    input.splice(at..end, part);
                }
            }
            11 | 12 => self.token(input, at, random),
            _ => {
                let value = if random.random_bool(0.5) { 0 } else { 0xFF };
                let end = (at + length(input.len(), random)).min(input.len());
                input[at..end].fill(value);
            }
        }
    }

    /// Insert a token, or replace the digits at `at` with a number.
    fn token(&self, input: &mut Vec<u8>, at: usize, random: &mut ChaCha8Rng) {
        let digit = |byte: &u8| byte.is_ascii_digit() || b".-+".contains(byte);
        let digits = input[at..].iter().take_while(|byte| digit(byte)).count();
        if digits > 0 || self.tokens.is_empty() {
            let number = NUMBERS[random.random_range(0..NUMBERS.len())];
            input.splice(at..at + digits, number.bytes());
        } else {
            let token = self.tokens[random.random_range(0..self.tokens.len())];
            let end = if random.random_bool(0.5) {
                (at + token.len()).min(input.len())
            } else {
                at
            };
            input.splice(at..end, token.bytes());
        }
    }
}

/// Return the length of a part of an input of `len` bytes: short ones are more frequent.
fn length(len: usize, random: &mut ChaCha8Rng) -> usize {
    let most = (1 << random.random_range(0..12)).min(1 + len / 4);
    random.random_range(1..=most)
}

/// Put an integer of 2, 4 or 8 bytes at `at`: an extreme one, a length of this input, or the one
/// that is there with a small change.
fn integer(input: &mut [u8], at: usize, random: &mut ChaCha8Rng) {
    let width = [2, 4, 8][random.random_range(0..3)];
    let Some(field) = input.get(at..at + width) else {
        return;
    };
    let little = random.random_bool(0.5);
    let mut old = [0; 8];
    if little {
        old[..width].copy_from_slice(field);
    } else {
        old[8 - width..].copy_from_slice(field);
    }
    let old = if little {
        u64::from_le_bytes(old)
    } else {
        u64::from_be_bytes(old)
    };
    let greatest = u64::MAX >> (64 - 8 * width);
    let value = match random.random_range(0..9) {
        0 => greatest,
        1 => greatest >> 1,
        2 => (greatest >> 1) + 1,
        3 => greatest - random.random_range(1..64),
        4 => input.len() as u64,
        5 => (input.len() - at) as u64,
        6 => random.random_range(0..8),
        7 => old.wrapping_add(random.random_range(0..32)),
        _ => old.wrapping_sub(random.random_range(0..32)),
    };
    if little {
        input[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    } else {
        input[at..at + width].copy_from_slice(&value.to_be_bytes()[8 - width..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let seeds = [b"RIFF\x24\0\0\0WAVEfmt 1.5".to_vec(), vec![7; 300]];
        let mutation = Mutation {
            seeds: &seeds,
            tokens: &["data"],
            max_len: 400,
        };
        assert_eq!(mutation.input(1, 0), seeds[0]);
        let inputs = |seed| {
            (2..500)
                .map(|index| mutation.input(seed, index))
                .collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        assert!(inputs(1).iter().all(|input| input.len() <= 400));
    }
}
