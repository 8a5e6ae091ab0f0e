//! Octets as hexadecimal digits.

/// Two digits an octet, and nothing between.
///
/// ```
/// assert_eq!(offhook_base::hex(&[0x0a, 0xff]), "0aff");
/// ```
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
