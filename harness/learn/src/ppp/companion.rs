//! The layers below and above the one under test: a peer that wants the link to come up, and has no timers, because its
//! packets are not lost.

use offhook_clock::{Instant, Random};
use offhook_ppp::auth::{AuthChoice, ChapClient, ChapStep, Demand, Method};
use offhook_ppp::automaton::State;
use offhook_ppp::control::{Control, Output};
use offhook_ppp::frame::{CHAP, IPCP, LCP, PAP};
use offhook_ppp::ipcp::{Given, Ipcp, Wanted};
use offhook_ppp::lcp::{Lcp, Settings};
use offhook_ppp::packet::Repr;
use offhook_ppp::pap;
use offhook_ppp::restart::Limits;

use super::layer::{End, Layer, Setup};

/// A packet for the subject.
pub(super) type Packet = (u16, Vec<u8>);

/// What the peer is besides the layer under test.
#[derive(Debug)]
pub(super) struct Companion {
    lcp: Option<Control<Lcp>>,
    upper: Option<Upper>,
}

#[derive(Debug)]
struct Upper {
    ipcp: Control<Ipcp>,
    chap: ChapClient,
}

impl Companion {
    pub(super) const fn new() -> Self {
        Self { lcp: None, upper: None }
    }

    /// Carrier.
    pub(super) fn handle_up(&mut self, now: Instant, setup: &Setup) -> Vec<Packet> {
        self.upper = None;
        self.lcp = (setup.layer != Layer::Lcp).then(|| {
            let random = Random::new(1);
            let lcp = match setup.end {
                End::Answering => Lcp::new(Settings::DEFAULT, Some(AuthChoice::default()), random),
                End::Calling => {
                    let demand = setup.layer.method().map(Into::into).into_iter().collect();
                    Lcp::new(Settings::DEFAULT, None, random).with_demand(Demand::new(demand))
                }
            };
            Control::new(lcp, Limits::default())
        });
        if let Some(lcp) = &mut self.lcp {
            lcp.handle_open(now);
            lcp.handle_up(now);
        }
        self.pump_lcp(setup)
    }

    /// Whether LCP below the layer under test is Opened.
    pub(super) fn is_lcp_opened(&self) -> bool {
        self.lcp.as_ref().is_some_and(|lcp| lcp.state() == State::Opened)
    }

    /// LCP, if it is not the layer under test.
    pub(super) fn handle_lcp(&mut self, now: Instant, information: &[u8], setup: &Setup) -> Vec<Packet> {
        if let Some(lcp) = &mut self.lcp {
            // What is malformed has no effect.
            let _ = lcp.handle_packet(now, information);
        }
        self.pump_lcp(setup)
    }

    fn pump_lcp(&mut self, setup: &Setup) -> Vec<Packet> {
        let Some(lcp) = &mut self.lcp else { return Vec::new() };
        let mut packets = Vec::new();
        while let Some(output) = lcp.poll_output() {
            match output {
                Output::Packet(packet) => packets.push((LCP, packet)),
                Output::Up if setup.layer == Layer::Ipcp && lcp.protocol().authentication() == Some(Method::Pap) => {
                    packets.push((PAP, request(setup, &setup.credentials.password).emit(1)));
                }
                _ => {}
            }
        }
        packets
    }

    /// LCP is negotiated again: what stands on it begins from the start.
    pub(super) fn handle_lower_down(&mut self) {
        self.upper = None;
    }

    /// A packet of a layer that is not under test, LCP excepted.
    pub(super) fn handle_upper(
        &mut self,
        now: Instant,
        protocol: u16,
        information: &[u8],
        setup: &Setup,
    ) -> Vec<Packet> {
        let upper = self.upper.get_or_insert_with(|| Upper::new(now, setup));
        match protocol {
            IPCP => {
                let _ = upper.ipcp.handle_packet(now, information);
            }
            CHAP => {
                if let Ok(ChapStep::Response(response)) = upper.chap.handle_packet(now, information) {
                    return vec![(CHAP, response)];
                }
            }
            PAP => {}
            // Nobody here speaks it (RFC 1661 §5.7).
            _ => return vec![(LCP, Repr::ProtocolReject { protocol, information }.emit(0xf0))],
        }
        let mut packets = Vec::new();
        while let Some(output) = upper.ipcp.poll_output() {
            // Its own request goes out when it is asked the first time.
            if let Output::Packet(packet) = output {
                packets.push((IPCP, packet));
            }
        }
        packets.retain(|_| protocol == IPCP);
        packets
    }
}

impl Upper {
    fn new(now: Instant, setup: &Setup) -> Self {
        let ipcp = match setup.end {
            End::Answering => Ipcp::asking(Wanted { dns: false, ..Wanted::default() }),
            End::Calling => Ipcp::giving(Given {
                local: setup.addresses.answering,
                remote: Some(setup.addresses.calling),
                dns: Vec::new(),
                wins: Vec::new(),
            }),
        };
        let mut ipcp = Control::new(ipcp, Limits::default());
        ipcp.handle_open(now);
        ipcp.handle_up(now);
        Self { ipcp, chap: ChapClient::new(setup.credentials.clone(), Random::new(1)) }
    }
}

/// An Authenticate-Request with this password.
pub(super) fn request<'a>(setup: &'a Setup, password: &'a str) -> pap::Repr<'a> {
    pap::Repr::Request { user: setup.credentials.user.as_bytes(), password: password.as_bytes() }
}
