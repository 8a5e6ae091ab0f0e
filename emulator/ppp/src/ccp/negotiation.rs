//! CCP's side of the negotiation (RFC 1962 §4): which methods this end takes, and which it grants.
//!
//! An option says what its sender can make whole again: what the peer acknowledges it may compress with. Of several that are
//! acknowledged, which stand in order of preference, the first is used, as by Linux.

use super::Method;
use crate::control::{Protocol, Verdict};
use crate::frame::CCP;
use crate::options::RawOption;

/// CCP's side of the negotiation.
#[derive(Clone, Debug)]
pub struct Ccp {
    wanted: Vec<Method>,
    /// What is asked for of them, as far as the peer agreed.
    asked: Vec<Method>,
    /// What the peer asked for and was granted.
    peer: Option<Method>,
    /// The first method in the peer's last Configure-Request.
    judged: Option<Method>,
}

impl Ccp {
    /// Asks for these methods, the one it likes best first, and grants the same.
    pub const fn new(wanted: Vec<Method>) -> Self {
        Self { wanted, asked: Vec::new(), peer: None, judged: None }
    }

    /// What the peer compresses with.
    pub fn receives(&self) -> Option<Method> {
        self.asked.first().copied()
    }

    /// What this end compresses with.
    pub const fn sends(&self) -> Option<Method> {
        self.peer
    }

    /// Whether nothing of the network is to go unencrypted.
    pub fn insists(&self) -> bool {
        self.wanted.iter().any(|method| method.encrypts())
    }

    /// Whether what was agreed on encrypts both ways.
    pub fn encrypts(&self) -> bool {
        let encrypts = |method: Option<Method>| method.is_some_and(|method| method.mode().is_some());
        encrypts(self.receives()) && encrypts(self.sends())
    }

    fn of_kind(&self, kind: u8) -> Option<Method> {
        self.wanted.iter().copied().find(|method| method.kind() == kind)
    }
}

impl Protocol for Ccp {
    const NUMBER: u16 = CCP;
    // Reset-Request and Reset-Ack (RFC 1962 §3).
    const CODES: &'static [u8] = &[14, 15];

    fn reset(&mut self) {
        self.asked.clone_from(&self.wanted);
    }

    fn request(&self) -> Vec<u8> {
        let mut options = Vec::new();
        for method in &self.asked {
            method.option().emit(&mut options);
        }
        options
    }

    fn nakked(&mut self, option: RawOption<'_>) {
        self.asked.retain_mut(|method| {
            if method.kind() != option.kind {
                return true;
            }
            let less = method.nakked(option);
            *method = less.unwrap_or(*method);
            less.is_some()
        });
    }

    fn rejected(&mut self, option: RawOption<'_>) {
        self.asked.retain(|method| method.kind() != option.kind);
    }

    fn begin_judging(&mut self) {
        self.judged = None;
    }

    fn judge(&mut self, option: RawOption<'_>) -> Verdict {
        let Some(ours) = self.of_kind(option.kind) else { return Verdict::Reject };
        let (granted, verdict) = ours.judge(option);
        self.judged.get_or_insert(granted);
        verdict
    }

    fn agree(&mut self) {
        self.peer = self.judged;
    }

    fn desired(&mut self, kind: u8) -> Option<Vec<u8>> {
        self.of_kind(kind).map(Method::data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(kind: u8, data: &[u8]) -> RawOption<'_> {
        RawOption { kind, data }
    }

    fn asking(wanted: &[Method]) -> Ccp {
        let mut ccp = Ccp::new(wanted.to_vec());
        ccp.reset();
        ccp
    }

    #[test]
    fn methods_are_asked_for_in_order_and_the_peers_word_on_them_is_heard() {
        let mut ccp = asking(&[Method::DEFLATE, Method::DEFLATE_DRAFT, Method::BSD]);
        assert_eq!(ccp.request(), [26, 4, 0x78, 0, 24, 4, 0x78, 0, 21, 3, 0x2f]);
        ccp.nakked(option(26, &[0x48, 0]));
        ccp.nakked(option(21, &[0x4f]));
        assert_eq!(ccp.request(), [26, 4, 0x48, 0, 24, 4, 0x78, 0], "another version of BSD-Compress there is not");
        ccp.rejected(option(26, &[0x48, 0]));
        assert_eq!(ccp.receives(), Some(Method::DEFLATE_DRAFT));
        ccp.nakked(option(18, &[0, 0, 0, 0x40]));
        ccp.rejected(option(24, &[0x78, 0]));
        assert_eq!((ccp.request(), ccp.receives()), (vec![], None));
        ccp.reset();
        assert_eq!(ccp.request().len(), 11);
    }

    #[test]
    fn the_first_method_of_the_peers_that_is_acknowledged_is_used() {
        let mut ccp = asking(&[Method::DEFLATE, Method::BSD]);
        ccp.begin_judging();
        assert_eq!(ccp.judge(option(21, &[0x2c])), Verdict::Ack);
        assert_eq!(ccp.judge(option(26, &[0x78, 0])), Verdict::Ack);
        assert_eq!(ccp.judge(option(24, &[0x78, 0])), Verdict::Reject);
        assert_eq!(ccp.sends(), None, "until it is agreed on");
        ccp.agree();
        assert_eq!(ccp.sends(), Some(Method::Bsd { bits: 12 }));
        ccp.begin_judging();
        ccp.agree();
        assert_eq!(ccp.sends(), None);
    }

    #[test]
    fn encryption_is_there_if_both_directions_have_it() {
        let mppe = Method::mppe(&[crate::mppe::Strength::Bits128], true);
        let mut ccp = asking(&[mppe]);
        assert!(ccp.insists() && !ccp.encrypts() && !asking(&[Method::BSD]).insists());
        ccp.begin_judging();
        assert_eq!(ccp.judge(option(18, &[1, 0, 0, 0x40])), Verdict::Ack);
        ccp.agree();
        assert!(ccp.encrypts());
        ccp.rejected(option(18, &[1, 0, 0, 0x40]));
        assert!(!ccp.encrypts());
    }
}
