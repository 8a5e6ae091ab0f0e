//! Callback (RFC 1570 §2.3) and CBCP, Microsoft's Callback Control Protocol (draft-gidwani-ppp-callback-cp): after authentication
//! the answering end says what may be had, the caller chooses, the answering end repeats the choice, and ends the link if it is to
//! call back. Packets and `now` in; packets, and what was agreed on, out. Who calls back is not the link's business.

use std::time::Duration;

use offhook_clock::Instant;

use super::{Link, LinkEvent, Phase, Role};
use crate::callback::{Asked, CallbackAgreed, TELEPHONE};
use crate::cbcp::{Callback, CallbackOption, Code};
use crate::frame::CBCP;
use crate::options::{Options, RawOption};
use crate::packet::{Packet, emit};

/// Between two Requests; pppd's other ends wait as long.
const RESTART: Duration = Duration::from_secs(3);
/// Requests that are sent for one Response.
const MAX_REQUESTS: u32 = 10;
/// How long the caller waits for what the other end has to say or do.
const PATIENCE: Duration = Duration::from_secs(30);
/// One end's part of it.
#[derive(Clone, Debug, Default)]
pub(super) struct CallingBack {
    is_settled: bool,
    identifier: u8,
    sent: u32,
    deadline: Option<Instant>,
    /// The caller's choice: the option as it was sent.
    chosen: Option<Vec<u8>>,
}

impl CallingBack {
    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }
}

impl Link {
    /// Whether a callback has to be talked about before the network: then that begins.
    pub(super) fn begin_callback(&mut self, now: Instant) -> bool {
        if self.calling_back.is_settled {
            return false;
        }
        let lcp = self.lcp.protocol();
        let agreed = match &self.config.role {
            Role::Calling(_) if lcp.own().callback => {
                self.set_phase(Phase::Authenticate);
                self.calling_back.deadline = Some(now + PATIENCE);
                return true;
            }
            Role::Answering(answering) => match (lcp.peer_callback(), &answering.callback) {
                (Some(Asked::ByCbcp), Some(_)) => None,
                (Some(Asked::Here(number)), Some(offer)) => {
                    let number = number.clone().or_else(|| offer.admin.clone());
                    Some(CallbackAgreed { number, delay: offer.delay })
                }
                _ => return false,
            },
            Role::Calling(_) => return false,
        };
        self.set_phase(Phase::Authenticate);
        match agreed {
            Some(agreed) => self.call_back(now, agreed),
            None => self.request_callback(now),
        }
        true
    }

    /// Whether LCP has agreed on callback.
    pub(super) fn speaks_of_callback(&self) -> bool {
        let lcp = self.lcp.protocol();
        match self.config.role {
            Role::Calling(_) => lcp.own().callback,
            Role::Answering(_) => lcp.peer_callback() == Some(&Asked::ByCbcp),
        }
    }

    fn request_callback(&mut self, now: Instant) {
        let Role::Answering(answering) = &self.config.role else { return };
        let Some(offer) = &answering.callback else { return };
        let options = offer.emit();
        self.calling_back.identifier = self.calling_back.identifier.wrapping_add(1);
        self.calling_back.sent += 1;
        self.calling_back.deadline = Some(now + RESTART);
        self.transmit(CBCP, &emit(Code::Request.into(), self.calling_back.identifier, &options));
    }

    /// A packet of CBCP. A malformed one, and one that is out of place, is discarded.
    pub(super) fn handle_callback(&mut self, now: Instant, information: &[u8]) {
        let Ok(packet) = Packet::new_checked(information) else { return };
        let Ok(options) = Options::new(packet.data()).collect::<Result<Vec<_>, _>>() else { return };
        let (code, identifier) = (Code::from(packet.code_octet()), packet.identifier());
        let is_caller = matches!(self.config.role, Role::Calling(_));
        match code {
            Code::Request if is_caller => self.choose_callback(now, identifier, &options),
            Code::Ack if is_caller && self.is_chosen(identifier, packet.data()) => {
                self.callback_acknowledged(now, &options);
            }
            Code::Response if !is_caller && identifier == self.calling_back.identifier => {
                self.answer_choice(now, packet, &options);
            }
            _ => {}
        }
    }

    /// Whether this is what the caller chose, under its Identifier.
    fn is_chosen(&self, identifier: u8, option: &[u8]) -> bool {
        let CallingBack { identifier: own, chosen, .. } = &self.calling_back;
        identifier == *own && chosen.as_deref() == Some(option)
    }

