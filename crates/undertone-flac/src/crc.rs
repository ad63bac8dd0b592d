//! The two checksums of a FLAC frame.

/// Compute the CRC-8 with polynomial 0x07, the checksum of a frame header.
pub(crate) fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| {
            if crc & 0x80 != 0 {
                crc << 1 ^ 0x07
            } else {
                crc << 1
            }
        })
    })
}

/// Compute the CRC-16 with polynomial 0x8005, the checksum of a whole frame.
#[allow(unsafe_code)]
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("pclmulqdq") {
        let (chunks, rest) = bytes.as_chunks();
        // SAFETY: the feature that the function is compiled for was just detected.
        let remainder = unsafe { folded(chunks) };
        return crc16_plain(crc16_plain(0, &remainder.to_be_bytes()), rest);
    }
    crc16_plain(0, bytes)
}

/// Fold all chunks into sixteen bytes that have the same CRC.
///
/// A chunk is a polynomial over GF(2). To move it one chunk on means to multiply it by x^128, and
/// modulo the CRC's polynomial x^128 is a number of 16 bits. So each half of the running sum is
/// multiplied by its power of x, without carries, and added to the next chunk. A product takes
/// longer than to begin the next one, so four sums run beside each other, each over every fourth
/// chunk.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "pclmulqdq")]
fn folded(chunks: &[[u8; 16]]) -> u128 {
    use std::arch::x86_64::{
        __m128i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_setzero_si128,
        _mm_unpackhi_epi64, _mm_xor_si128,
    };

    const NEXT: (u16, u16) = (power_of_x(192), power_of_x(128));
    const FOURTH: (u16, u16) = (power_of_x(576), power_of_x(512));
    let factors = |(upper, lower)| _mm_set_epi64x(i64::from(upper), i64::from(lower));
    let moved = |sum: __m128i, factors: __m128i| {
        let upper = _mm_clmulepi64_si128::<0x11>(sum, factors);
        let lower = _mm_clmulepi64_si128::<0x00>(sum, factors);
        _mm_xor_si128(upper, lower)
    };
    let load = |chunk: [u8; 16]| {
        let chunk = u128::from_be_bytes(chunk);
        _mm_set_epi64x((chunk >> 64) as i64, chunk as i64)
    };
    let (next, fourth) = (factors(NEXT), factors(FOURTH));
    let (groups, rest) = chunks.as_chunks::<4>();
    let mut sums = [_mm_setzero_si128(); 4];
    for group in groups {
        for (sum, chunk) in sums.iter_mut().zip(group) {
            *sum = _mm_xor_si128(moved(*sum, fourth), load(*chunk));
        }
    }
    let [mut sum, others @ ..] = sums;
    for other in others {
        sum = _mm_xor_si128(moved(sum, next), other);
    }
    for chunk in rest {
        sum = _mm_xor_si128(moved(sum, next), load(*chunk));
    }
    let upper = _mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)) as u64;
    u128::from(upper) << 64 | u128::from(_mm_cvtsi128_si64(sum) as u64)
}

/// Return x to the power of `exponent`, modulo the polynomial.
#[cfg(target_arch = "x86_64")]
const fn power_of_x(exponent: u32) -> u16 {
    let mut remainder = 1_u16;
    let mut power = 0;
    while power < exponent {
        remainder = shifted(remainder);
        power += 1;
    }
    remainder
}

/// Multiply by x, modulo the polynomial.
const fn shifted(remainder: u16) -> u16 {
    if remainder & 0x8000 != 0 {
        remainder << 1 ^ 0x8005
    } else {
        remainder << 1
    }
}

/// Continue the CRC-16 `crc` with more bytes, eight at a time. Row `n` of the table holds the
/// contribution of a byte that `n` more bytes follow.
fn crc16_plain(crc: u16, bytes: &[u8]) -> u16 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let crc = chunks.iter().fold(crc, |crc, chunk| {
        let [a, b, c, d, e, f, g, h] = *chunk;
        let [high, low] = crc.to_be_bytes();
        TABLE[7][usize::from(a ^ high)]
            ^ TABLE[6][usize::from(b ^ low)]
            ^ TABLE[5][usize::from(c)]
            ^ TABLE[4][usize::from(d)]
            ^ TABLE[3][usize::from(e)]
            ^ TABLE[2][usize::from(f)]
            ^ TABLE[1][usize::from(g)]
            ^ TABLE[0][usize::from(h)]
    });
    rest.iter().fold(crc, |crc, byte| {
        crc << 8 ^ TABLE[0][usize::from((crc >> 8) as u8 ^ byte)]
    })
}

static TABLE: [[u16; 256]; 8] = table();

const fn table() -> [[u16; 256]; 8] {
    let mut table = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = shifted(crc);
            bit += 1;
        }
        table[0][byte] = crc;
        byte += 1;
    }
    let mut row = 1;
    while row < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = table[row - 1][byte];
            table[row][byte] = before << 8 ^ table[0][(before >> 8) as usize];
            byte += 1;
        }
        row += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_have_their_published_check_values() {
        assert_eq!(crc8(b"123456789"), 0xf4);
        assert_eq!(crc16(b"123456789"), 0xfee8, "CRC-16/UMTS");
    }

    #[test]
    fn folding_agrees_with_the_table() {
        let bytes: Vec<u8> = (0..1000_u32).map(|n| (n * n * 7 + n / 3) as u8).collect();
        for len in (0..50).chain([999, 1000]) {
            assert_eq!(
                crc16(&bytes[..len]),
                crc16_plain(0, &bytes[..len]),
                "{len} bytes"
            );
        }
    }
}
