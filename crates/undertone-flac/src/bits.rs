//! A reader of bits, most significant first.

use std::sync::atomic::{Ordering, compiler_fence};

/// The data ended before the requested bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfBits;

/// A position in a byte slice, to the bit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BitReader<'a> {
    len: usize,
    /// The data from the first byte on that `bits` does not count yet.
    rest: &'a [u8],
    /// The next bits, the first one highest. The bits below the counted ones are zero or equal to
    /// the data.
    cache: u64,
    /// How many bits of `cache` count.
    bits: u32,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(data: &'a [u8], position: usize) -> Self {
        Self {
            len: data.len(),
            rest: data.get(position..).unwrap_or_default(),
            cache: 0,
            bits: 0,
        }
    }

    /// Return the index of the byte that holds the next bit.
    pub(crate) fn position(&self) -> usize {
        self.len - self.rest.len() - (self.bits / 8) as usize
    }

    /// Skip to the next whole byte.
    pub(crate) fn align(&mut self) {
        self.consume(self.bits % 8);
    }

    /// Bring at least 56 bits into the cache, or all that are left.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        if let Some(bytes) = self.rest.first_chunk::<8>() {
            self.cache |= u64::from_be_bytes(*bytes) >> self.bits;
            // At most 7. The `& 7` only tells this to the compiler.
            self.rest = &self.rest[((63 - self.bits) >> 3 & 7) as usize..];
            self.bits |= 56;
        } else {
            *self = self.refilled_near_end();
        }
    }

    // By value, so that the fields of the reader can stay in registers around the call.
    #[cold]
    fn refilled_near_end(mut self) -> Self {
        while self.bits <= 55
            && let Some((byte, rest)) = self.rest.split_first()
        {
            self.cache |= u64::from(*byte) << (56 - self.bits);
            self.bits += 8;
            self.rest = rest;
        }
        self
    }

    #[inline(always)]
    fn consume(&mut self, count: u32) {
        self.cache <<= count;
        self.bits -= count;
    }

    /// Read up to 32 bits as an unsigned number.
    #[inline(always)]
    pub(crate) fn read(&mut self, count: u32) -> Result<u32, OutOfBits> {
        if self.bits < count {
            self.refill();
            if self.bits < count {
                return Err(OutOfBits);
            }
        }
        let value = (self.cache >> 32) >> (32 - count);
        self.consume(count);
        Ok(value as u32)
    }

    /// Read up to 33 bits as a number in two's complement.
    pub(crate) fn read_signed(&mut self, count: u32) -> Result<i64, OutOfBits> {
        if count == 0 {
            return Ok(0);
        }
        let high = count / 2;
        let value =
            u64::from(self.read(high)?) << (count - high) | u64::from(self.read(count - high)?);
        Ok((value << (64 - count)) as i64 >> (64 - count))
    }

    /// Count the zeros before the next one bit, and skip them and the one.
    pub(crate) fn read_unary(&mut self) -> Result<u32, OutOfBits> {
        let mut zeros = 0;
        loop {
            let run = self.cache.leading_zeros();
            if run < self.bits {
                self.consume(run + 1);
                return Ok(zeros + run);
            }
            zeros += self.bits;
            (self.cache, self.bits) = (0, 0);
            self.refill();
            if self.bits == 0 {
                return Err(OutOfBits);
            }
        }
    }

    /// Read an unsigned number in Rice code: the quotient in unary, then a remainder of `parameter`
    /// bits (at most 30). This is fast when the cache holds the whole code.
    #[inline(always)]
    pub(crate) fn read_rice(&mut self, parameter: u32) -> Result<u32, OutOfBits> {
        let quotient = self.cache.leading_zeros();
        let length = quotient + 1 + parameter;
        if length <= self.bits {
            // The one bit that ends the quotient stands above the remainder.
            let code = (self.cache >> (64 - length)) as u32;
            self.consume(length);
            Ok(code.wrapping_add(quotient.wrapping_sub(1) << parameter))
        } else {
            let (after, value) = self.read_long_rice(parameter)?;
            *self = after;
            Ok(value)
        }
    }

    /// Read several unsigned numbers in Rice code if the cache holds all of them whole. Return
    /// whether it does; otherwise nothing is read.
    ///
    /// Where a code begins is known only when the code before it is read. Here each waits for two
    /// instructions: the count of the zeros, and the shift by it. The shift by the other bits of
    /// the code does not need the count.
    #[inline(always)]
    pub(crate) fn read_short_rice<S: From<i32>, const COUNT: usize>(
        &mut self,
        parameter: u32,
        codes: &mut [S; COUNT],
    ) -> bool {
        let mut cache = self.cache;
        let mut length = COUNT as u32 * (parameter + 1);
        for code in codes {
            // 64 where no one bit is left. Then the length is more than the cache holds.
            let quotient = cache.leading_zeros();
            // The one bit that ends the quotient stands above the remainder.
            let value = (cache.wrapping_shl(quotient) >> (63 - parameter)) as u32;
            let value = value.wrapping_add(quotient.wrapping_sub(1) << parameter);
            *code = S::from(value as i32);
            cache = (cache << (parameter + 1)).wrapping_shl(quotient);
            length += quotient;
            // Without it the compiler collects the codes in one vector, which takes longer than to
            // read them.
            compiler_fence(Ordering::SeqCst);
        }
        if length > self.bits {
            return false;
        }
        self.cache = cache;
        self.bits -= length;
        true
    }

    #[cold]
    fn read_long_rice(mut self, parameter: u32) -> Result<(Self, u32), OutOfBits> {
        let quotient = self.read_unary()?;
        let remainder = self.read(parameter)?;
        Ok((self, (quotient << parameter).wrapping_add(remainder)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_across_bytes_and_stops_at_the_end() {
        let mut reader = BitReader::new(&[0b1010_0000, 0b0000_0011, 0xff], 0);
        assert_eq!(reader.read(3), Ok(0b101));
        assert_eq!(reader.read_unary(), Ok(11));
        assert_eq!(reader.read_signed(1), Ok(-1));
        assert_eq!(reader.position(), 2);
        assert_eq!(reader.read(9), Err(OutOfBits));
        assert_eq!(reader.read(8), Ok(0xff));
        assert_eq!(reader.read_unary(), Err(OutOfBits));
        assert_eq!(reader.read(0), Ok(0));
    }

    #[test]
    fn short_rice_codes_are_read_together_or_not_at_all() {
        // Remainders of three bits, with quotients of 0, 1 and 2, then of 53.
        let bytes = [0b1101_0100, 0b1001_1110, 0, 0, 0, 0, 0, 0, 0b0000_1111];
        let mut reader = BitReader::new(&bytes, 0);
        reader.refill();
        let mut codes = [0_i32; 3];
        assert!(reader.read_short_rice(3, &mut codes));
        assert_eq!(codes, [5, 9, 23]);
        let before = reader;
        assert!(!reader.read_short_rice(3, &mut codes));
        assert_eq!(reader.bits, before.bits);
        assert_eq!(reader.read_rice(3), Ok(8 * 53 + 7));
    }

    #[test]
    fn rice_codes_of_every_parameter_are_read() {
        for parameter in 0..=30 {
            let far = if parameter < 24 { 70 << parameter } else { 9 };
            let values: [u32; 7] = [0, 1, 2, 3, 10, far, 2 * far - 1];
            let mut bits = String::new();
            for value in values {
                bits.push_str(&"0".repeat((value >> parameter) as usize));
                bits.push('1');
                for bit in (0..parameter).rev() {
                    bits.push(if value >> bit & 1 == 1 { '1' } else { '0' });
                }
            }
            let bytes: Vec<u8> = bits
                .as_bytes()
                .chunks(8)
                .map(|byte| {
                    (0..8).fold(0_u8, |sum, i| {
                        sum << 1 | u8::from(byte.get(i) == Some(&b'1'))
                    })
                })
                .collect();
            let mut reader = BitReader::new(&bytes, 0);
            for value in values {
                assert_eq!(
                    reader.read_rice(parameter),
                    Ok(value),
                    "parameter {parameter}"
                );
            }
        }
    }
}
