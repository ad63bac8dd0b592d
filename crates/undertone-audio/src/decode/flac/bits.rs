//! Reading bits, most significant first.

/// The data ended before what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfBits;

/// A position in a byte slice, to the bit.
#[derive(Debug, Clone)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    /// First byte that `bits` doesn't count yet.
    next: usize,
    /// Upcoming bits, the first one highest. Bits below the counted ones are either zero or what
    /// the data holds there.
    cache: u64,
    bits: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8], position: usize) -> Self {
        Self {
            data,
            next: position,
            cache: 0,
            bits: 0,
        }
    }

    /// Byte that the next bit lies in.
    pub(super) fn position(&self) -> usize {
        self.next - (self.bits / 8) as usize
    }

    /// Skips to the next whole byte.
    pub(super) fn align(&mut self) {
        self.consume(self.bits % 8);
    }

    /// Brings at least 56 bits into the cache, or all there are.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(bytes) = self
            .data
            .get(self.next..)
            .and_then(|rest| rest.first_chunk::<8>())
        {
            self.cache |= u64::from_be_bytes(*bytes) >> self.bits;
            self.next += ((63 - self.bits) >> 3) as usize;
            self.bits |= 56;
        } else {
            self.refill_near_end();
        }
    }

    #[cold]
    fn refill_near_end(&mut self) {
        while self.bits <= 55 {
            let Some(byte) = self.data.get(self.next) else {
                return;
            };
            self.cache |= u64::from(*byte) << (56 - self.bits);
            self.bits += 8;
            self.next += 1;
        }
    }

    #[inline(always)]
    fn consume(&mut self, count: u32) {
        self.cache <<= count;
        self.bits -= count;
    }

    /// Up to 32 bits as an unsigned number.
    #[inline(always)]
    pub(super) fn read(&mut self, count: u32) -> Result<u32, OutOfBits> {
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

    /// Up to 33 bits as a number in two's complement.
    pub(super) fn read_signed(&mut self, count: u32) -> Result<i64, OutOfBits> {
        if count == 0 {
            return Ok(0);
        }
        let high = count / 2;
        let value =
            u64::from(self.read(high)?) << (count - high) | u64::from(self.read(count - high)?);
        Ok((value << (64 - count)) as i64 >> (64 - count))
    }

    /// The number of zeros before the next one, which is skipped as well.
    pub(super) fn read_unary(&mut self) -> Result<u32, OutOfBits> {
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

    /// A signed number in Rice code: quotient in unary, `parameter` bits of remainder, sign last.
    /// Fast when the cache holds all of it.
    #[inline(always)]
    pub(super) fn read_rice(&mut self, parameter: u32) -> Result<i64, OutOfBits> {
        let quotient = self.cache.leading_zeros();
        let folded = if quotient + 1 + parameter <= self.bits {
            // Two shifts, since one by 64 bits would be undefined.
            let rest = self.cache << quotient << 1;
            let remainder = rest >> 1 >> (63 - parameter);
            self.cache = rest << parameter;
            self.bits -= quotient + 1 + parameter;
            u64::from(quotient) << parameter | remainder
        } else {
            let quotient = self.read_unary()?;
            u64::from(quotient) << parameter | u64::from(self.read(parameter)?)
        };
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
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
    fn rice_codes_of_every_parameter() {
        for parameter in 0..=30 {
            let values: [i64; 7] = [0, -1, 1, -2, 5, 40 << parameter, -(70 << parameter)];
            let mut bits = String::new();
            for value in values {
                let folded = ((value << 1) ^ (value >> 63)) as u64;
                bits.push_str(&"0".repeat((folded >> parameter) as usize));
                bits.push('1');
                for bit in (0..parameter).rev() {
                    bits.push(if folded >> bit & 1 == 1 { '1' } else { '0' });
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
