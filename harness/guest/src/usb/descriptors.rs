//! What a USB modem says of itself: USB 2.0 §9.6 and the functional descriptors of CDC (§5.2.3) and PSTN (§5.3).
//!
//! One configuration with two interfaces: control, with an interrupt endpoint for notifications, and data, with a bulk
//! endpoint each way. Only octets are made here.

/// Number of the control interface.
pub(super) const CONTROL_INTERFACE: u8 = 0;
/// Number of the data interface.
const DATA_INTERFACE: u8 = 1;
/// Octets of a bulk packet. A modem is a full-speed device (USB 2.0 §5.8.3).
pub(super) const BULK_PACKET: usize = 64;

/// An endpoint, as its seven octets.
pub(super) type Endpoint = [u8; 7];

/// Notifications to the host: interrupt, 16 octets, every 16 ms as far as anybody keeps to it.
pub(super) const NOTIFICATIONS: Endpoint = [7, ENDPOINT, 0x83, 3, 16, 0, 16];
/// Octets to the host.
pub(super) const TO_HOST: Endpoint = [7, ENDPOINT, 0x81, 2, BULK_PACKET as u8, 0, 0];
/// Octets from the host.
pub(super) const FROM_HOST: Endpoint = [7, ENDPOINT, 0x02, 2, BULK_PACKET as u8, 0, 0];

/// Descriptor types (USB 2.0 table 9-5).
const DEVICE: u8 = 1;
const CONFIGURATION: u8 = 2;
const STRING: u8 = 3;
const INTERFACE: u8 = 4;
const ENDPOINT: u8 = 5;
/// A functional descriptor of an interface (CDC §5.2.3).
const CS_INTERFACE: u8 = 0x24;

/// The strings, from number 1 on. Number 0 is their language.
const STRINGS: [&str; 2] = ["offhook", "data modem"];
/// English (United States).
const LANGUAGE: [u8; 4] = [4, STRING, 0x09, 0x04];

/// The device: communications class, nothing of it protected by number. 1209:0001 is set aside for tests.
const THE_DEVICE: [u8; 18] = [18, DEVICE, 0x10, 0x01, 0x02, 0, 0, 64, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 1, 2, 0, 1];

/// The descriptor the host asks for: its type in the upper octet, its number in the lower. `None`: there is none.
pub(super) fn descriptor(wanted: u16) -> Option<Vec<u8>> {
    let [kind, number] = wanted.to_be_bytes();
    match (kind, number) {
        (DEVICE, 0) => Some(THE_DEVICE.to_vec()),
        (CONFIGURATION, 0) => Some(configuration()),
        (STRING, 0) => Some(LANGUAGE.to_vec()),
        (STRING, number) => STRINGS.get(usize::from(number) - 1).map(|text| string(text)),
        _ => None,
    }
}

fn configuration() -> Vec<u8> {
    let parts: [&[u8]; 10] = [
        // Self-powered.
        &[9, CONFIGURATION, 0, 0, 2, 1, 0, 0xc0, 0],
        // Communications, abstract control model, AT commands of V.250.
        &[9, INTERFACE, CONTROL_INTERFACE, 0, 1, 2, 2, 1, 0],
        // Header: CDC 1.10.
        &[5, CS_INTERFACE, 0x00, 0x10, 0x01],
        // Call management: by AT commands, on the data interface.
        &[5, CS_INTERFACE, 0x01, 0x00, DATA_INTERFACE],
        // Abstract control: line coding and serial state, and breaks.
        &[4, CS_INTERFACE, 0x02, 0x06],
        // Union: the control interface rules the data interface.
        &[5, CS_INTERFACE, 0x06, CONTROL_INTERFACE, DATA_INTERFACE],
        &NOTIFICATIONS,
        &[9, INTERFACE, DATA_INTERFACE, 0, 2, 10, 0, 0, 0],
        &TO_HOST,
        &FROM_HOST,
    ];
    let mut octets = parts.concat();
    let length = octets.len() as u16;
    octets[2..4].copy_from_slice(&length.to_le_bytes());
    octets
}

fn string(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut octets = vec![2 + units.len() as u8, STRING];
    octets.extend(units);
    octets
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_descriptor_of_the_configuration_is_as_long_as_it_says_and_so_is_the_whole() {
        let octets = descriptor(0x0200).unwrap();
        assert_eq!(usize::from(u16::from_le_bytes([octets[2], octets[3]])), octets.len());
        let (mut at, mut kinds) = (0, Vec::new());
        while at < octets.len() {
            kinds.push(octets[at + 1]);
            at += usize::from(octets[at]);
        }
        assert_eq!(at, octets.len());
        let functional = CS_INTERFACE;
        let expected = [CONFIGURATION, INTERFACE, functional, functional, functional, functional];
        assert_eq!(kinds[..6], expected);
        assert_eq!(kinds[6..], [ENDPOINT, INTERFACE, ENDPOINT, ENDPOINT]);
    }

    #[test]
    fn strings_are_utf_16_and_there_are_as_many_as_the_device_names() {
        assert_eq!(descriptor(0x0302).unwrap()[..6], [22, STRING, b'd', 0, b'a', 0]);
        assert_eq!(descriptor(0x0303), None);
        assert_eq!(descriptor(0x0300).unwrap(), LANGUAGE);
    }

    #[test]
    fn a_full_speed_device_has_no_qualifier() {
        assert_eq!(descriptor(0x0600), None);
    }
}
