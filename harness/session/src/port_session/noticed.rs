//! What LCP's packets say beside what becomes of the link: by what the server asks who the caller is, and that there will be
//! no IPv4; and which frames are compressed.
//!
//! In: the frames of both ends, whoever speaks for the caller. Out: facts.

use offhook_ppp::auth::AuthOption;
use offhook_ppp::frame::{COMPRESSED, Frame, IPCP, LCP, VJ_COMPRESSED};
use offhook_ppp::lcp;
use offhook_ppp::options::Options;
use offhook_ppp::packet::{Code, Packet, Repr};
use offhook_telephony::trace::End;

use super::PortSession;

impl PortSession {
    /// A frame crossed the line.
    pub(super) fn notice(&mut self, from: End, frame: &[u8]) {
        let way = usize::from(from == End::Caller);
        let information = match Frame::parse(frame) {
            Ok(Frame { protocol: LCP, information }) => information,
            Ok(Frame { protocol: COMPRESSED, .. }) => return self.facts.compression.packets[way] += 1,
            Ok(Frame { protocol: VJ_COMPRESSED, .. }) => return self.facts.compression.segments[way] += 1,
            Ok(_) | Err(_) => return,
        };
        let Ok(packet) = Packet::new_checked(information) else { return };
        match (from, Repr::parse(&packet)) {
            (End::Server, Ok(Repr::Configure { code: Code::ConfigureRequest, options })) => {
                let mut options = Options::new(options).map_while(Result::ok);
                let asked = options.find(|option| option.kind == lcp::AUTHENTICATION);
                // A server that is refused all it has asks for nothing any more, and ends the link.
                self.facts.asked = asked.and_then(|option| AuthOption::parse(option.data)).or(self.facts.asked);
            }
            (_, Ok(Repr::ProtocolReject { protocol: IPCP, .. })) => self.facts.ip_rejected = true,
            _ => {}
        }
    }
}
