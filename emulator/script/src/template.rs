//! A packet to send: by name and field, with relations to packets that came, right or wrong.
//!
//! In: what was captured so far, and an Identifier that has not been used. Out: the Information field.

use std::time::Duration;

use offhook_ppp::chap::response_value;
use offhook_ppp::mschap::response::{V1, V2};
use offhook_ppp::packet::HEADER;
use serde::{Deserialize, Serialize};

use crate::captured::{Captured, Captures};
use crate::framing::Framing;

/// A packet to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The Protocol field.
    pub protocol: u16,
    /// The Code field; `None`: the packets of this protocol have no header of Code, Identifier and Length.
    pub code: Option<u8>,
    /// The Identifier field.
    pub identifier: Identifier,
    /// Of what packet it is the answer: that one's Identifier, and its options or data unless others are given.
    pub of: Option<String>,
    /// What follows the header; empty and `of`: what the answer has from its question.
    pub parts: Vec<Part>,
    /// A Length field other than the right one: so many octets.
    pub length: Option<u16>,
    /// Octets after what Length covers.
    pub padding: Vec<u8>,
    /// How it goes onto the line.
    pub framing: Framing,
    /// The name under which it is kept.
    pub name: Option<String>,
}

/// The Identifier field of a packet to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifier {
    /// That of the packet it answers, else one that was not used yet.
    #[default]
    Usual,
    /// This one.
    Is(u8),
    /// That of a packet.
    SameAs(String),
    /// One that a packet does not have, nor any of the script so far.
    OtherThan(String),
}

/// A part of what follows the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// An option.
    Option {
        /// Its Type field.
        kind: u8,
        /// Its Data field.
        data: Data,
        /// A Length field other than the right one.
        length: Option<u8>,
    },
    /// The option of this kind as it stands in a packet, which has to have one.
    OptionAsIn {
        /// Of which packet.
        name: String,
        /// Its Type field.
        kind: u8,
    },
    /// These octets.
    Octets(Vec<u8>),
    /// One octet, many times.
    Fill {
        /// The octet.
        octet: u8,
        /// How many times.
        count: usize,
    },
    /// What follows the header of a packet.
    BodyOf(String),
    /// A whole packet, header included.
    PacketOf(String),
    /// The Protocol field of a packet, and the whole packet.
    ProtocolAndPacketOf(String),
    /// Four octets: the value of a packet's option of this kind; zeros if it has none.
    OptionOf {
        /// Of which packet.
        name: String,
        /// The Type field of the option.
        kind: u8,
    },
    /// Our own Magic-Number, as agreed on; zero if none was.
    OwnMagic,
    /// A length octet, and that many octets: name and password of PAP.
    Counted(Vec<u8>),
    /// Any octets, so many: of a pattern. In a packet to send they are zeros.
    Any(usize),
    /// Value-Size and Value of a Response to a Challenge (RFC 1994 §4.1).
    Response {
        /// The Challenge.
        of: String,
        /// The secret.
        secret: String,
        /// The algorithm.
        by: ResponseBy,
        /// The name, which MS-CHAPv2 counts in.
        user: String,
    },
}

/// What a Response is computed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseBy {
    /// CHAP with MD5 (RFC 1994 §4.1).
    #[default]
    Chap,
    /// MS-CHAP (RFC 2433 §4).
    MsChap,
    /// MS-CHAPv2 (RFC 2759 §4).
    MsChapV2,
}

/// What a script's end challenges the peer by in MS-CHAPv2: the same each time, so that a run repeats itself.
const PEER_CHALLENGE: [u8; 16] = *b"!\"#$%&'()*+,-./0";

/// The Data field of an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// These octets.
    Is(Vec<u8>),
    /// What the option of the same kind has in that packet.
    Of(String),
}

/// What a template needs to become a packet.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What was captured.
    pub captures: &'a Captures,
    /// Our own Magic-Number; 0 if none was agreed on.
    pub magic: u32,
}

impl Template {
    /// A packet of `protocol` with this code and no body.
    pub fn new(protocol: u16, code: Option<u8>) -> Self {
        Self {
            protocol,
            code,
            identifier: Identifier::default(),
            of: None,
            parts: Vec::new(),
            length: None,
            padding: Vec::new(),
            framing: Framing::default(),
            name: None,
        }
    }

    /// How long it takes to send: nothing, unless its octets have a pace.
    pub const fn every(&self) -> Duration {
        self.framing.every
    }

