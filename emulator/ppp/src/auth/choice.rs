//! Which authentication the end that dials in takes (RFC 1661 §6.2): the peer asks for a protocol, a [`Verdict`] comes
//! out.
//!
//! That a peer may not ask for ever for what it does not get is not seen to here: the sixth Configure-Nak is a
//! Configure-Reject (RFC 1661 §4.6, Max-Failure).

use super::{AuthOption, Method};
use crate::chap::Algorithm;
use crate::control::Verdict;

/// Which authentication protocols an end takes, once it has name and password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthChoice {
    /// PAP or CHAP with MD5, whichever is asked for; anything else gets a Configure-Nak for CHAP.
    #[default]
    Any,
    /// PAP; anything else gets a Configure-Nak for it.
    Pap,
    /// CHAP with MD5; likewise.
    Chap,
    /// The first request gets a Configure-Nak for MS-CHAPv2, as Windows does; then as [`Self::Any`].
    MsChapFirst,
    /// MS-CHAP; as with PAP alone.
    MsChap,
    /// MS-CHAPv2; likewise.
    MsChapV2,
    /// EAP; likewise.
    Eap,
    /// Whatever this crate carries out; anything else gets a Configure-Nak for CHAP with MD5.
    All,
}

impl AuthChoice {
    fn takes(self, method: Method) -> bool {
        match self {
            Self::Any | Self::MsChapFirst => matches!(method, Method::Pap | Method::Chap),
            Self::Pap => method == Method::Pap,
            Self::Chap => method == Method::Chap,
            Self::MsChap => method == Method::MsChap,
            Self::MsChapV2 => method == Method::MsChapV2,
            Self::Eap => method == Method::Eap,
            Self::All => true,
        }
    }

    /// What a Configure-Nak asks for.
    const fn favourite(self) -> Method {
        match self {
            Self::Pap => Method::Pap,
            Self::MsChap => Method::MsChap,
            Self::MsChapV2 => Method::MsChapV2,
            Self::Eap => Method::Eap,
            Self::Any | Self::Chap | Self::MsChapFirst | Self::All => Method::Chap,
        }
    }
}

/// This end's side of the negotiation.
#[derive(Clone, Debug)]
pub struct AuthNegotiation {
    choice: Option<AuthChoice>,
    agreed: Option<Method>,
    declined: bool,
    /// MS-CHAPv2 was asked for.
    asked_for_ms: bool,
}

impl AuthNegotiation {
    /// Takes what `choice` says; `None`, for an end that has neither name nor password, takes nothing.
    pub const fn new(choice: Option<AuthChoice>) -> Self {
        Self { choice, agreed: None, declined: false, asked_for_ms: false }
    }

    /// What both agreed on.
    pub const fn agreed(&self) -> Option<Method> {
        self.agreed
    }

    /// Whether the peer asked for what it did not get, and nothing was agreed on since.
    pub const fn declined(&self) -> bool {
        self.declined && self.agreed.is_none()
    }

    /// A new link: what was said on the last one is void.
    pub const fn begin(&mut self) {
        *self = Self::new(self.choice);
    }

    /// A new Configure-Request of the peer: what its last one asked for is void.
    pub const fn begin_judging(&mut self) {
        self.agreed = None;
    }

    /// Somebody else has agreed on this.
    pub(crate) const fn assume(&mut self, agreed: Option<Method>) {
        self.agreed = agreed;
        self.declined = false;
    }

    /// Judges the data of the peer's Authentication-Protocol option.
    pub fn judge(&mut self, data: &[u8]) -> Verdict {
        let Some(choice) = self.choice else {
            self.declined = true;
            return Verdict::Reject;
        };
        if choice == AuthChoice::MsChapFirst && !std::mem::replace(&mut self.asked_for_ms, true) {
            self.declined = true;
            return Verdict::Nak(AuthOption::Chap(Algorithm::MsChapV2).emit());
        }
        let asked = AuthOption::parse(data).and_then(AuthOption::method);
        match asked.filter(|method| choice.takes(*method)) {
            Some(method) => {
                self.agreed = Some(method);
                self.declined = false;
                Verdict::Ack
            }
            None => {
                self.declined = true;
                Verdict::Nak(AuthOption::from(choice.favourite()).emit())
            }
        }
    }

