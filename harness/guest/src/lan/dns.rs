//! The LAN's DNS server: the answers of [`offhook_answerer::dns`] with the scenario's names, over UDP.

use std::net::Ipv4Addr;

use offhook_answerer::dns;
use tokio::net::UdpSocket;

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

/// The reply to a message, if it gets one.
fn answer(octets: &[u8], names: &[(String, Ipv4Addr)]) -> Option<Vec<u8>> {
    dns::answer(octets, names).map(|reply| reply.octets)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use simple_dns::rdata::RData;
    use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, RCODE, TYPE};

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
