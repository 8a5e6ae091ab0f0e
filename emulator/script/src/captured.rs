//! Packets that a script has given a name: what was sent or came, to be answered, repeated or compared with.

use std::collections::BTreeMap;

use offhook_ppp::options::Options;
use offhook_ppp::packet::{HEADER, Packet};

use crate::names::{code_word, codes, protocol_name};

/// A packet that was sent or came: its protocol, and its Information field as it was, padding included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The Protocol field.
    pub protocol: u16,
    /// The Information field.
    pub information: Vec<u8>,
}

impl Captured {
    /// The Identifier field.
    pub fn identifier(&self) -> Option<u8> {
        self.information.get(1).copied()
    }

    /// The whole packet as its Length has it; all of it if Length cannot be right.
    pub fn packet(&self) -> &[u8] {
        Packet::new_checked(&self.information).map_or(&self.information, |packet| packet.octets())
    }

    /// What follows the header.
    pub fn body(&self) -> &[u8] {
        self.packet().get(HEADER..).unwrap_or_default()
    }

    /// The Data field of its first option of that kind.
    pub fn option(&self, kind: u8) -> Option<&[u8]> {
        Options::new(self.body()).map_while(Result::ok).find(|option| option.kind == kind).map(|option| option.data)
    }

    /// The value of a Challenge or Response (RFC 1994 §4.1).
    pub fn challenge(&self) -> Option<&[u8]> {
        let (size, rest) = self.body().split_first()?;
        rest.get(..usize::from(*size))
    }
}

/// What a script has named so far.
#[derive(Clone, Debug, Default)]
pub struct Captures {
    packets: BTreeMap<String, Captured>,
}

impl Captures {
    /// Keeps a packet under this name; an earlier one of the name is forgotten.
    pub fn keep(&mut self, name: &str, packet: Captured) {
        self.packets.insert(name.to_owned(), packet);
    }

    /// Keeps what came as the last of its protocol and code: `last lcp configure-request`.
    pub(crate) fn keep_last(&mut self, protocol: u16, information: &[u8]) {
        if let (Some(code), false) = (information.first(), codes(protocol).is_empty()) {
            let name = format!("last {} {}", protocol_name(protocol), code_word(protocol, *code));
            self.keep(&name, Captured { protocol, information: information.to_vec() });
        }
    }

    /// The packet of that name.
    ///
    /// # Errors
    ///
    /// That there is none, in words.
    pub fn get(&self, name: &str) -> Result<&Captured, String> {
        self.packets.get(name).ok_or_else(|| format!("no packet was named \"{name}\" so far"))
    }
}
