//! A host's DNS: A records of the names it knows, over UDP (RFC 1035); every other name does not exist.
//!
//! A message in; out, the reply and what was asked. Messages are read and written by `simple-dns`, which does that and nothing
//! else; a resolver library would bring far more than is needed, and smoltcp's own types cannot write answers.

use std::net::Ipv4Addr;

use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE};

/// How long an answer may be kept, in seconds: the next call may be to another server.
const TTL: u32 = 5;
/// Octets of a header.
const HEADER: usize = 12;

/// A reply, and what it is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The message.
    pub octets: Vec<u8>,
    /// The name that was asked for, if it could be read.
    pub name: Option<String>,
    /// What the name has: `None` that it does not exist, or that the question could not be answered.
    pub addresses: Option<Vec<Ipv4Addr>>,
}

/// The reply to a message; none to what is a reply itself or has no whole header.
pub fn answer(octets: &[u8], names: &[(String, Ipv4Addr)]) -> Option<Reply> {
    let header = octets.get(..HEADER)?;
    if header[2] & 0x80 != 0 {
        return None;
    }
    let id = u16::from_be_bytes([header[0], header[1]]);
    let (mut packet, name, addresses) = match Packet::parse(octets) {
        Ok(query) => replied(query, names),
        Err(_) => (refused(Packet::new_reply(id), RCODE::FormatError), None, None),
    };
    if header[2] & 1 != 0 {
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
    }
    Some(Reply { octets: packet.build_bytes_vec().ok()?, name, addresses })
}

type Replied<'a> = (Packet<'a>, Option<String>, Option<Vec<Ipv4Addr>>);

fn replied<'a>(query: Packet<'a>, names: &[(String, Ipv4Addr)]) -> Replied<'a> {
    let mut reply = Packet::new_reply(query.id());
    *reply.opcode_mut() = query.opcode();
    if query.opcode() != OPCODE::StandardQuery {
        return (refused(reply, RCODE::NotImplemented), None, None);
    }
    let [question] = &query.questions[..] else { return (refused(reply, RCODE::FormatError), None, None) };
    let asked = question.qname.to_string();
    reply.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    reply.questions.push(question.clone());
    if !matches!(question.qclass, QCLASS::CLASS(CLASS::IN) | QCLASS::ANY) {
        return (refused(reply, RCODE::NotImplemented), Some(asked), None);
    }
    let of_name = names.iter().filter(|(name, _)| same(name, &asked));
    let mut addresses: Vec<Ipv4Addr> = of_name.map(|(_, address)| *address).collect();
    if addresses.is_empty() {
        return (refused(reply, RCODE::NameError), Some(asked), None);
    }
    // A name that is known and has no record of that kind gets an answer without records (RFC 2308 §2.2).
    if !matches!(question.qtype, QTYPE::TYPE(TYPE::A) | QTYPE::ANY) {
        addresses.clear();
    }
    reply.answers.extend(addresses.iter().map(|address| {
        let record = RData::A(A { address: address.to_bits() });
        ResourceRecord::new(question.qname.clone(), CLASS::IN, TTL, record)
    }));
    (reply, Some(asked), Some(addresses))
}

fn refused(mut reply: Packet<'_>, code: RCODE) -> Packet<'_> {
    *reply.rcode_mut() = code;
    reply
}

/// Names do not depend on case (RFC 1035 §2.3.3), nor on the root's dot.
fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('.').eq_ignore_ascii_case(other.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use simple_dns::{Name, Question};

    use super::*;

    const WWW: Ipv4Addr = Ipv4Addr::new(100, 64, 0, 7);

    fn names() -> Vec<(String, Ipv4Addr)> {
        vec![("offhook".to_owned(), Ipv4Addr::new(100, 64, 0, 1)), ("www.example".to_owned(), WWW)]
    }

    fn query(name: &str, qtype: TYPE) -> Vec<u8> {
        let mut packet = Packet::new_query(0x1234);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        packet.questions.push(Question::new(Name::new(name).unwrap(), qtype.into(), CLASS::IN.into(), false));
        packet.build_bytes_vec().unwrap()
    }

    fn asked(octets: &[u8]) -> (RCODE, Option<Vec<Ipv4Addr>>) {
        let reply = answer(octets, &names()).unwrap();
        let packet = Packet::parse(&reply.octets).unwrap();
        assert!(packet.id() == 0x1234 && packet.has_flags(PacketFlag::RESPONSE));
        let there = packet.answers.iter().map(|record| match &record.rdata {
            RData::A(record) => Ipv4Addr::from_bits(record.address),
            other => panic!("{other:?}"),
        });
        assert_eq!(there.collect::<Vec<_>>(), reply.addresses.clone().unwrap_or_default());
        (packet.rcode(), reply.addresses)
    }

    #[test]
    fn known_names_have_addresses_whatever_their_case_and_others_do_not_exist() {
        assert_eq!(asked(&query("WWW.Example", TYPE::A)), (RCODE::NoError, Some(vec![WWW])));
        assert_eq!(asked(&query("www.example", TYPE::AAAA)), (RCODE::NoError, Some(vec![])));
        assert_eq!(asked(&query("example", TYPE::A)), (RCODE::NameError, None));
    }

    #[test]
    fn other_operations_are_not_implemented_and_what_cannot_be_read_is_told_so() {
        let whole = query("www.example", TYPE::A);
        let mut update = whole.clone();
        update[2] |= 5 << 3;
        assert_eq!(asked(&update).0, RCODE::NotImplemented);
        assert_eq!(asked(&whole[..whole.len() - 3]).0, RCODE::FormatError);
    }

    #[test]
    fn replies_and_fragments_are_not_answered_and_no_octets_panic() {
        let whole = query("www.example", TYPE::A);
        let mut reply = whole.clone();
        reply[2] |= 0x80;
        assert_eq!((answer(&reply, &names()), answer(&whole[..11], &names())), (None, None));
        for place in 0..whole.len() {
            for value in 0..=255 {
                let mut changed = whole.clone();
                changed[place] = value;
                let _ = answer(&changed, &names());
            }
        }
    }
}
