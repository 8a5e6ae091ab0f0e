//! offhook's own end of a line as a subject, in virtual time.

use std::collections::VecDeque;

use offhook_clock::Instant;
use offhook_ppp::auth::{Account, Credentials};
use offhook_ppp::ipcp::Wanted;
use offhook_ppp::link::{Answering, Calling, Config, Link, LinkEvent, Role};
use offhook_ppp::restart::Limits;

use super::layer::{End, Layer, Setup};
use super::subject::{Subject, SubjectError};

/// What whoever drives the link does when LCP has finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangUp {
    /// The line stays, so that Stopped and Closed can be seen.
    Never,
    /// The line is dropped, as programs do it.
    WhenFinished,
}

/// A [`Link`] with this configuration.
#[derive(Debug)]
pub struct LinkSubject {
    config: Config,
    hang_up: HangUp,
    link: Link,
    transmits: VecDeque<Vec<u8>>,
    is_dropped: bool,
}

impl LinkSubject {
    /// A link that is made anew at each reset.
    pub fn new(config: Config, hang_up: HangUp) -> Self {
        Self { link: Link::new(config.clone()), config, hang_up, transmits: VecDeque::new(), is_dropped: false }
    }

    fn look(&mut self, now: Instant) {
        while let Some(event) = self.link.poll_event() {
            self.is_dropped |= matches!(event, LinkEvent::Finished(_)) && self.hang_up == HangUp::WhenFinished;
        }
        if self.is_dropped {
            // What it still had to say goes out before the line is dropped.
            self.transmits.extend(std::iter::from_fn(|| self.link.poll_transmit()));
            self.link.handle_down(now);
        }
    }
}

impl Subject for LinkSubject {
    fn reset(&mut self, now: Instant) -> Result<(), SubjectError> {
        *self = Self::new(self.config.clone(), self.hang_up);
        self.handle_up(now);
        Ok(())
    }

    fn handle_down(&mut self, now: Instant) {
        self.link.handle_down(now);
    }

    fn handle_up(&mut self, now: Instant) {
        self.is_dropped = false;
        self.link.handle_up(now);
        self.look(now);
    }

    fn handle_octets(&mut self, now: Instant, octets: &[u8]) {
        if !self.is_dropped {
            self.link.handle_octets(now, octets);
            self.look(now);
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front().or_else(|| self.link.poll_transmit())
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.link.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.link.handle_timeout(now);
        self.look(now);
    }

    fn is_line_dropped(&self) -> bool {
        self.is_dropped
    }
}

/// Max-Configure and Max-Terminate of [`own_end`]: as few as let the Restart counter be seen to count.
pub const FEW: u32 = 2;

/// offhook's own end of a line for a test of this layer: with few retransmissions, and so many Configure-Naks that
/// Max-Failure does not matter.
pub fn own_end(layer: Layer, end: End) -> Config {
    let Setup { credentials: Credentials { user, password }, addresses, .. } = Setup::new(layer, end);
    let role = match end {
        End::Calling => {
            let proves = layer.method().is_some();
            let credentials = proves.then(|| Credentials::new(user, password));
            // Without an address of its own it would not do with a request that is acknowledged as it is.
            let ip = Wanted { address: Some(addresses.calling), ..Wanted::default() };
            Role::Calling(Calling { credentials, ip, ..Calling::default() })
        }
        End::Answering => {
            let mut answering = Answering::new(addresses.answering, addresses.calling);
            answering.auth = layer.method().map(Into::into).into_iter().collect();
            answering.accounts.push(Account::new(user, password));
            Role::Answering(answering)
        }
    };
    let (max_failure, max_rounds) = (u32::MAX, u32::MAX);
    let limits = Limits { max_configure: FEW, max_terminate: FEW, max_failure, max_rounds, ..Limits::default() };
    // That a network protocol is finished shows by the end of the link alone.
    Config { role, limits, seed: 7, outlasts_network: false, ..Config::default() }
}
