//! The LAN's DNS server: A records of the scenario's names over UDP (RFC 1035).
//!
//! Messages are read and written by `simple-dns`, which does that and nothing else; a resolver library would bring
//! far more than is needed, and smoltcp's own types cannot write answers.

use std::net::Ipv4Addr;

use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Name, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE};
use tokio::net::UdpSocket;

/// How long an answer may be kept, in seconds: not beyond the next call.
const TTL: u32 = 5;
/// The longest question taken, as EDNS peers have agreed on.
const LONGEST: usize = 1232;

/// Answers questions until the runtime ends.
pub(super) async fn serve(socket: UdpSocket, names: Vec<(String, Ipv4Addr)>) {
    let mut room = [0; LONGEST];
    // An error of this socket would come again at once; a server that is gone says more than one that spins.
    while let Ok((count, from)) = socket.recv_from(&mut room).await {
        if let Some(reply) = answer(&room[..count], &names) {
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

/// The reply to a message; none to what is a reply itself or has no whole header.
fn answer(octets: &[u8], names: &[(String, Ipv4Addr)]) -> Option<Vec<u8>> {
    let header = octets.get(..12)?;
    if header[2] & 0x80 != 0 {
        return None;
    }
    let id = u16::from_be_bytes([header[0], header[1]]);
    let mut reply = match Packet::parse(octets) {
        Ok(query) => replied(query, names),
        Err(_) => refused(Packet::new_reply(id), RCODE::FormatError),
    };
    if header[2] & 1 != 0 {
        reply.set_flags(PacketFlag::RECURSION_DESIRED);
    }
    reply.build_bytes_vec().ok()
}

fn replied<'a>(query: Packet<'a>, names: &[(String, Ipv4Addr)]) -> Packet<'a> {
    let opcode = query.opcode();
    let mut reply = Packet::new_reply(query.id());
    *reply.opcode_mut() = opcode;
    if opcode != OPCODE::StandardQuery {
        return refused(reply, RCODE::NotImplemented);
    }
    let [question] = &query.questions[..] else { return refused(reply, RCODE::FormatError) };
    reply.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    reply.questions.push(question.clone());
    if !matches!(question.qclass, QCLASS::CLASS(CLASS::IN) | QCLASS::ANY) {
        return refused(reply, RCODE::NotImplemented);
    }
    let asked = question.qname.to_string();
    let addresses: Vec<Ipv4Addr> =
        names.iter().filter(|(name, _)| same(name, &asked)).map(|(_, address)| *address).collect();
    if addresses.is_empty() {
        return refused(reply, RCODE::NameError);
    }
    // A name that is known and has no record of that kind gets an answer without records (RFC 2308 §2.2).
    if matches!(question.qtype, QTYPE::TYPE(TYPE::A) | QTYPE::ANY) {
        let name: Name<'a> = question.qname.clone();
        reply.answers.extend(addresses.into_iter().map(|address| {
            let record = RData::A(A { address: address.to_bits() });
            ResourceRecord::new(name.clone(), CLASS::IN, TTL, record)
        }));
    }
    reply
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

    use simple_dns::Question;

    use super::*;

    fn names() -> Vec<(String, Ipv4Addr)> {
        let entry = |name: &str, last| (name.to_owned(), Ipv4Addr::new(10, 9, 0, last));
        vec![entry("www.lan", 2), entry("mail.lan", 3), entry("www.lan", 4)]
    }

    fn query(name: &str, qtype: QTYPE) -> Vec<u8> {
        let mut packet = Packet::new_query(0x1234);
        packet.set_flags(PacketFlag::RECURSION_DESIRED);
        packet.questions.push(Question::new(Name::new(name).unwrap(), qtype, CLASS::IN.into(), false));
        packet.build_bytes_vec().unwrap()
    }

    /// Code and addresses of the answer.
    fn asked(octets: &[u8]) -> (RCODE, Vec<Ipv4Addr>) {
        let reply = answer(octets, &names()).unwrap();
        let reply = Packet::parse(&reply).unwrap();
        assert!(reply.id() == 0x1234 && reply.has_flags(PacketFlag::RESPONSE));
        let addresses = reply.answers.iter().map(|record| match &record.rdata {
            RData::A(record) => Ipv4Addr::from_bits(record.address),
            other => panic!("{other:?}"),
        });
        (reply.rcode(), addresses.collect())
    }

    #[test]
    fn names_have_their_addresses_in_order_and_whatever_the_case() {
        let all = vec![Ipv4Addr::new(10, 9, 0, 2), Ipv4Addr::new(10, 9, 0, 4)];
        assert_eq!(asked(&query("www.lan", TYPE::A.into())), (RCODE::NoError, all.clone()));
        assert_eq!(asked(&query("WWW.Lan", TYPE::A.into())), (RCODE::NoError, all));
    }

    #[test]
    fn the_reply_repeats_the_question_octet_for_octet() {
        let query = query("Mail.lan", TYPE::A.into());
        let reply = answer(&query, &names()).unwrap();
        assert_eq!(reply[12..query.len()], query[12..]);
        // Response, authoritative, recursion desired as asked, no error; one question, one answer.
        assert_eq!(reply[2..8], [0x85, 0, 0, 1, 0, 1]);
    }

    #[test]
    fn unknown_names_do_not_exist_and_known_ones_may_lack_a_record() {
        assert_eq!(asked(&query("no.lan", TYPE::A.into())), (RCODE::NameError, vec![]));
        assert_eq!(asked(&query("www.lan", TYPE::AAAA.into())), (RCODE::NoError, vec![]));
    }

    #[test]
    fn other_operations_are_not_implemented_and_what_cannot_be_read_is_told_so() {
        let mut update = query("www.lan", TYPE::A.into());
        update[2] |= 5 << 3;
        assert_eq!(asked(&update).0, RCODE::NotImplemented);
        let whole = query("www.lan", TYPE::A.into());
        assert_eq!(asked(&whole[..whole.len() - 3]).0, RCODE::FormatError);
        let mut none = whole;
        none[5] = 0;
        assert_eq!(asked(&none[..12]).0, RCODE::FormatError);
    }

    #[test]
    fn replies_and_fragments_are_not_answered_and_no_octets_panic() {
        let mut reply = query("www.lan", TYPE::A.into());
        reply[2] |= 0x80;
        assert_eq!(answer(&reply, &names()), None);
        assert_eq!(answer(&reply[..11], &names()), None);
        // Every octet in turn as every value: counts, lengths, pointers to themselves.
        let whole = query("www.lan", TYPE::A.into());
        for place in 0..whole.len() {
            for value in 0..=255 {
                let mut changed = whole.clone();
                changed[place] = value;
                let _ = answer(&changed, &names());
            }
        }
    }
}
