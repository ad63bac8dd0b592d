//! Decode any bytes to the end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_flac::Decoder;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut decoder) = Decoder::new(bytes) else {
        return;
    };
    while let Ok(Some(block)) = decoder.next_block() {
        assert!(block.samples_per_channel() > 0);
        assert_eq!(block.channels().len(), block.channels().count());
    }
});