    /// Data for a peer whose option has an impossible Length; `None` if no authentication is taken.
    pub fn desired(&self) -> Option<Vec<u8>> {
        self.choice.map(|choice| AuthOption::from(choice.favourite()).emit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAP_OPTION: &[u8] = &[0xc0, 0x23];
    const MD5_OPTION: &[u8] = &[0xc2, 0x23, 5];
    const MS: &[u8] = &[0xc2, 0x23, 0x80];
    const MS_V2: &[u8] = &[0xc2, 0x23, 0x81];
    const EAP: &[u8] = &[0xc2, 0x27];

    fn nak(data: &[u8]) -> Verdict {
        Verdict::Nak(data.to_vec())
    }

    #[test]
    fn each_choice_has_its_word_on_each_protocol() {
        for (choice, pap, chap, others) in [
            (AuthChoice::Any, Verdict::Ack, Verdict::Ack, nak(MD5_OPTION)),
            (AuthChoice::Pap, Verdict::Ack, nak(PAP_OPTION), nak(PAP_OPTION)),
            (AuthChoice::Chap, nak(MD5_OPTION), Verdict::Ack, nak(MD5_OPTION)),
        ] {
            let judge = |data| AuthNegotiation::new(Some(choice)).judge(data);
            assert_eq!((judge(PAP_OPTION), judge(MD5_OPTION)), (pap, chap), "{choice:?}");
            for other in [MS, MS_V2, EAP, &[0xc2, 0x23], &[0xc0, 0x23, 0], &[0xc0, 0x27], &[]] {
                assert_eq!(judge(other), others, "{choice:?}: {other:x?}");
            }
        }
    }

    #[test]
    fn a_choice_of_one_protocol_takes_it_alone_and_one_of_all_takes_each() {
        let all = [PAP_OPTION, MD5_OPTION, MS, MS_V2, EAP];
        for (choice, own) in [
            (AuthChoice::Pap, PAP_OPTION),
            (AuthChoice::Chap, MD5_OPTION),
            (AuthChoice::MsChap, MS),
            (AuthChoice::MsChapV2, MS_V2),
            (AuthChoice::Eap, EAP),
        ] {
            for asked in all {
                let expected = if asked == own { Verdict::Ack } else { nak(own) };
                assert_eq!(AuthNegotiation::new(Some(choice)).judge(asked), expected, "{choice:?}");
            }
        }
        let mut negotiation = AuthNegotiation::new(Some(AuthChoice::All));
        for asked in all {
            assert_eq!(negotiation.judge(asked), Verdict::Ack);
        }
        assert_eq!(negotiation.judge(&[0xc2, 0x23, 9]), nak(MD5_OPTION));
    }

    #[test]
    fn ms_chap_first_is_asked_for_once_whatever_the_peer_wants() {
        for first in [PAP_OPTION, MD5_OPTION, MS_V2, EAP] {
            let mut negotiation = AuthNegotiation::new(Some(AuthChoice::MsChapFirst));
            assert_eq!(negotiation.judge(first), nak(MS_V2));
            assert!(negotiation.declined());
            assert_eq!(negotiation.judge(MS_V2), nak(MD5_OPTION));
            assert_eq!(negotiation.judge(PAP_OPTION), Verdict::Ack);
            assert_eq!((negotiation.agreed(), negotiation.declined()), (Some(Method::Pap), false));
        }
    }

    #[test]
    fn from_eap_by_way_of_chap_down_to_pap() {
        let mut negotiation = AuthNegotiation::new(Some(AuthChoice::Any));
        assert_eq!(negotiation.judge(EAP), nak(MD5_OPTION));
        negotiation.begin_judging();
        // The peer may have no secret for CHAP.
        assert_eq!(negotiation.judge(PAP_OPTION), Verdict::Ack);
        assert_eq!(negotiation.agreed(), Some(Method::Pap));
        negotiation.begin_judging();
        assert_eq!((negotiation.agreed(), negotiation.declined()), (None, false));
    }

    #[test]
    fn without_credentials_everything_is_rejected() {
        for data in [PAP_OPTION, MD5_OPTION, EAP] {
            let mut negotiation = AuthNegotiation::new(None);
            assert_eq!((negotiation.judge(data), negotiation.desired()), (Verdict::Reject, None));
            assert!(negotiation.declined());
        }
    }
}