    /// The caller takes what it has a number for, else what the other end knows, else none.
    fn choose_callback(&mut self, now: Instant, identifier: u8, options: &[RawOption<'_>]) {
        let Role::Calling(calling) = &self.config.role else { return };
        if !self.lcp.protocol().own().callback {
            return;
        }
        let offers: Vec<CallbackOption<'_>> = options.iter().map(|option| CallbackOption::parse(*option)).collect();
        let offered = |callback| offers.iter().find(|offer| offer.callback == callback);
        let own = calling.callback_number.as_ref().map(|number| [number.as_bytes(), b"\0"].concat());
        let numbers = |list: &CallbackOption<'_>| -> Vec<Vec<u8>> {
            list.address.split_inclusive(|octet| *octet == 0).map(<[u8]>::to_vec).collect()
        };
        let with = |offer: &CallbackOption<'_>, number: &[u8]| {
            let mut octets = Vec::new();
            let delay = Some(offer.delay.unwrap_or_default());
            CallbackOption { callback: offer.callback, delay, address_type: Some(TELEPHONE), address: number }
                .emit(&mut octets);
            octets
        };
        let listed = |own: &Vec<u8>| offered(Callback::List).filter(|list| numbers(list).contains(own));
        let choice = (own.as_ref().and_then(|own| Some(with(offered(Callback::User)?, own))))
            .or_else(|| own.as_ref().and_then(|own| Some(with(listed(own)?, own))))
            .or_else(|| {
                let mut octets = Vec::new();
                let delay = Some(offered(Callback::Admin)?.delay.unwrap_or_default());
                CallbackOption { callback: Callback::Admin, delay, address_type: None, address: &[] }.emit(&mut octets);
                Some(octets)
            })
            .or_else(|| {
                let list = offered(Callback::List)?;
                Some(with(list, numbers(list).first()?))
            })
            .or_else(|| offered(Callback::None).map(|_| vec![1, 2]));
        match choice {
            Some(choice) => {
                self.transmit(CBCP, &emit(Code::Response.into(), identifier, &choice));
                self.calling_back.identifier = identifier;
                self.calling_back.chosen = Some(choice);
                self.calling_back.deadline = Some(now + PATIENCE);
            }
            None => self.handle_close(now, "No callback that suits"),
        }
    }

    /// The answering end looks at what was chosen: it is acknowledged if it was offered, else asked for again.
    fn answer_choice(&mut self, now: Instant, packet: Packet<'_>, options: &[RawOption<'_>]) {
        let Role::Answering(answering) = &self.config.role else { return };
        let Some(offer) = &answering.callback else { return };
        let choice = if let [choice] = options { offer.grants(&CallbackOption::parse(*choice)) } else { None };
        let Some(agreed) = choice else {
            if !self.calling_back.is_settled {
                self.ask_again(now);
            }
            return;
        };
        self.transmit(CBCP, &emit(Code::Ack.into(), packet.identifier(), packet.data()));
        if self.calling_back.is_settled {
            return;
        }
        match agreed {
            Some(agreed) => self.call_back(now, agreed),
            None => self.callback_is_settled(now),
        }
    }

    fn ask_again(&mut self, now: Instant) {
        if self.calling_back.sent < MAX_REQUESTS {
            return self.request_callback(now);
        }
        self.calling_back.deadline = None;
        self.handle_close(now, "No agreement on callback");
    }

    fn callback_acknowledged(&mut self, now: Instant, options: &[RawOption<'_>]) {
        let Some(choice) = options.first().map(|option| CallbackOption::parse(*option)) else { return };
        if choice.callback == Callback::None {
            return self.callback_is_settled(now);
        }
        let number = choice.number().map(|number| String::from_utf8_lossy(number).into_owned());
        let agreed = CallbackAgreed { number, delay: choice.delay.unwrap_or_default() };
        self.calling_back.is_settled = true;
        // "The line is dropped" by the other end.
        self.calling_back.deadline = Some(now + PATIENCE);
        self.events.push_back(LinkEvent::Callback(agreed));
    }

    /// Nobody calls back: the call goes on.
    fn callback_is_settled(&mut self, now: Instant) {
        self.calling_back.is_settled = true;
        self.calling_back.deadline = None;
        self.begin_network(now);
    }

    /// The answering end calls back: this call is over.
    fn call_back(&mut self, now: Instant, agreed: CallbackAgreed) {
        self.calling_back.is_settled = true;
        self.calling_back.deadline = None;
        self.events.push_back(LinkEvent::Callback(agreed));
        self.handle_close(now, "Callback follows");
    }

    /// A Request may be due again, or patience at its end.
    pub(super) fn callback_timeout(&mut self, now: Instant) {
        if self.calling_back.deadline.take_if(|deadline| *deadline <= now).is_none() {
            return;
        }
        match &self.config.role {
            Role::Answering(_) => self.ask_again(now),
            Role::Calling(_) if self.calling_back.is_settled => self.handle_close(now, "Waiting for callback"),
            Role::Calling(_) => self.handle_close(now, "No callback was negotiated"),
        }
    }
}
