//! Texts as the page carries them: compressed (RFC 1951), then in base64 (RFC 4648 §4), which no HTML parser stumbles over.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use offhook_base::hex;
use sha2::{Digest, Sha256};

/// Digits of a key: as many as keep a million texts apart.
const DIGITS: usize = 16;

/// Compresses a text.
///
/// # Errors
///
/// None: it is written to memory.
pub fn pack(text: &str) -> std::io::Result<String> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 4), Compression::new(4));
    encoder.write_all(text.as_bytes())?;
    Ok(STANDARD.encode(encoder.finish()?))
}

/// The name of a text in the page: the same for the same text.
pub fn key(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..DIGITS / 2])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn what_is_packed_unpacks_to_the_same_text() {
        let text = "asyncmap 0\n".repeat(1000) + "\u{7}ü✗";
        let packed = pack(&text).unwrap();
        assert!(
            packed.len() < text.len() / 20 && packed.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'<')
        );
        let mut unpacked = String::new();
        DeflateDecoder::new(&*STANDARD.decode(packed).unwrap()).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
    }

    #[test]
    fn equal_texts_have_equal_keys_and_others_others() {
        assert_eq!(key("a"), key("a"));
        assert_ne!(key("a"), key("b"));
        assert_eq!(key("").len(), DIGITS);
    }
}