    /// The Information field. `fresh` is an Identifier that was not used yet.
    ///
    /// # Errors
    ///
    /// A packet that was never captured, in words.
    pub fn information(&self, context: Context<'_>, fresh: u8) -> Result<Vec<u8>, String> {
        let question = self.of.as_deref().map(|name| context.captures.get(name)).transpose()?;
        let body = match question {
            Some(question) if self.parts.is_empty() => answer(self.protocol, self.code, question, context.magic),
            _ => body(&self.parts, context)?,
        };
        let Some(code) = self.code else { return Ok([body, self.padding.clone()].concat()) };
        let identifier = match &self.identifier {
            Identifier::Usual => question.and_then(Captured::identifier).unwrap_or(fresh),
            Identifier::Is(identifier) => *identifier,
            Identifier::SameAs(name) => context.captures.get(name)?.identifier().unwrap_or(fresh),
            Identifier::OtherThan(name) => match context.captures.get(name)?.identifier() {
                Some(other) if other == fresh => fresh.wrapping_add(1),
                _ => fresh,
            },
        };
        let length = self.length.unwrap_or_else(|| u16::try_from(HEADER + body.len()).unwrap_or(u16::MAX));
        let mut information = vec![code, identifier];
        information.extend(length.to_be_bytes());
        information.extend(body);
        information.extend(&self.padding);
        Ok(information)
    }
}

/// What an answer has of its question if nothing else is said.
fn answer(protocol: u16, code: Option<u8>, question: &Captured, magic: u32) -> Vec<u8> {
    let control = matches!(protocol, 0xc021 | 0x8000..=0xbfff);
    match (control, code) {
        // An Ack or Reject of all that was asked for (RFC 1661 §5.2, §5.4); a Nak of nothing.
        (true, Some(2..=4)) => question.body().to_vec(),
        (true, Some(7)) => question.packet().to_vec(),
        (true, Some(8)) => [&question.protocol.to_be_bytes(), question.packet()].concat(),
        (true, Some(10)) => {
            let data = question.body().get(4..).unwrap_or_default();
            [&magic.to_be_bytes(), data].concat()
        }
        _ => Vec::new(),
    }
}

/// The octets of these parts.
///
/// # Errors
///
/// A packet that was never captured, in words.
pub fn body(parts: &[Part], context: Context<'_>) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    for part in parts {
        match part {
            Part::Option { kind, data, length } => {
                let data = match data {
                    Data::Is(octets) => octets.clone(),
                    Data::Of(name) => context.captures.get(name)?.option(*kind).unwrap_or_default().to_vec(),
                };
                let right = u8::try_from(data.len() + 2).unwrap_or(u8::MAX);
                octets.extend([*kind, length.unwrap_or(right)]);
                octets.extend(data);
            }
            Part::OptionAsIn { name, kind } => {
                let data = context.captures.get(name)?.option(*kind);
                let data = data.ok_or_else(|| format!("the packet \"{name}\" has no option {kind}"))?;
                octets.extend([*kind, u8::try_from(data.len() + 2).unwrap_or(u8::MAX)]);
                octets.extend(data);
            }
            Part::Octets(more) => octets.extend(more),
            Part::Fill { octet, count } => octets.extend(std::iter::repeat_n(*octet, *count)),
            Part::BodyOf(name) => octets.extend(context.captures.get(name)?.body()),
            Part::PacketOf(name) => octets.extend(context.captures.get(name)?.packet()),
            Part::ProtocolAndPacketOf(name) => {
                let packet = context.captures.get(name)?;
                octets.extend(packet.protocol.to_be_bytes());
                octets.extend(packet.packet());
            }
            Part::OptionOf { name, kind } => {
                let value = context.captures.get(name)?.option(*kind);
                octets.extend(value.unwrap_or(&[0; 4]));
            }
            Part::OwnMagic => octets.extend(context.magic.to_be_bytes()),
            Part::Counted(more) => {
                octets.push(u8::try_from(more.len()).unwrap_or(u8::MAX));
                octets.extend(more);
            }
            Part::Any(count) => octets.extend(std::iter::repeat_n(0, *count)),
            Part::Response { of, secret, by, user } => {
                let value = response(context.captures.get(of)?, *by, secret, user)
                    .ok_or_else(|| format!("the Challenge \"{of}\" has another length than its algorithm asks for"))?;
                octets.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
                octets.extend(value);
            }
        }
    }
    Ok(octets)
}

/// The Value of the Response to a Challenge; `None`: it is none of that algorithm.
fn response(question: &Captured, by: ResponseBy, secret: &str, user: &str) -> Option<Vec<u8>> {
    let challenge = question.challenge().unwrap_or_default();
    Some(match by {
        ResponseBy::Chap => {
            response_value(question.identifier().unwrap_or_default(), secret.as_bytes(), challenge).to_vec()
        }
        ResponseBy::MsChap => V1::answer(challenge.try_into().ok()?, secret).emit(),
        ResponseBy::MsChapV2 => V2::answer(challenge.try_into().ok()?, PEER_CHALLENGE, user.as_bytes(), secret).emit(),
    })
}

