//! The two checksums of a FLAC frame.

/// CRC-8 with polynomial 0x07, over a frame's header.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
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

/// CRC-16 with polynomial 0x8005, over a whole frame. Sixteen bytes at a time: row `n` of the table
/// holds what a byte contributes when `n` more follow it.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let crc = chunks.iter().fold(0_u16, |crc, chunk| {
        let mut chunk = *chunk;
        let [high, low] = crc.to_be_bytes();
        chunk[0] ^= high;
        chunk[1] ^= low;
        chunk
            .iter()
            .zip(TABLE.iter().rev())
            .fold(0, |crc, (byte, row)| crc ^ row[usize::from(*byte)])
    });
    rest.iter().fold(crc, |crc, byte| {
        crc << 8 ^ TABLE[0][usize::from((crc >> 8) as u8 ^ byte)]
    })
}

static TABLE: [[u16; 256]; 16] = table();

const fn table() -> [[u16; 256]; 16] {
    let mut table = [[0; 256]; 16];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 {
                crc << 1 ^ 0x8005
            } else {
                crc << 1
            };
            bit += 1;
        }
        table[0][byte] = crc;
        byte += 1;
    }
    let mut row = 1;
    while row < 16 {
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
    fn published_check_values() {
        assert_eq!(crc8(b"123456789"), 0xf4);
        assert_eq!(crc16(b"123456789"), 0xfee8, "CRC-16/UMTS");
    }
}