/// The same octets as [`body`], with `None` for those that may be any.
///
/// # Errors
///
/// As there.
pub fn mask(parts: &[Part], context: Context<'_>) -> Result<Vec<Option<u8>>, String> {
    let mut wanted = Vec::new();
    for part in parts {
        match part {
            Part::Any(count) => wanted.extend(std::iter::repeat_n(None, *count)),
            part => wanted.extend(body(std::slice::from_ref(part), context)?.into_iter().map(Some)),
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn context(captures: &Captures) -> Context<'_> {
        Context { captures, magic: 0x0102_0304 }
    }

    #[test]
    fn an_answer_has_identifier_and_options_of_its_question() {
        let mut captures = Captures::default();
        let information = b"\x01\x07\x00\x08\x01\x04\x05\xdc\xff\xff".to_vec();
        captures.keep("theirs", Captured { protocol: 0xc021, information });
        let ack = Template { of: Some("theirs".into()), ..Template::new(0xc021, Some(2)) };
        assert_eq!(ack.information(context(&captures), 9).unwrap(), b"\x02\x07\x00\x08\x01\x04\x05\xdc");
        let reject = Template { of: Some("theirs".into()), ..Template::new(0xc021, Some(8)) };
        let wanted = b"\x08\x07\x00\x0e\xc0\x21\x01\x07\x00\x08\x01\x04\x05\xdc";
        assert_eq!(reject.information(context(&captures), 9).unwrap(), wanted);
        let other = Template { identifier: Identifier::OtherThan("theirs".into()), ..ack };
        assert_eq!(other.information(context(&captures), 7).unwrap()[1], 8);
    }

    /// What a challenge kept as "theirs" is answered by.
    fn answered(identifier: u8, challenge: &[u8], by: ResponseBy, secret: &str, user: &str) -> Result<Vec<u8>, String> {
        let mut captures = Captures::default();
        let value = [&[challenge.len() as u8], challenge].concat();
        let information = offhook_ppp::packet::emit(1, identifier, &value);
        captures.keep("theirs", Captured { protocol: 0xc223, information });
        let (of, secret, user) = ("theirs".to_owned(), secret.to_owned(), user.to_owned());
        body(&[Part::Response { of, secret, by, user }], context(&captures))
    }

    // RFC 2433 Appendix B.2: password "MyPw", challenge 10 2D B5 DF 08 5D 30 41.
    #[test]
    fn a_response_of_ms_chap_is_that_of_rfc_2433() {
        let challenge = b"\x10\x2d\xb5\xdf\x08\x5d\x30\x41";
        let value = answered(1, challenge, ResponseBy::MsChap, "MyPw", "").unwrap();
        assert_eq!((value.len(), value[0], value[49]), (50, 49, 1));
        let nt = b"\x4e\x9d\x3c\x8f\x9c\xfd\x38\x5d\x5b\xf4\xd3\x24\x67\x91\x95\x6c\xa4\xc3\x51\xab\x40\x9a\x3d\x61";
        assert_eq!(value[25..49], nt[..]);
    }

    // RFC 2759 §9.2: of the reserved octets and flags all are zero; the right secret is known from a wrong one.
    #[test]
    fn a_response_of_ms_chap_v2_is_from_whoever_knows_the_secret() {
        let challenge = b"\x5b\x5d\x7c\x7d\x7b\x3f\x2f\x3e\x3c\x2c\x60\x21\x32\x26\x26\x28";
        let value = |secret| answered(1, challenge, ResponseBy::MsChapV2, secret, "User").unwrap();
        let response = V2::parse(&value("clientPass")[1..]).unwrap();
        assert_eq!((response.reserved, response.flags), ([0; 8], 0));
        assert!(response.is_from(challenge, b"User", "clientPass"));
        assert!(!response.is_from(challenge, b"User", "wrong") && !response.is_from(challenge, b"Other", "clientPass"));
        assert_ne!(value("wrong"), value("clientPass"));
        let error = answered(1, &challenge[..8], ResponseBy::MsChapV2, "x", "User").unwrap_err();
        assert_eq!(error, "the Challenge \"theirs\" has another length than its algorithm asks for");
    }

    #[test]
    fn any_octets_are_masked_in_a_pattern_and_zeros_in_a_packet() {
        let captures = Captures::default();
        let parts = [Part::Octets(vec![1]), Part::Any(2), Part::Octets(vec![2])];
        assert_eq!(mask(&parts, context(&captures)).unwrap(), [Some(1), None, None, Some(2)]);
        assert_eq!(body(&parts, context(&captures)).unwrap(), [1, 0, 0, 2]);
    }

    #[test]
    fn lengths_may_lie() {
        let captures = Captures::default();
        let option = Part::Option { kind: 1, data: Data::Is(vec![5, 0xdc]), length: Some(9) };
        let packet =
            Template { parts: vec![option], length: Some(3), padding: vec![0], ..Template::new(0xc021, Some(1)) };
        assert_eq!(packet.information(context(&captures), 1).unwrap(), b"\x01\x01\x00\x03\x01\x09\x05\xdc\x00");
    }

    #[test]
    fn a_packet_that_was_never_named_is_told() {
        let captures = Captures::default();
        let packet = Template { of: Some("theirs".into()), ..Template::new(0xc021, Some(2)) };
        assert_eq!(packet.information(context(&captures), 1).unwrap_err(), "no packet was named \"theirs\" so far");
    }
}
